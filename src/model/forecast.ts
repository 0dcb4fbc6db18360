import type { ErrorCode } from './errors';
import type { AdoptedCommit, Dropped, EngineName, HeldBack, LeftCommit, Registered, Warning } from './plan';

/** A plan's outline as a branch row and the forecast carry it. */
export interface BranchForecast {
  /** The two tips that it was computed for. */
  tip: string;
  parentTip: string;
  outcome: 'in_place' | 'clean' | 'conflict' | 'too_large';
  /** The first 100 paths in conflict; empty unless `outcome` is `conflict`. */
  files: string[];
}

/** A plan in outline: what an action would do, for a person to look at before it is done. */
export interface ForecastOutline {
  /** Null for a registration, which replays nothing, and where the engine asked for is missing. */
  engine: EngineName | null;
  /** Why the job would end with an error; then nothing moves, and `moves` is empty. */
  failure: { code: ErrorCode; message: string; hint: string } | null;
  /** Bottom up. */
  moves: ForecastMove[];
  /**
   * Of a conflict the commit, its files and their kinds; `text` where that is short, and never in the forecast of a
   * `restack_repo`: a job's result has it.
   */
  heldBack: HeldBack[];
  dropped: Dropped[];
  warnings: Warning[];
  /** Branches that would be tracked from then on. */
  registered: Registered[];
  /** Commits that would leave branches that move, and those that would become the branch's own; old rows do not say. */
  left?: LeftCommit[];
  adopted?: AdoptedCommit[];
}

/** What of the outline of a Restack of the whole repo the states of branches are made of. */
export interface RestackOutline extends Pick<ForecastOutline, 'failure' | 'heldBack' | 'left'> {
  moves: Array<Pick<ForecastMove, 'branch' | 'from' | 'moves'>>;
}

/** The last outline that was computed of it. */
export interface RestackForecast {
  /** The forecast's id. */
  id: number;
  outline: RestackOutline;
  /** The fingerprint of the branches that it is for. */
  tipsKey: string;
  computedAt: string | null;
  /** The branches have changed since: it is being renewed, and what it says stands meanwhile. */
  stale: boolean;
}

export interface ForecastMove {
  branch: string;
  /** Its tip now. */
  from: string;
  parentBefore: string | null;
  /** The branch that it would stand on. */
  onto: string;
  /** Whether the ref moves; false where only its parent or base changes. */
  moves: boolean;
  /** Commits replayed. */
  commits: number;
  /** The tree that it would have. */
  tree: string | null;
}

/** How a job's forecast stood against what happened. */
export type ForecastCheck = { agreed: true } | { agreed: false; differences: string[] };
