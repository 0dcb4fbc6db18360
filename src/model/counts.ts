import type { VersionedNeed } from './needs';

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
  /** What it wants of a person, the first of many; old rows do not say. */
  needs?: VersionedNeed[];
  /** How many others there are; left out where there are none. */
  moreNeeds?: number;
  /** Why the last forecast of a Restack of the whole says nothing; left out where it says something. */
  noForecast?: string;
  /** The fingerprint of the branches, where a forecast of them as they are has said so; else left out. */
  tipsKey?: string;
}
