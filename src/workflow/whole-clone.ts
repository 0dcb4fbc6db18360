import { cloneDir } from '@/git/clone/clone-dir';
import { sameDataDir } from '@/git/clone/data-dir';
import { cloneExists, prepareClone } from '@/git/clone/init';
import { GitError } from '@/git/process/error';
import type { StepName } from '@/model/kinds';
import { failureOf, JobFailed } from '@/queue/failure';
import type { Lease } from '@/queue/lease';
import { setAsideIfDamaged, theirs } from './damaged-clone';
import { fetchAndProject } from './sync';

/**
 * Runs a step's work on a clone that is there. A step that does not begin with a fetch gets one first where the
 * clone has vanished since the step before; lock files of killed processes are removed.
 *
 * Where the work fails and the clone proves damaged, the clone is set aside and the failure becomes a GitError of
 * kind `corrupt`, which is tried again: the next try makes the clone anew and takes over what only the old one has. It
 * is not tried again at once, for the work decides by the job's row, which only the next try reads afresh.
 */
export async function onWholeClone(lease: Lease, step: StepName, work: () => Promise<void>): Promise<void> {
  const gitDir = cloneDir(lease.repo.id);
  try {
    if (step === 'act') {
      await sameDataDir();
      if (cloneExists(gitDir)) await prepareClone(gitDir, lease.repo.url);
      else await fetchAndProject(lease, 'act');
    }
    await work();
  } catch (error) {
    if (lease.signal.aborted || !isSuspicious(error)) throw error;
    const damaged = await setAsideIfDamaged(lease, error);
    const isCorrupt = error instanceof GitError && error.kind === 'corrupt';
    if (!damaged) throw isCorrupt ? theirs(error) : error;
    if (isCorrupt) throw error;
    throw new GitError('corrupt', error instanceof Error ? error.message : String(error), [], '');
  }
}

/**
 * git has too many words for damage to know them all, so whatever is not explained has the clone looked at; but what
 * only the far side has said tells nothing of ours.
 */
function isSuspicious(error: unknown): boolean {
  if (error instanceof JobFailed) return false;
  if (!(error instanceof GitError)) return !failureOf(error).transient; // trouble of the database passes
  if (error.kind !== 'failed') return error.kind === 'corrupt';
  return error.stderr === '' || error.own.trim() !== '';
}
