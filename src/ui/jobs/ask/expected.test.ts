import { expect, it } from 'vitest';
import type { LeftCommit } from '@/model/plan';
import { jobDetail } from '../../testing/rows';
import { expectedOf } from './expected';

const outline = { failure: null, heldBack: [], moves: [] };
const restack = { id: 1, outline, computedAt: null, stale: false, tipsKey: 'as shown' };
const done = jobDetail(1, { status: 'completed' });
const RESTACKS = ['restack_repo', 'restack_subtree', 'rebase_branch'] as const;

const leaving = (more: Partial<LeftCommit> = {}) => ({
  ...restack,
  outline: { ...outline, left: [{ branch: 'b', commit: '1', subject: 'b1', on: null, replacedBy: null, ...more }] },
});

it('a move onto another parent goes by what is shown, and so does what would leave commits on no branch', () => {
  expect(expectedOf('reparent_branch', { restack, jobs: [done] })).toEqual({ expected: 'as shown' });
  for (const kind of RESTACKS)
    expect(expectedOf(kind, { restack: leaving(), jobs: [done] })).toEqual({ expected: 'as shown' });
});

it('a Restack else takes up what was pushed since', () => {
  for (const kind of RESTACKS) {
    expect(expectedOf(kind, { restack, jobs: [done] })).toEqual({});
    expect(expectedOf(kind, { restack: leaving({ on: 'a' }), jobs: [done] })).toEqual({});
    expect(expectedOf(kind, { restack: leaving({ replacedBy: '2' }), jobs: [done] })).toEqual({});
  }
});

it('nothing is expected of what moves nothing, behind a job that is still to end, or where what is shown is old', () => {
  expect(expectedOf('register_existing_branch', { restack: leaving(), jobs: [] })).toEqual({});
  for (const status of ['queued', 'running'] as const)
    expect(expectedOf('reparent_branch', { restack, jobs: [jobDetail(2, { status }), done] })).toEqual({});
  expect(expectedOf('reparent_branch', { restack: { ...restack, stale: true }, jobs: [] })).toEqual({});
  expect(expectedOf('reparent_branch', { restack: null, jobs: [] })).toEqual({});
});
