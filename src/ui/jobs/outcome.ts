import type { JobView } from '@/feed/events';
import type { BranchStatus } from '@/model/kinds';
import { beginsToWait } from '@/queue/kinds';

/**
 * How a job, or a task's branch, stands for a person: one that has left something where it was has done only a part,
 * and the one that could not attach a task's branch yet is no failure, for the task waits for somebody to push it.
 */
export type Outcome = BranchStatus | 'held_back';

export function outcomeOf(job: Pick<JobView, 'status' | 'result' | 'kind' | 'errorCode' | 'taskId'>): Outcome {
  // Servers of earlier versions do not say for which task a job is.
  if (beginsToWait(job)) return 'waiting';
  return job.status === 'completed' && job.result !== null && job.result.heldBack.length > 0 ? 'held_back' : job.status;
}
