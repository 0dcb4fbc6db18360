import type { ForecastCheck } from './forecast';
import type { AdoptedCommit, LeftCommit, Plan, Registered } from './plan';

/** What a job did, as data: made from its plan and its moves, verified against the remote. */
export interface JobResult {
  heldBack: Plan['heldBack'];
  dropped: Plan['dropped'];
  warnings: Plan['warnings'];
  /** Branches found merged: what they are in, and what is to stand where they stood (in old rows: the same one). */
  merged: Array<{ branch: string; into: string; onto?: string }>;
  /** Commits of branches that go on which were found to have landed, newest first; old rows do not say. */
  landed?: Array<{ branch: string; into: string; commit: string; subject: string }>;
  /** Branches that this job began to track. */
  registered: Registered[];
  /** Commits that left branches that moved, and those that became the branch's own; old rows do not say. */
  left?: LeftCommit[];
  adopted?: AdoptedCommit[];
  /** Branches that the remote deleted without their being merged. */
  gone: string[];
  /** How many branches it has moved, and how often a ref: not said where none was, nor in old rows. */
  moved?: { branches: number; refs: number };
  /** Branches whose old commits are kept nowhere any more: no undo can put them back. */
  lost?: string[];
  /** Whatever else a person should know, in whole sentences. */
  notes: string[];
  /** Null where none was known for the tips that the job met, or where it ended for reasons beyond any plan. */
  forecast: ForecastCheck | null;
}

export const EMPTY_RESULT: JobResult = {
  heldBack: [],
  dropped: [],
  warnings: [],
  merged: [],
  registered: [],
  gone: [],
  notes: [],
  forecast: null,
};
