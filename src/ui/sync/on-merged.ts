import type { BranchRow } from '@/db/schema';
import { isKept } from '@/repos/kept';

/**
 * The merged branches that something still stands on, and the branches that stand on them, directly or further up. What
 * no action moves, and what is above it, stays where it is and is not among them.
 */
export function onMerged(branches: BranchRow[]): { merged: string[]; above: string[] } {
  const byName = new Map(branches.map((branch) => [branch.name, branch]));
  const stands = (branch: BranchRow) => branch.tracked && !branch.merged && !branch.gone && !isKept(branch);
  const standing = new Map<string, boolean>();
  const standsOnMerged = (name: string, met: ReadonlySet<string> = new Set()): boolean => {
    const known = standing.get(name);
    if (known !== undefined) return known;
    const branch = byName.get(name);
    const parent = branch?.parent ? byName.get(branch.parent) : undefined;
    const answer =
      branch !== undefined &&
      parent !== undefined &&
      stands(branch) &&
      !met.has(name) &&
      (parent.merged || standsOnMerged(parent.name, new Set([...met, name])));
    standing.set(name, answer);
    return answer;
  };
  const above = branches.filter(({ name }) => standsOnMerged(name));
  const parents = above.flatMap(({ parent }) => (parent && byName.get(parent)?.merged ? [parent] : []));
  return { merged: [...new Set(parents)].sort(), above: above.map(({ name }) => name) };
}
