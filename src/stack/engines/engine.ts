import type { Committer } from '@/git/objects/identity';
import type { EngineName, Plan } from '@/model/plan';
import type { History } from '@/stack/history';

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
  /** Who replays, and when: fixed per job. */
  committer: Committer;
  /** Kills the engine's children when it aborts; the plan call then rejects with the signal's reason. */
  signal: AbortSignal;
  /** A line for the job's log. */
  log: (line: string) => void;
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
