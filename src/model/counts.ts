/** How many of a repo's branches, without those that are merged or gone, there are and want something. */
export interface BranchCounts {
  branches: number;
  /** A Restack of the whole repo would move them. */
  needRestack: number;
  /** Would conflict with what they stand on. */
  wouldConflict: number;
  untracked: number;
  /** Blocked by another branch, too large to be compared, or on a parent that is gone; old rows do not say. */
  heldBack?: number;
}
