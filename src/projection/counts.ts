import type { BranchRow } from '@/db/schema';
import type { BranchCounts } from '@/model/counts';
import { isKept } from '@/repos/kept';

/** What a list of repos says of one: branches that are merged or gone are not counted, and long-lived ones want nothing. */
export function countBranches(
  rows: Array<Pick<BranchRow, 'tracked' | 'merged' | 'gone' | 'needsRestack' | 'forecast' | 'kept' | 'keptReason'>>,
): BranchCounts {
  const open = rows.filter((row) => !row.merged && !row.gone);
  const wanting = open.filter((row) => !isKept(row));
  const tracked = wanting.filter((row) => row.tracked);
  return {
    branches: open.length,
    needRestack: tracked.filter((row) => row.needsRestack).length,
    wouldConflict: tracked.filter((row) => row.forecast?.outcome === 'conflict').length,
    untracked: wanting.length - tracked.length,
  };
}
