import { expect, it } from 'vitest';
import { jobDetail, jobResult } from '../testing/rows';
import { outcomeOf, wantsALook } from './outcome';
import { errorStands } from './phase';

const notThere = { kind: 'register_existing_branch', status: 'error', errorCode: 'BRANCH_NOT_FOUND' } as const;

it('a job by which a task begins to wait for a push is no error', () => {
  const waits = jobDetail(1, { ...notThere, taskId: 'task' });
  expect(outcomeOf(waits.job)).toBe('waiting');
  expect(errorStands(waits, [waits])).toBe(false);
});

it('nobody waits for the branch of a registration that is for no task, nor is any other error one to wait for', () => {
  for (const row of [{ ...notThere }, { ...notThere, taskId: 'task', errorCode: 'NOT_TRACKED' } as const]) {
    const failed = jobDetail(1, row);
    expect(outcomeOf(failed.job)).toBe('error');
    expect(errorStands(failed, [failed])).toBe(true);
  }
});

it('what has held something back is not completed', () => {
  const heldBack = jobResult({ heldBack: [{ branch: 'a', reason: { kind: 'below', branch: 'b' } }] });
  expect(outcomeOf(jobDetail(1, { status: 'completed', result: heldBack }).job)).toBe('held_back');
  expect(outcomeOf(jobDetail(1, { status: 'completed', result: jobResult({}) }).job)).toBe('completed');
});

it('what has left a commit on no branch is not completed, and wants a look; one that its author has rewritten is no news', () => {
  const left = (on: string | null, replacedBy: string | null) =>
    jobResult({ left: [{ commit: '1', subject: 'Do it', branch: 'a', on, replacedBy }] });
  const outcome = (result: ReturnType<typeof jobResult>) =>
    outcomeOf(jobDetail(1, { status: 'completed', result }).job);
  expect(outcome(left(null, null))).toBe('lost_commits');
  expect(wantsALook('lost_commits')).toBe(true);
  expect(outcome(left('b', null))).toBe('completed');
  expect(outcome(left(null, '2'))).toBe('completed');
  expect(wantsALook('completed')).toBe(false);
  // Of both, what may be gone for good is said.
  const both = { ...left(null, null), heldBack: [{ branch: 'a', reason: { kind: 'below', branch: 'b' } as const }] };
  expect(outcome(both)).toBe('lost_commits');
});
