import { expect, it } from 'vitest';
import { branchRow } from '../../testing/rows';
import type { Entry, Head } from '../entries';
import { placeOf } from './opened';

const row = { place: null, dimmed: false, level: 1, position: 1, siblings: 1 };
const head = (folded: boolean): Entry => {
  const stack: Head = {
    ...{ kind: 'stack', root: branchRow('a'), restack: branchRow('a'), title: 'a', branches: ['a', 'b'] },
    ...{ count: 2, moves: 0, conflicts: 0, heldBack: 0, lost: 0, newest: null, owner: '', folded },
  };
  return { ...row, name: 'head', branch: null, head: stack };
};
const a: Entry = { ...row, name: 'a', branch: branchRow('a') };

it('an opened branch is found where its row is', () => {
  expect(placeOf('a', [head(false), a], [head(false), a])).toEqual({ entry: a, foldedIn: undefined });
});

it('one that is folded away is found in its head', () => {
  expect(placeOf('b', [head(true)], [head(true)])).toEqual({ entry: undefined, foldedIn: 'head' });
});

it('one that the filter leaves out, or that is no branch any more, is nowhere', () => {
  expect(placeOf('elsewhere', [head(true), a], [head(true), a])).toEqual({ entry: undefined, foldedIn: undefined });
});
