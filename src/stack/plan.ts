/**
 * The words of a plan: what an action on a stack would do, as data, before anything moves.
 * Both engines turn a `PlanRequest` into a `Plan`; nothing here starts a process.
 */

import type { History } from './history';

/** A tracked branch as the planner sees it, read from the branch rows after a fetch. */
export interface PlanBranch {
  name: string;
  /** Commit id of the branch on the remote. */
  tip: string;
  /** Name of the branch below it; the trunk's name at the bottom of a stack. */
  parent: string;
  /** Commit of the parent that the branch stands on; an ancestor of `tip`. See `base.ts`. */
  base: string;
}

/** One branch to replay. Targets come bottom up: a target's parent is trunk, an untouched branch, or an earlier target. */
export interface Target {
  branch: string;
  /** The branch to stand on afterwards (differs from the row's parent for a reparent or a retarget). */
  onto: string;
}

export interface PlanRequest {
  /** The repo's bare clone; branches are at `refs/remotes/origin/<name>`. An engine reads it and never writes to it. */
  gitDir: string;
  trunk: { name: string; tip: string };
  /** Every tracked branch that is neither merged nor gone, targets included. */
  branches: PlanBranch[];
  targets: Target[];
  committer: Committer;
  /** Kills the engine's children when it aborts; the plan call then rejects with the signal's reason. */
  signal: AbortSignal;
  /** A line for the job's log. */
  log: (line: string) => void;
}

/** Who replays, and when: fixed per job, so planning again yields the same commit ids. */
export interface Committer {
  name: string;
  email: string;
  /** Unix seconds and zone as git writes them: `1763900000 +0000`. */
  date: string;
}

/** A branch ref that moves, and the tracking that goes with it. */
export interface Move {
  branch: string;
  /** Commit ids. `before` equals `after` when only the tracking (parent, base) changes. `before` is null for a new ref. */
  before: string | null;
  after: string;
  parentBefore: string | null;
  parentAfter: string;
  baseBefore: string | null;
  baseAfter: string;
  /** Old commit → new commit for every replayed commit; a commit kept as it was is not listed. */
  rewritten: Array<{ from: string; to: string }>;
}

/** A file of a conflict; `text` is the conflicted text with markers, or null where there is none to show (binary, too large). */
export interface ConflictFile {
  path: string;
  /** merge-tree's conflict types for the path, such as `contents`, `modify/delete`, `rename/rename`, `binary`. */
  kinds: string[];
  text: string | null;
}

export type HeldBackReason =
  | { kind: 'conflict'; commit: string; subject: string; onto: string; files: ConflictFile[] }
  /** The branch below it is held back. */
  | { kind: 'below'; branch: string }
  /** The remote refuses to move the ref. */
  | { kind: 'protected'; message: string }
  /** The branch below it is gone from the remote: reparent it. */
  | { kind: 'parent_gone'; parent: string };

/** A branch left where it was. */
export interface HeldBack {
  branch: string;
  reason: HeldBackReason;
}

/** A commit that was not replayed because its change is already below. */
export interface Dropped {
  branch: string;
  commit: string;
  subject: string;
}

/**
 * A commit that was under a branch and leaves it, because it is not the branch's own and what the branch stands on has
 * it no more.
 */
export interface LeftCommit {
  branch: string;
  commit: string;
  subject: string;
  /** A branch that still has it; null where it is on no branch any more. */
  on: string | null;
  /** The commit that its author has made of it, by the author's line that both have; null where there is none. */
  replacedBy: string | null;
}

/** A commit that was the parent's and is the branch's own from now on. */
export interface AdoptedCommit {
  branch: string;
  commit: string;
  subject: string;
}

export interface Warning {
  branch: string | null;
  /** `signature_lost`, `merge_flattened`: one per branch with the commits it concerns; `engine`: the engine's own words. */
  kind: 'signature_lost' | 'merge_flattened' | 'engine';
  commits: string[];
  message: string;
}

/** What an action would do. Moves are bottom up and hold only branches whose ref or tracking changes. */
export interface Plan {
  moves: Move[];
  heldBack: HeldBack[];
  dropped: Dropped[];
  warnings: Warning[];
}

/** A plan together with its new objects, which live in a quarantine until they are taken into the clone. */
export interface PlannedObjects {
  plan: Plan;
  /**
   * Takes the plan's new objects into the clone as one pack, checks that they are complete, and points
   * `keepRef` at a commit that holds every `after` (and every `before`), so that nothing vanishes in a gc.
   */
  take(keepRef: string): Promise<void>;
  /** All that `commits` and the plan's new commits reach and `without` does not. */
  history(commits: string[], without: string[]): Promise<History>;
  /** The tree that each branch of `moves` would have: what a plan comes to, whoever commits it and when. */
  trees(): Promise<Map<string, string>>;
  /** Throws the quarantine away. Safe to call more than once, and after `take`. */
  discard(): Promise<void>;
}

/** The one contract of the two engines. A conflict is data in the plan, never an exception. */
export interface Engine {
  readonly name: EngineName;
  plan(request: PlanRequest): Promise<PlannedObjects>;
}

export type EngineName = 'git' | 'git-spice';
