import { expect, it } from 'vitest';
import { jobDetail } from '../../testing/rows';
import { expectedOf } from './expected';

const outline = { failure: null, heldBack: [], moves: [] };
const restack = { id: 1, outline, computedAt: null, stale: false, tipsKey: 'as shown' };
const done = jobDetail(1, { status: 'completed' });

it('a press that moves branches goes by how they are shown', () => {
  for (const kind of ['restack_repo', 'restack_subtree', 'rebase_branch', 'reparent_branch'] as const)
    expect(expectedOf(kind, { restack, jobs: [done] })).toEqual({ expected: 'as shown' });
});

it('nothing is expected of what moves nothing, behind a job that is still to end, or where what is shown is old', () => {
  expect(expectedOf('register_existing_branch', { restack, jobs: [] })).toEqual({});
  for (const status of ['queued', 'running'] as const)
    expect(expectedOf('restack_repo', { restack, jobs: [jobDetail(2, { status }), done] })).toEqual({});
  expect(expectedOf('restack_repo', { restack: { ...restack, stale: true }, jobs: [] })).toEqual({});
  expect(expectedOf('restack_repo', { restack: null, jobs: [] })).toEqual({});
});
