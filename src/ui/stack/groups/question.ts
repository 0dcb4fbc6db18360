import type { JobDetail } from '@/api/jobs';
import type { BranchRow } from '@/db/schema';
import type { ForecastOutline } from '@/model/forecast';
import type { PushCost } from '@/model/needs';
import { lacksMoves, movedBy } from '@/model/result';
import { inverseMoves } from '@/queue/undo-moves';
import { type BranchStates, lostBy, restackedBy } from '@/repos/branch-state';
import { pushCost } from '@/repos/push-cost';
import { counted } from '@/text/words';

/** More branches than this are not moved by one press. */
const MANY = 25;

/**
 * What is asked before these branches are moved; null where one press does it.
 * @param lost how many commits no branch has then
 */
export function restackQuestion(
  moved: readonly Pick<BranchRow, 'prState' | 'review' | 'ci'>[],
  lost = 0,
): string | null {
  return pushQuestion({ ...pushCost(moved), lost });
}

/** The same of a Restack of one branch, with what it moves. */
export function branchQuestion(name: string, branches: readonly BranchRow[], states: BranchStates): string | null {
  const moved = new Set(restackedBy(name, branches, states));
  return restackQuestion(
    branches.filter((branch) => moved.has(branch.name)),
    lostBy(moved, states),
  );
}

/** The same of all that will move. */
export function wholeQuestion(branches: readonly BranchRow[], states: BranchStates): string | null {
  const moved = branches.filter(({ name }) => states.get(name)?.is === 'will_move');
  return restackQuestion(moved, lostBy(states.keys(), states));
}

/** The same of what a forecast says would move; which commits no branch has then it says itself. */
export function outlineQuestion(
  { moves }: Pick<ForecastOutline, 'moves'>,
  branches: readonly BranchRow[],
): string | null {
  const moved = new Set(moves.flatMap((move) => (move.moves ? [move.branch] : [])));
  return restackQuestion(branches.filter(({ name }) => moved.has(name)));
}

/**
 * The same of an undo: approvals and CI runs of what it puts back are as dear. Where the list has left out what that is,
 * only how many are told.
 */
export function undoQuestion(undone: JobDetail, branches: readonly BranchRow[]): string | null {
  // Whether others have moved one since, only the server knows: it says so where it cannot be undone.
  if (lacksMoves(undone)) {
    return `${counted(movedBy(undone).branches, 'branch', 'branches')} will be pushed, unless one of them has moved since.`;
  }
  const back = new Set(inverseMoves(undone.moves).map(({ branch }) => branch));
  return restackQuestion(branches.filter(({ name }) => back.has(name)));
}

/**
 * What is asked before a push; null where one press does it. Approvals, which a forge may dismiss with it, and commits
 * that no branch has then, are worth a question however few move.
 */
export function pushQuestion({ branches, approvals, runs, lost = 0 }: PushCost): string | null {
  if (branches <= MANY && approvals === 0 && lost === 0) return null;
  const costs = [
    ...(approvals > 0 ? [`may dismiss ${counted(approvals, 'approval')}`] : []),
    ...(runs > 0 ? [`starts ${counted(runs, 'CI run')}`] : []),
    ...(lost > 0 ? [`leaves ${counted(lost, 'commit')} on no branch`] : []),
  ];
  const all = [costs.slice(0, -1).join(', '), ...costs.slice(-1)].filter(Boolean).join(' and ');
  const cost = all && `: that ${all}`;
  return `${counted(branches, 'branch', 'branches')} will be pushed${cost}.`;
}
