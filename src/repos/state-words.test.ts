import { expect, it } from 'vitest';
import type { BranchState } from './branch-state';
import { restackRefusal, stateWords } from './state-words';

const branch = { suggestedParent: 'low', renamedFrom: null };
const said = (state: BranchState) => Object.values(stateWords(branch, state)).filter(Boolean).join(' · ');

it('a state is said in the same words everywhere', () => {
  const states: BranchState[] = [
    { is: 'in_place' },
    { is: 'will_move', with: null },
    { is: 'will_move', with: 'low' },
    { is: 'conflict', files: ['a.ts', 'b.ts', 'c.ts'] },
    { is: 'blocked', by: 'low' },
    { is: 'parent_gone', parent: 'wip' },
    { is: 'unrelated', parent: 'low' },
    { is: 'too_large' },
    { is: 'moving' },
    { is: 'untracked' },
    { is: 'long_lived' },
    { is: 'merged' },
    { is: 'gone' },
  ];
  expect(states.map(said)).toEqual([
    'in place',
    'will move',
    'will move · moves with low',
    'conflict · a.ts and 2 more',
    'blocked by low',
    'parent gone · stood on wip',
    'unrelated · has no commit in common with low',
    'too large · it changes more than can be compared',
    'moving',
    'untracked · stands on low',
    'long-lived',
    'merged',
    'gone · deleted on the remote, not merged',
  ]);
});

it('a branch that seems to be another one’s new name says whose', () => {
  expect(stateWords({ ...branch, renamedFrom: 'old' }, { is: 'untracked' })).toEqual({
    word: 'renamed?',
    detail: 'old seems to be this branch now',
  });
});

it('a Restack that would move nothing says why, and one that moves something is never refused', () => {
  const why = (state: BranchState) => restackRefusal(state, 0);
  expect(why({ is: 'in_place' })).toBe('Nothing to move: it is in place.');
  expect(why({ is: 'will_move', with: 'low' })).toBe('It moves with low below it: restack that one.');
  expect(why({ is: 'conflict', files: ['a.ts'] })).toBe('It conflicts: nothing moves until that is mended.');
  expect(why({ is: 'blocked', by: 'low' })).toBe('low below it is held back.');
  expect(why({ is: 'parent_gone', parent: 'wip' })).toBe('wip below it is gone: move it onto another branch.');
  expect(why({ is: 'unrelated', parent: 'low' })).toBe(
    'It has no commit in common with low: register it on the branch that it is made from.',
  );
  expect(why({ is: 'untracked' })).toBeNull();
  expect(restackRefusal({ is: 'in_place' }, 1)).toBeNull();
});
