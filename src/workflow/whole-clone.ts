import { cloneDir } from '@/git/clone/clone-dir';
import { isDamaged } from '@/git/clone/fsck';
import { cloneExists, prepareClone, removeClone } from '@/git/clone/init';
import { GitError } from '@/git/process/error';
import type { StepName } from '@/model/kinds';
import { failureOf, JobFailed } from '@/queue/failure';
import type { Lease } from '@/queue/lease';
import { logLine } from '@/queue/record';
import { fetchAndProject } from './sync';

/**
 * Runs a step's work on a clone that is there. A step that does not begin with a fetch gets one first where the
 * clone has vanished since the step before; lock files of killed processes are removed.
 *
 * Where the work fails and the clone proves damaged, the clone is thrown away and the failure becomes a GitError of
 * kind `corrupt`, which is tried again: the next try makes the clone anew. It is not tried again at once, for the
 * work decides by the job's row, which only the next try reads afresh.
 */
export async function onWholeClone(lease: Lease, step: StepName, work: () => Promise<void>): Promise<void> {
  const gitDir = cloneDir(lease.repo.id);
  try {
    if (step === 'act') {
      if (cloneExists(gitDir)) await prepareClone(gitDir, lease.repo.url);
      else await fetchAndProject(lease, 'act');
    }
    await work();
  } catch (error) {
    if (lease.signal.aborted || !(await tellsOfDamage(error, gitDir, lease.signal))) throw error;
    const words = error instanceof Error ? error.message : String(error);
    await lease.write([logLine(lease, `The clone is damaged and is thrown away: ${words}`, 'warn')]);
    await removeClone(gitDir);
    throw error instanceof GitError && error.kind === 'corrupt' ? error : new GitError('corrupt', words, [], '');
  }
}

/** git has too many words for damage to know them all, so whatever is not explained has the clone looked at. */
async function tellsOfDamage(error: unknown, gitDir: string, signal: AbortSignal): Promise<boolean> {
  if (error instanceof JobFailed) return false;
  if (error instanceof GitError && error.kind !== 'failed') return error.kind === 'corrupt';
  // Trouble of the database.
  if (!(error instanceof GitError) && failureOf(error).transient) return false;
  return isDamaged(gitDir, signal);
}
