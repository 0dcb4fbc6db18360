import type { JobView } from '@/feed/events';
import type { BranchStatus } from '@/model/kinds';

/**
 * How a job, or a task's branch, stands for a person: one that has left something where it was has done only a part,
 * and the one that could not attach a task's branch yet is no failure, for the task waits for somebody to push it.
 */
export type Outcome = BranchStatus | 'held_back';

export function outcomeOf(job: Pick<JobView, 'status' | 'result' | 'kind' | 'errorCode' | 'taskId'>): Outcome {
  if (waitsForPush(job)) return 'waiting';
  return job.status === 'completed' && job.result !== null && job.result.heldBack.length > 0 ? 'held_back' : job.status;
}

function waitsForPush({ status, kind, errorCode, taskId }: Parameters<typeof outcomeOf>[0]): boolean {
  const notThere = status === 'error' && kind === 'register_existing_branch' && errorCode === 'BRANCH_NOT_FOUND';
  // Servers of earlier versions do not say for which task a job is.
  return notThere && Boolean(taskId);
}
