import type { JobDetail } from '@/api/jobs';
import type { BranchRow } from '@/db/schema';
import { Graph } from '@/repos/graph';
import { isActive } from '../jobs/active';
import { moversOf, moverWords } from '../jobs/ask/movers';
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
  const { of, all } = moversOf(jobs, branches);
  const moved = branch === undefined ? [] : new Graph(branches, '').subtree(branch).map(({ name }) => name);
  const movers = [...moved.map((name) => of.get(name)), kind === 'restack_subtree' ? all : null].filter(
    (mover) => mover !== null && mover !== undefined,
  );
  const [first] = movers.sort((a, b) => a.seq - b.seq);
  return first ? moverWords(first) : null;
}
