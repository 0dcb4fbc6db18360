import { expect, it } from 'vitest';
import { jobDetail, jobResult } from '../testing/rows';
import { outcomeOf } from './outcome';
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
