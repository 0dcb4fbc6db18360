import { expect, test } from 'vitest';
import { focusCame, focusWent } from './presence';

test('the tree has the keys only while it has the focus itself', () => {
  expect(focusCame(true)).toEqual({ inside: true, focused: true });
  expect(focusCame(false)).toEqual({ inside: true, focused: false });
});

test('who goes from row to row stays in the tree; who goes elsewhere has left it', () => {
  expect(focusWent(true)).toEqual({ inside: true, focused: false });
  expect(focusWent(false)).toEqual({ inside: false, focused: false });
});
