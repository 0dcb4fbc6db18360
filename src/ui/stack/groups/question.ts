import type { BranchRow } from '@/db/schema';
import type { ForecastOutline } from '@/model/forecast';
import type { PushCost } from '@/model/needs';
import { type BranchStates, restackedBy } from '@/repos/branch-state';
import { pushCost } from '@/repos/push-cost';
import { counted } from '@/text/words';

/** More branches than this are not moved by one press. */
const MANY = 25;

/** What is asked before these branches are moved; null where one press does it. */
export function restackQuestion(moved: readonly Pick<BranchRow, 'prState' | 'review' | 'ci'>[]): string | null {
  return pushQuestion(pushCost(moved));
}

/** The same of a Restack of one branch, with what it moves. */
export function branchQuestion(name: string, branches: readonly BranchRow[], states: BranchStates): string | null {
  const moved = new Set(restackedBy(name, branches, states));
  return restackQuestion(branches.filter((branch) => moved.has(branch.name)));
}

/** The same of what a forecast says would move. */
export function outlineQuestion(
  { moves }: Pick<ForecastOutline, 'moves'>,
  branches: readonly BranchRow[],
): string | null {
  const moved = new Set(moves.flatMap((move) => (move.moves ? [move.branch] : [])));
  return restackQuestion(branches.filter(({ name }) => moved.has(name)));
}

/**
 * What is asked before a push; null where one press does it. Approvals, which a forge may dismiss with it, are worth a
 * question however few move.
 */
export function pushQuestion({ branches, approvals, runs }: PushCost): string | null {
  if (branches <= MANY && approvals === 0) return null;
  const costs = [
    ...(approvals > 0 ? [`may dismiss ${counted(approvals, 'approval')}`] : []),
    ...(runs > 0 ? [`starts ${counted(runs, 'CI run')}`] : []),
  ];
  const cost = costs.length > 0 ? `: that ${costs.join(' and ')}` : '';
  return `${counted(branches, 'branch', 'branches')} will be pushed${cost}.`;
}
