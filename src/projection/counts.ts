import type { BranchRow } from '@/db/schema';
import type { BranchCounts } from '@/model/counts';

/** What a list of repos says of one: branches that are merged or gone want nothing, and are not counted. */
export function countBranches(
  rows: Array<Pick<BranchRow, 'tracked' | 'merged' | 'gone' | 'needsRestack' | 'forecast'>>,
): BranchCounts {
  const open = rows.filter((row) => !row.merged && !row.gone);
  const tracked = open.filter((row) => row.tracked);
  return {
    branches: open.length,
    needRestack: tracked.filter((row) => row.needsRestack).length,
    wouldConflict: tracked.filter((row) => row.forecast?.outcome === 'conflict').length,
    untracked: open.length - tracked.length,
  };
}
