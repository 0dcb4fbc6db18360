import type { BranchRow } from '@/db/schema';
import type { RemoteBranch } from '@/git/clone/for-each-ref';
import type { PullRequestFact } from '@/stack/landing';
import type { KnownLanding } from './landings';
import type { LongLivedInput } from './long-lived';

/** A branch row as the projection knows it. */
export type ProjectedRow = Omit<BranchRow, 'repoId' | 'firstSeenAt' | 'lastSeenAt'>;

export interface ProjectionInput extends LongLivedInput {
  /** The clone, after a fetch. */
  gitDir: string;
  /** Its branches, where the fetch has read them. */
  refs?: ReadonlyMap<string, RemoteBranch>;
  /** Name of the trunk. */
  trunk: string;
  previousRows: ProjectedRow[];
  previousTrunkTip: string | null;
  /** The trunk that `previousTrunkTip` is of, where it was another branch. */
  previousTrunk?: string | null | undefined;
  /** Tips that each branch, and trunk, was seen at before, newest first. */
  branchTips: ReadonlyMap<string, string[]>;
  /** Tips of branches that had a name before the one that has it now. */
  earlierTips?: ReadonlyMap<string, string[]>;
  /** What the forge says, by branch. */
  pullRequests?: ReadonlyMap<string, PullRequestFact>;
  /** All that is known to have landed, oldest first. */
  landings: KnownLanding[];
  signal?: AbortSignal;
}

/** The tips that branches were seen at, newest first: since a name is that of the branch that has it now, and ever. */
export interface Seen {
  seen: { now: (name: string) => string[]; ever: (name: string) => string[] };
}

/** @param anew names that are another branch's since the last look */
export function seenTips({ branchTips, earlierTips }: ProjectionInput, anew: ReadonlySet<string>): Seen['seen'] {
  const all = (name: string) => branchTips.get(name) ?? [];
  return {
    now: (name) => (anew.has(name) ? [] : all(name)),
    ever: (name) => [...all(name), ...(earlierTips?.get(name) ?? [])],
  };
}
