import type { BranchRow } from '@/db/schema';
import { canCarry, isKept } from '@/repos/kept';
import { visible } from '@/text/visible';
import type { StackPicture } from '../layout';

/** A branch and everything that stands on it, from bottom to top: what moves with it. */
export function movedWith(branch: string, { rows }: StackPicture): string[] {
  const at = rows.findIndex((row) => row.branch.name === branch);
  const row = rows[at];
  return row ? rows.slice(at, at + row.above + 1).map((each) => each.branch.name) : [branch];
}

/** Why a branch cannot be moved at all; null where it can. */
export function pickUpProblem(branch: BranchRow): string | null {
  if (branch.merged) return 'It is merged';
  if (branch.gone) return 'It is gone from the remote';
  if (isKept(branch)) return 'It is a long-lived branch';
  return branch.tracked ? null : 'It is untracked: register it first';
}

/** Every branch of a repo, and the picture of them all. */
export interface WholeStack {
  trunk: string | null;
  branches: BranchRow[];
  picture: StackPicture;
}

/** Why a branch cannot be put onto another one; null where it can. Nothing that takes a look at commits. */
export function dropProblem(branch: string, target: string, { trunk, branches, picture }: WholeStack): string | null {
  if (target === branch) return 'Aim at another branch';
  const rows = new Map(branches.map((each) => [each.name, each]));
  const below = rows.get(branch)?.parent;
  const shown = visible(target);
  if (below === target) return `Already on ${shown}`;
  if (target === trunk) return null;
  if (movedWith(branch, picture).includes(target)) return `${shown} stands on it`;
  const onto = rows.get(target);
  if (!onto || onto.gone) return `${shown} is gone`;
  if (onto.merged) return `${shown} is merged`;
  return canCarry(onto) ? null : `${shown} is untracked: register it first`;
}
