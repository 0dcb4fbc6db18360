import { expect, it } from 'vitest';
import { stackNames } from './shared-name';

it('a stack is called by the folder that all of its branches are in, else by its bottom branch', () => {
  expect(
    stackNames([
      ['pay/a', 'pay/b'],
      ['find', 'words'],
      ['mail/in/x', 'mail/in/y', 'mail/out'],
    ]),
  ).toEqual(['pay', 'find', 'mail']);
});

it('a branch that stands alone is called by its own name, never by its folder', () => {
  expect(stackNames([['pay/a']])).toEqual(['pay/a']);
});

it('no two stacks are called the same: each goes by its bottom branch then, and the others keep their folder', () => {
  expect(
    stackNames([
      ['auth/01-schema', 'auth/01-api'],
      ['pay/a', 'pay/b'],
      ['auth/09-schema', 'auth/09-api'],
    ]),
  ).toEqual(['auth/01-schema', 'pay', 'auth/09-schema']);
});
