import type { BranchRow } from '@/db/schema';

/**
 * The branches that a branch stands on, the trunk first and itself last; itself alone while it is not tracked.
 * Rows that form a circle end the walk.
 */
export function placeOf(name: string, branches: ReadonlyMap<string, Pick<BranchRow, 'parent' | 'tracked'>>): string[] {
  const place = [name];
  for (let below = parentOf(name); below !== null && !place.includes(below); below = parentOf(below)) {
    place.unshift(below);
  }
  return place;

  function parentOf(branch: string): string | null {
    const row = branches.get(branch);
    return row?.tracked ? row.parent : null;
  }
}
