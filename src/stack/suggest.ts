import { breather } from '@/breather';
import type { History } from './history';

/** A branch that is neither merged nor gone. */
export interface SuggestBranch {
  name: string;
  tip: string;
  tracked: boolean;
  /** The parent of a tracked branch. */
  parent: string | null;
  /** The branch that its pull request goes into. */
  pullRequestBase?: string | undefined;
  /** Tips that it was seen at. */
  tips: string[];
}

/**
 * A parent for every untracked branch: the base of its pull request; else the nearest branch whose tip is in its
 * history; else the nearest whose earlier tip is (that branch was rewritten since); else trunk. Branches that are
 * themselves untracked are suggested too; the suggestions never run in a circle. A branch that has nothing in common
 * with trunk or any other (gh-pages) gets none, nor does what stands on one.
 */
export async function suggestParents(
  history: History,
  trunk: { name: string; tip: string },
  branches: SuggestBranch[],
): Promise<Map<string, string>> {
  const breath = breather();
  // Tracked ones first: of several branches at one commit they are the better parent.
  const ordered = [...branches].sort((a, b) => Number(b.tracked) - Number(a.tracked) || (a.name < b.name ? -1 : 1));
  const rank = new Map(ordered.map((branch, i) => [branch.name, i]));
  const atTip = groupBy(ordered, (branch) => [branch.tip]);
  const wasAtTip = groupBy(ordered, (branch) => branch.tips);

  const parents = new Map(ordered.map((branch) => [branch.name, branch.tracked ? branch.parent : null]));
  const bottomOf = bottomsOf(parents);
  const suggestions = new Map<string, string>();
  for (const branch of ordered) {
    if (branch.tracked) continue;
    await breath();
    const nearest = (groups: Map<string, SuggestBranch[]>): string | null => {
      // At the same tip only one that comes before: two such branches must not be suggested for each other.
      const isBefore = (other: SuggestBranch) => (rank.get(other.name) ?? 0) < (rank.get(branch.name) ?? 0);
      const thereAt = (commit: string) =>
        groups.get(commit)?.find((other) => other !== branch && (commit !== branch.tip || isBefore(other)));
      // Only what is not on trunk: a branch at a commit of trunk is empty, or merged, and no better parent than trunk.
      const commit = history.newestOwn(branch.tip, trunk.tip, (one) => thereAt(one) !== undefined);
      return (commit && thereAt(commit)?.name) ?? null;
    };
    const { pullRequestBase } = branch;
    const known = pullRequestBase === trunk.name || (pullRequestBase && rank.has(pullRequestBase));
    // Each is looked for only where the one before is none: what a tall stack has above trunk is much to look through.
    const candidates = [() => (known ? pullRequestBase : null), () => nearest(atTip), () => nearest(wasAtTip)];
    let found: string | null | undefined;
    for (const candidate of candidates) {
      const name = candidate();
      if (!name || bottomOf(name) === branch.name) continue;
      found = name;
      break;
    }
    if (!found && history.mergeBase(branch.tip, trunk.tip) === null) continue;
    const suggestion = found ?? trunk.name;
    parents.set(branch.name, suggestion);
    suggestions.set(branch.name, suggestion);
  }
  withoutRootless(suggestions, parents);
  return suggestions;
}

/** What would stand on a branch that gets no suggestion has nothing in common with trunk either. */
function withoutRootless(suggestions: Map<string, string>, parents: ReadonlyMap<string, string | null>): void {
  const above = groupBy([...suggestions], ([, parent]) => [parent]);
  const rootless = [...parents].flatMap(([name, parent]) => (parent === null ? [name] : []));
  for (const below of rootless) {
    for (const [name] of above.get(below) ?? []) {
      suggestions.delete(name);
      rootless.push(name);
    }
  }
}

/**
 * The bottom of what a branch stands on by these parents; of a circle, one that is in it. What has no parent may be given
 * one meanwhile, and nothing is walked down twice: that a branch of a tall stack is suggested no parent above it would
 * else take a walk over all that is below.
 */
function bottomsOf(parents: ReadonlyMap<string, string | null>): (name: string) => string {
  const lower = new Map<string, string>();
  return (name) => {
    const met = new Set<string>();
    let at = name;
    for (;;) {
      met.add(at);
      const below = lower.get(at) ?? parents.get(at);
      if (!below || met.has(below)) break;
      at = below;
    }
    for (const each of met) if (each !== at) lower.set(each, at);
    return at;
  };
}

function groupBy<T>(items: T[], keys: (item: T) => string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    for (const key of keys(item)) {
      const group = groups.get(key);
      if (group) group.push(item);
      else groups.set(key, [item]);
    }
  }
  return groups;
}
