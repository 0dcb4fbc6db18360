import { breather } from '@/breather';
import type { DiffPair, DiffStat } from '@/git/objects/diff-tree';
import type { MergeOutcome, MergePair } from '@/git/objects/merge-tree';
import type { History } from './history';

/** A branch that may have been merged. */
export interface MergeCandidate {
  name: string;
  tip: string;
  /** The recorded base; null where none is known. */
  base: string | null;
  /** Whether it was seen with commits of its own before, which it still holds. */
  hadWork: boolean;
  /** What the forge says about its pull request, if there is one. */
  pullRequest?: PullRequestFact | undefined;
  /** Whether it is already known that merging this tip into this trunk would change something. */
  knownToChange: boolean;
}

export interface PullRequestFact {
  /** The branch that it goes into. */
  base: string;
  /** The commit that was, or would be, merged. */
  head: string;
  merged: boolean;
}

/** What the rule asks git; each function answers in the order of its pairs. */
export interface MergeQuestions {
  merges: (pairs: MergePair[]) => Promise<MergeOutcome[]>;
  /** Whether the change of a pair touches a file that is in trunk as it is in `from`. */
  touchesTrunksFile: (pairs: DiffPair[]) => Promise<boolean[]>;
  sizes: (pairs: DiffPair[]) => Promise<Array<DiffStat | null>>;
}

/**
 * Names of the branches that were merged into trunk: they have commits of their own, and their tip is an ancestor of
 * trunk, or merging them into trunk changes nothing (so squashed and rebased ones count, and reverted ones do not), or a
 * pull request of exactly this tip into trunk was merged. An empty new branch is never merged. All contents are
 * compared in one batch of merges.
 */
export async function findMerged(
  history: History,
  trunk: { name: string; tip: string; tree: string },
  candidates: MergeCandidate[],
  ask: MergeQuestions,
): Promise<Set<string>> {
  const merged = new Set<string>();
  const unsure: MergeCandidate[] = [];
  const breath = breather();
  for (const candidate of candidates) {
    await breath();
    const { name, tip, base, hadWork, pullRequest } = candidate;
    if (tip === base) continue;
    if (pullRequest?.merged && pullRequest.base === trunk.name && pullRequest.head === tip) merged.add(name);
    else if (history.isAncestor(tip, trunk.tip)) {
      // On trunk's own line it may as well be an empty branch that was made, or moved up, there.
      if (hadWork || !history.isOnFirstParentLine(tip, trunk.tip)) merged.add(name);
    } else if (history.has(tip) && !candidate.knownToChange) unsure.push(candidate);
  }

  // Where a branch changes a file that trunk left alone since they parted, a merge changes it too: no need to try.
  // (Of histories that parted more than once, one merge base stands for all.)
  const related: DiffPair[] = [];
  for (const { tip } of unsure) {
    await breath();
    const from = history.mergeBase(tip, trunk.tip);
    if (from !== null) related.push({ from, to: tip });
  }
  const touching = await ask.touchesTrunksFile(related);
  const open = related.filter((_, i) => !touching[i]);

  const outcomes = await ask.merges(open.map(({ to }) => ({ ours: trunk.tip, theirs: to })));
  const pairs = open.filter((_, i) => {
    const outcome = outcomes[i];
    return outcome?.clean === true && outcome.tree === trunk.tree;
  });
  // A branch whose commits change nothing, taken together, would also change nothing in trunk.
  const sizes = await ask.sizes(pairs);
  const tips = new Set(pairs.flatMap(({ to }, i) => (sizes[i]?.files ? [to] : [])));
  for (const { name, tip } of unsure) if (tips.has(tip)) merged.add(name);
  return merged;
}
