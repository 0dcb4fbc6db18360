import { expect, test } from 'vitest';
import { lossesOf } from './shapes';

const nothing = {
  ...{ expected: '', status: 'ready' as const, summary: '', moves: [], failure: null },
  ...{ heldBack: [], dropped: [], lost: [] },
};
const commit = { branch: 'a', commit: '0123456789abcdef', subject: 'Add it' };

test('a person is told of what stays behind, of what is dropped and of what no branch has then', () => {
  expect(lossesOf({ ...nothing, heldBack: [{ branch: 'b', why: 'it conflicts', conflicts: [] }] })).toEqual([
    'Held back: b (it conflicts).',
  ]);
  expect(lossesOf({ ...nothing, dropped: [commit] })).toEqual([
    'Dropped, since the change is already below: a 01234567 (Add it).',
  ]);
  expect(lossesOf({ ...nothing, lost: [commit] })).toEqual(['On no branch then: a 01234567 (Add it).']);
});

test('nobody is asked about what loses nothing', () => {
  expect(lossesOf({ ...nothing, moves: [{ branch: 'a', onto: 'main', commits: 2 }] })).toEqual([]);
});
