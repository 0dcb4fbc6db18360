import { expect, test } from 'vitest';
import type { BranchCounts } from '@/model/counts';
import { repoState } from './repo-state';

const SYNCED = { counts: null, activeJobs: [], syncedAt: '2026-01-02', syncErrorAt: null };
const counts = (some: Partial<BranchCounts>) => ({
  ...SYNCED,
  counts: { branches: 9, needRestack: 0, wouldConflict: 0, untracked: 0, ...some },
});

test('a repo has the mark of the worst that is true of it, and says all of it', () => {
  expect(repoState({ ...SYNCED, syncedAt: null })).toEqual({ mark: 'untracked', words: [] });
  expect(repoState(counts({}))).toEqual({ mark: 'in_place', words: [] });
  expect(repoState(counts({ untracked: 2 }))).toEqual({ mark: 'in_place', words: ['2 untracked'] });
  expect(repoState(counts({ needRestack: 6 }))).toEqual({ mark: 'will_move', words: ['6 will move'] });
  expect(repoState(counts({ needRestack: 6, wouldConflict: 1 }))).toEqual({
    mark: 'conflict',
    words: ['6 will move', '1 conflict'],
  });
  expect(repoState({ ...counts({ needRestack: 6 }), syncErrorAt: '2026-01-03' })).toEqual({
    mark: 'error',
    words: ['last job failed', '6 will move'],
  });
  // Of what nobody could foresee it is not said that it is in place.
  expect(repoState(counts({ noForecast: 'A branch is too large.' }))).toEqual({
    mark: 'error',
    words: ['no forecast: A branch is too large.'],
  });
  // Whether it failed before or after the last sync: a sync may go well where nothing else can.
  expect(repoState({ ...SYNCED, syncErrorAt: '2026-01-01' }).mark).toBe('error');
  expect(repoState({ ...SYNCED, syncErrorAt: '2026-01-03', activeJobs: ['a'] })).toEqual({
    mark: 'moving',
    words: ['1 job under way', 'last job failed'],
  });
});
