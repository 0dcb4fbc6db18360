/**
 * How many branches a push moves, and what it costs: approvals that a forge may dismiss, runs of checks that it starts,
 * and commits that no branch has then.
 */
export interface PushCost {
  branches: number;
  approvals: number;
  runs: number;
  lost?: number;
}

/** What a repo wants of a person, each made of its branches as they stood when the repo was last looked at. */
export type Need =
  /** `onto` is what it conflicts with, `blocks` how many branches above it wait for it. */
  | { kind: 'conflict'; branch: string; onto: string; files: string[]; blocks: number }
  /** It stood on `parent`, which is not on the remote any more; `onto` is what that stood on. */
  | { kind: 'parent_gone'; branch: string; parent: string; onto: string }
  /** It has no commit in common with `parent`, which it is to stand on. */
  | { kind: 'unrelated'; branch: string; parent: string }
  /** It changes more than can be compared, and is left where it is with the `blocks` branches above it. */
  | { kind: 'too_large'; branch: string; blocks: number }
  /**
   * A stack, by its bottom branch: `moves` of its `branches` would move, and `heldBack` would not. `name` is what their
   * names begin with, else that of the bottom. (Of an earlier version's rows nobody knows the cost.)
   */
  | {
      kind: 'restack';
      branch: string;
      name: string;
      branches: number;
      moves: number;
      heldBack: number;
      /** How many of those conflict. */
      conflicts?: number;
      cost?: PushCost;
    }
  /** Branches that a registration of every suggestion tracks. */
  | { kind: 'register'; branches: number }
  /** An open pull request with changes asked for, a red check, or both. */
  | { kind: 'review'; branch: string; number: number; url: string; changesRequested: boolean; failed: boolean };

/** A need that was seen is told from one that has changed by its `version`. */
export type VersionedNeed = Need & { version: string };
