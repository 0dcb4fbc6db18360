import type { JobDetail } from '@/api/jobs';
import type { BranchRow } from '@/db/schema';
import { Graph } from '@/repos/graph';
import { isActive } from '../jobs/active';
import type { Does } from './items';

/**
 * Why what an item offers cannot be asked for just now: a job that runs or waits does it, or is about to move what it is
 * about. Null where none does.
 * @param jobs newest first
 */
export function coveredBy(
  does: Does,
  jobs: readonly JobDetail[],
  branches: readonly Pick<BranchRow, 'name' | 'parent' | 'tracked' | 'merged' | 'gone'>[],
): string | null {
  const active = jobs.filter(({ job }) => isActive(job.status)).toReversed();
  const told = (job: JobDetail['job'] | undefined, runs: string, waits: string) =>
    job ? `#${job.seq} ${job.status === 'queued' ? waits : runs}.` : null;
  if ('retry' in does) {
    const again = active.find(({ job }) => job.retryOf === does.retry);
    return told(again?.job, 'tries it again', 'waits to try it again');
  }
  if (!('run' in does)) return null;
  const { kind, branch } = does.run;
  if (kind === 'register_existing_branch') {
    const same = active.find(({ job }) => job.kind === kind && job.suggested);
    return told(same?.job, 'registers them', 'waits to register them');
  }
  const graph = new Graph(branches, '');
  const namesOf = (root: string) => graph.subtree(root).map(({ name }) => name);
  const moved = new Set(branch === undefined ? [] : namesOf(branch));
  const mover = active.find(({ job, moves }) => {
    if (job.kind === 'restack_repo') return kind === 'restack_subtree';
    if (moves.some((move) => move.state === 'planned' && move.before !== move.after && moved.has(move.branch)))
      return true;
    const undone = jobs.find((other) => other.job.id === job.undoOf);
    if (undone) return undone.moves.some((move) => move.state === 'pushed' && moved.has(move.branch));
    if (!MOVING.has(job.kind)) return false;
    const roots = job.branch !== null ? [job.branch] : (job.branches ?? []);
    return roots.some((root) => namesOf(root).some((name) => moved.has(name)));
  });
  return told(mover?.job, 'is about to move it', 'waits to move it');
}

/** The kinds of jobs that are asked for on a branch and move it. */
const MOVING: ReadonlySet<string> = new Set(['restack_subtree', 'rebase_branch', 'reparent_branch']);
