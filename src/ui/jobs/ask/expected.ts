import type { ActionKind } from '@/model/kinds';
import type { Overview } from '../../repos/overview';
import { isActive } from '../active';

/** What moves branches, of which a forecast is shown before it is pressed. */
const MOVES: ReadonlySet<ActionKind> = new Set(['restack_repo', 'restack_subtree', 'rebase_branch', 'reparent_branch']);

/**
 * What a press goes by: the branches as they are shown. Where they are others by then, the server does nothing and says
 * so. Nothing is expected while a job is still to end, behind which the press waits, nor while what is shown is of a
 * moment ago: what comes of it is not known then, and the page says that too.
 */
export function expectedOf(
  kind: ActionKind,
  { restack, jobs }: Pick<Overview, 'restack' | 'jobs'>,
): { expected?: string } {
  if (!MOVES.has(kind) || restack === null || restack.stale || jobs.some(({ job }) => isActive(job.status))) return {};
  return { expected: restack.tipsKey };
}
