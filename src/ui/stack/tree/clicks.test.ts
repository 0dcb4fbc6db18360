import { expect, it } from 'vitest';
import { branchRow } from '../../testing/rows';
import type { Entry, Head } from '../entries';
import { clicked } from './clicks';

const row = { place: null, dimmed: false, level: 1, position: 1, siblings: 1 };
const head: Head = {
  ...{ kind: 'stack', root: branchRow('a'), restack: branchRow('a'), title: 'a', branches: ['a', 'b'] },
  ...{ count: 2, moves: 0, conflicts: 0, heldBack: 0, lost: 0, newest: null, owner: '', folded: true },
};
const entries: Entry[] = [
  { ...row, name: 'main', branch: null },
  { ...row, name: 'head', branch: null, head },
  { ...row, name: 'a', branch: branchRow('a') },
  { ...row, name: 'b', branch: branchRow('b') },
  { ...row, name: 'merged', branch: branchRow('merged', { merged: true }) },
];
const [MAIN, HEAD, A, B, MERGED] = [0, 1, 2, 3, 4];
const none = { shiftKey: false, ctrlKey: false, metaKey: false };
const ground = { at: A, mayAct: true, holds: false };

it('opens a branch, and unfolds or folds a head', () => {
  expect(clicked(entries, B, none, ground)).toEqual({ do: 'show', branch: 'b' });
  expect(clicked(entries, HEAD, none, ground)).toEqual({ do: 'fold', head: 'head', fold: false });
});

it('selects from where one was with Shift, in either direction', () => {
  const names = (index: number, at: number) => {
    const what = clicked(entries, index, { ...none, shiftKey: true }, { ...ground, at });
    return what.do === 'extend' ? what.entries.map(({ name }) => name) : what;
  };
  expect(names(B, A)).toEqual(['a', 'b']);
  expect(names(A, B)).toEqual(['a', 'b']);
  // From nowhere there is no way to select.
  expect(names(B, -1)).toEqual({ do: 'show', branch: 'b' });
});

it('selects one more with Ctrl or Command, where it can be selected', () => {
  for (const key of ['ctrlKey', 'metaKey'] as const) {
    expect(clicked(entries, B, { ...none, [key]: true }, ground)).toEqual({ do: 'toggle', branch: 'b' });
    expect(clicked(entries, MERGED, { ...none, [key]: true }, ground)).toEqual({ do: 'nothing' });
  }
});

it('opens for who may only look, and selects nothing', () => {
  const looks = { ...ground, mayAct: false };
  expect(clicked(entries, B, { ...none, shiftKey: true }, looks)).toEqual({ do: 'show', branch: 'b' });
  expect(clicked(entries, B, { ...none, ctrlKey: true }, looks)).toEqual({ do: 'nothing' });
});

it('opens nothing with a branch in hand, and nothing for the trunk or beyond the last row', () => {
  expect(clicked(entries, B, none, { ...ground, holds: true })).toEqual({ do: 'nothing' });
  expect(clicked(entries, MAIN, none, ground)).toEqual({ do: 'nothing' });
  expect(clicked(entries, 9, none, ground)).toEqual({ do: 'nothing' });
});
