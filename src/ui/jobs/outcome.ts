import type { JobView } from '@/feed/events';
import type { BranchStatus } from '@/model/kinds';
import { countsOf } from '@/model/result';
import { beginsToWait } from '@/queue/kinds';

/**
 * How a job, or a task's branch, stands for a person: one that has left something where it was has done only a part, one
 * that has left commits on no branch has done what somebody may want to take back, and the one that could not attach a task's branch yet is no failure, for the task waits for somebody to push it.
 */
export type Outcome = BranchStatus | 'held_back' | 'lost_commits';

export function outcomeOf(job: Pick<JobView, 'status' | 'result' | 'kind' | 'errorCode' | 'taskId'>): Outcome {
  // Servers of earlier versions do not say for which task a job is.
  if (beginsToWait(job)) return 'waiting';
  if (job.status !== 'completed' || job.result === null) return job.status;
  const { lostCommits, heldBack } = countsOf(job.result);
  return lostCommits > 0 ? 'lost_commits' : heldBack > 0 ? 'held_back' : 'completed';
}

/** Whether somebody should look at what came of it, however long ago that was. */
export function wantsALook(outcome: Outcome): outcome is 'held_back' | 'lost_commits' {
  return outcome === 'held_back' || outcome === 'lost_commits';
}
