/** How many of a repo's branches, without those that are merged or gone, there are and want something. */
export interface BranchCounts {
  branches: number;
  needRestack: number;
  /** Would conflict with their parents. */
  wouldConflict: number;
  untracked: number;
}
