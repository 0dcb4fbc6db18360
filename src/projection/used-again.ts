import type { BranchRow } from '@/db/schema';
import type { History } from '@/stack/history';
import { suggestParents } from '@/stack/suggest';

/** What it asks of a branch row, and changes there. */
type Row = Pick<BranchRow, 'name' | 'tip' | 'parent' | 'base' | 'baseNamed' | 'tracked' | 'merged' | 'gone'>;

/** Longer branches are not held against each other commit by commit. */
const LONGEST = 5000;

/** The authors' lines of commits that the history has. */
type Authors = (commits: string[]) => Promise<ReadonlyMap<string, { author: string }>>;

/** The own commits of a branch as it was, and as it is now. */
interface Compared<T> {
  of: T;
  was: string[];
  is: string[];
  tip: string;
}

/** Those of which nothing is left: no commit, neither as it was nor rewritten. */
async function withNothingLeft<T>(history: History, all: Compared<T>[], authors: Authors): Promise<T[]> {
  const open = all.filter(({ was, tip }) => !was.some((commit) => history.isAncestor(commit, tip)));
  const known = await authors(open.flatMap(({ was, is }) => [...was, ...is]));
  const line = (commit: string) => known.get(commit)?.author ?? commit;
  return open.flatMap(({ of, was, is }) => {
    const before = new Set(was.map(line));
    return is.some((commit) => before.has(line(commit))) ? [] : [of];
  });
}

/**
 * Branches whose name alone is there again. They were deleted, or had landed, and what is pushed under the name now has
 * no commit of what it was, neither as it was nor rewritten (amending and rebasing keep the author's line with its date);
 * or they had landed and now stand on others that stood on them. Nobody has taken away from such a branch what it was.
 */
async function findUsedAgain(
  history: History,
  trunkTip: string,
  refs: ReadonlyMap<string, { tip: string }>,
  rows: Row[],
  authors: Authors,
): Promise<Row[]> {
  const others = rows.filter((row) => row.tracked && !row.merged && refs.has(row.name));
  const standsOnOther = (row: Row, tip: string) =>
    others.some(({ name }) => {
      const other = refs.get(name)?.tip ?? '';
      // Who goes on with a branch that has landed may take others in.
      return other !== tip && history.isOnFirstParentLine(other, tip) && !history.isAncestor(other, row.tip);
    });
  const open = rows.flatMap((row) => {
    const tip = refs.get(row.name)?.tip;
    if (!row.tracked || !(row.gone || row.merged) || row.base === null || !tip || tip === row.tip) return [];
    // One that has landed, and is put onto trunk, is merged still.
    if (!history.has(row.tip) || (row.merged && history.isAncestor(tip, trunkTip))) return [];
    if (row.merged && standsOnOther(row, tip)) return [{ of: row, tip, was: [], is: [] }];
    const was = history.ownCommits(row.tip, [row.base, trunkTip]);
    const is = history.ownCommits(tip, [row.base, trunkTip]);
    return was.length === 0 || was.length > LONGEST || is.length > LONGEST ? [] : [{ of: row, tip, was, is }];
  });
  return withNothingLeft(history, open, authors);
}

/**
 * The branches of landings that hold no more whose names others have by now: they have nothing of what had landed. What
 * was moved off them does not belong there.
 */
export async function namedAlike(
  history: History,
  trunkTip: string,
  refs: ReadonlyMap<string, { tip: string }>,
  voided: Array<{ branch: string; base: string; upTo: string }>,
  authors: Authors,
): Promise<Set<string>> {
  const open = voided.flatMap(({ branch, base, upTo }) => {
    const tip = refs.get(branch)?.tip;
    if (!tip || history.isAncestor(tip, trunkTip)) return [];
    const was = history.ownCommits(upTo, [base]);
    const is = history.ownCommits(tip, [base, trunkTip]);
    return was.length === 0 || was.length > LONGEST || is.length > LONGEST ? [] : [{ of: branch, tip, was, is }];
  });
  return new Set(open.length === 0 ? [] : await withNothingLeft(history, open, authors));
}

/**
 * Lets branches whose name alone is there again begin anew: each stands where its new commits are. What stood on one
 * that was deleted stays on the name and keeps the old commits as its own; what stood on one that has landed stands on
 * what that stood on. Changes the rows in place.
 * @returns their names, each with what keeps its old commits
 */
export async function beginAnew(
  history: History,
  trunk: { name: string; tip: string },
  refs: ReadonlyMap<string, { tip: string }>,
  rows: Row[],
  authors: Authors,
): Promise<Map<string, string[]>> {
  const again = await findUsedAgain(history, trunk.tip, refs, rows, authors);
  const keeping = new Map<string, string[]>(again.map(({ name }) => [name, []]));
  if (again.length === 0) return keeping;
  const anew = new Map(again.map((row) => [row.name, row]));
  for (const row of rows) {
    const below = row.tracked ? anew.get(row.parent ?? '') : undefined;
    const tipBelow = below && refs.get(below.name)?.tip;
    if (!below || !tipBelow) continue;
    if (below.merged) row.parent = below.parent;
    else {
      // One that is not there may come back as it was.
      const tip = [refs.get(row.name)?.tip, row.tip, below.tip].find((id) => id && history.has(id)) ?? below.tip;
      row.base = history.mergeBase(tip, tipBelow);
      row.baseNamed = true;
      if (refs.has(row.name)) keeping.get(below.name)?.push(row.name);
    }
  }
  // What is itself another branch by now keeps nothing: what stands on that does. Parents may run in a circle.
  const keepers = (name: string, met: ReadonlySet<string> = new Set()): string[] =>
    met.has(name)
      ? []
      : (keeping.get(name) ?? []).flatMap((above) =>
          keeping.has(above) ? keepers(above, new Set([...met, name])) : [above],
        );
  const kept = new Map([...keeping.keys()].map((name) => [name, keepers(name)]));
  const there = rows.flatMap((row) => {
    const tip = refs.get(row.name)?.tip;
    const tracked = row.tracked && !keeping.has(row.name);
    return tip && !(row.merged && tracked) ? [{ name: row.name, tip, tracked, parent: row.parent, tips: [] }] : [];
  });
  const suggestions = await suggestParents(history, trunk, there);
  for (const row of again) {
    Object.assign(row, { parent: suggestions.get(row.name) ?? row.parent, base: null, baseNamed: false });
  }
  return kept;
}
