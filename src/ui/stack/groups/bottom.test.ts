import { expect, it } from 'vitest';
import { branchRow } from '../../testing/rows';
import { bottomOf } from './bottom';

const branches = [
  branchRow('a'),
  branchRow('landed', { parent: 'a', merged: true }),
  branchRow('b', { parent: 'landed' }),
  branchRow('release', { kept: true }),
  branchRow('fix', { parent: 'release' }),
  branchRow('wip', { gone: true }),
  branchRow('lost', { parent: 'wip' }),
  branchRow('one'),
];
const bottom = (name: string) => bottomOf(name, branches, 'main');

it('the bottom of a stack is below whatever has landed in it', () => {
  expect(bottom('b')).toBe('a');
  expect(bottom('a')).toBe('a');
  expect(bottom('one')).toBe('one');
});

it('and above what no Restack moves: the trunk, a long-lived branch, and one that is gone', () => {
  expect(bottom('fix')).toBe('fix');
  expect(bottom('lost')).toBe('lost');
});

it('is found where branches stand on each other in a circle', () => {
  expect(bottomOf('x', [branchRow('x', { parent: 'y' }), branchRow('y', { parent: 'x' })], 'main')).toBe('y');
});
