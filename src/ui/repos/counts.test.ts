import { expect, test } from 'vitest';
import { branchesWord, wantWords } from './counts';

test('counts of branches are said in words, and what none of them wants is not', () => {
  expect([0, 1, 2].map(branchesWord)).toEqual(['0 branches', '1 branch', '2 branches']);
  expect(wantWords({ needRestack: 6, wouldConflict: 1, heldBack: 3, untracked: 2 })).toEqual([
    '6 will move',
    '1 conflict',
    '3 held back',
    '2 untracked',
  ]);
  expect(wantWords({ needRestack: 0, wouldConflict: 0, untracked: 1 })).toEqual(['1 untracked']);
  expect(wantWords({ needRestack: 0, wouldConflict: 0, untracked: 0 })).toEqual([]);
});
