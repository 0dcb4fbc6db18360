/**
 * The words of a plan: what an action on a stack would do, as data, before anything moves.
 */

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
  | {
      kind: 'conflict';
      commit: string;
      subject: string;
      onto: string;
      files: ConflictFile[];
      /**
       * What solving it by hand begins with: the branch to stand on, the branch's own tip and base, and its merge commits
       * that have changed something themselves.
       */
      byHand?: { parent: string; tip: string; base: string; merges?: string[] };
    }
  /** The branch below it is held back. */
  | { kind: 'below'; branch: string }
  /** The remote refuses to move the ref. */
  | { kind: 'protected'; message: string }
  /** Comparing it takes more than git may hold, or than is read. */
  | { kind: 'too_large'; message: string }
  /** The branch below it is gone from the remote: reparent it. */
  | { kind: 'parent_gone'; parent: string }
  /** It has no commit in common with the branch below it, so nobody knows which commits are its own. */
  | { kind: 'unrelated'; parent: string };

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
  /**
   * The commit that its author has made of it, by the author's line that both have, or that brought its change to trunk;
   * null where there is none.
   */
  replacedBy: string | null;
}

/** Whether nobody has it any more, as it was or as its author has rewritten it. */
export function isOnNoBranch({ on, replacedBy }: Pick<LeftCommit, 'on' | 'replacedBy'>): boolean {
  return !on && !replacedBy;
}

/** The commits that nobody has any more, each once: of several branches that lose it, with the lowest. */
export function lostCommits(left: readonly LeftCommit[]): LeftCommit[] {
  const had = new Set(left.flatMap(({ commit, on }) => (on ? [commit] : [])));
  const lost = new Map<string, LeftCommit>();
  for (const one of left)
    if (isOnNoBranch(one) && !had.has(one.commit) && !lost.has(one.commit)) lost.set(one.commit, one);
  return [...lost.values()];
}

/** A commit that was the parent's and is the branch's own from now on. */
export interface AdoptedCommit {
  branch: string;
  commit: string;
  subject: string;
}

/** A branch that is tracked from now on. */
export interface Registered {
  branch: string;
  parent: string;
  /** The commits that are its own then, newest first, at most 50; left out of a registration of all suggestions. */
  own?: Array<{ commit: string; subject: string }>;
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

export type EngineName = 'git' | 'git-spice';
