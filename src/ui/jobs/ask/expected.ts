import type { ForecastOutline } from '@/model/forecast';
import type { ActionKind } from '@/model/kinds';
import { isOnNoBranch } from '@/model/plan';
import type { Overview } from '../../repos/overview';
import { isActive } from '../active';

const RESTACKS: ReadonlySet<ActionKind> = new Set(['restack_repo', 'restack_subtree', 'rebase_branch']);

/**
 * What a press goes by: the branches as they are shown, where that is what was decided on. Where they are others by then,
 * the server does nothing and says so. A move onto another parent is decided on, and that commits are on no branch then.
 * A Restack else is to take up whatever has been pushed since.
 *
 * Nothing is expected while a job is still to end, behind which the press waits, nor while what is shown is of a moment
 * ago: what comes of it is not known then, and the page says that too.
 */
export function expectedOf(
  kind: ActionKind,
  { restack, jobs }: Pick<Overview, 'restack' | 'jobs'>,
): { expected?: string } {
  if (restack === null || restack.stale || jobs.some(({ job }) => isActive(job.status))) return {};
  const isDecided = kind === 'reparent_branch' || (RESTACKS.has(kind) && losesCommits(restack.outline));
  return isDecided ? { expected: restack.tipsKey } : {};
}

/** Whether commits are on no branch then, but for those that their author has rewritten. */
export function losesCommits({ left = [] }: Pick<ForecastOutline, 'left'>): boolean {
  return left.some(isOnNoBranch);
}
