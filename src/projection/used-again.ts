import type { BranchRow } from '@/db/schema';
import type { History } from '@/stack/history';
import { suggestParents } from '@/stack/suggest';

/** What it asks of a branch row, and changes there. */
type Row = Pick<BranchRow, 'name' | 'tip' | 'parent' | 'base' | 'baseNamed' | 'tracked' | 'merged' | 'gone'>;

/** More commits than these are not held against each other one by one. */
const LONGEST = 100;

/**
 * Branches whose name alone is there again. They were deleted, or had landed, and what is pushed under the name now has
 * no commit of what it was, neither as it was nor rewritten (amending and rebasing keep the author's line with its date);
 * or they had landed and now stand on others that stood on them. Nobody has taken away from such a branch what it was.
 * @param authors the authors' lines of commits that the history has
 */
async function findUsedAgain(
  history: History,
  trunkTip: string,
  refs: ReadonlyMap<string, { tip: string }>,
  rows: Row[],
  authors: (commits: string[]) => Promise<ReadonlyMap<string, { author: string }>>,
): Promise<Row[]> {
  const others = rows.filter((row) => row.tracked && !row.merged && refs.has(row.name));
  const standsOnOther = (row: Row, tip: string) =>
    others.some(({ name }) => {
      const other = refs.get(name)?.tip ?? '';
      return other !== tip && history.isAncestor(other, tip) && !history.isAncestor(other, row.tip);
    });
  const open = rows.flatMap((row) => {
    const tip = refs.get(row.name)?.tip;
    if (!row.tracked || !(row.gone || row.merged) || row.base === null || !tip || tip === row.tip) return [];
    if (!history.has(row.tip) || history.isAncestor(tip, trunkTip)) return [];
    if (row.merged && standsOnOther(row, tip)) return [{ row, was: [], is: [] }];
    const was = history.ownCommits(row.tip, [row.base, trunkTip]);
    const is = history.ownCommits(tip, [row.base, trunkTip]);
    if (was.length === 0 || was.length > LONGEST || is.length > LONGEST) return [];
    return was.some((commit) => history.isAncestor(commit, tip)) ? [] : [{ row, was, is }];
  });
  const known = await authors(open.flatMap(({ was, is }) => [...was, ...is]));
  const line = (commit: string) => known.get(commit)?.author ?? commit;
  return open.flatMap(({ row, was, is }) => {
    const before = new Set(was.map(line));
    return is.some((commit) => before.has(line(commit))) ? [] : [row];
  });
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
  authors: (commits: string[]) => Promise<ReadonlyMap<string, { author: string }>>,
): Promise<Map<string, string[]>> {
  const again = await findUsedAgain(history, trunk.tip, refs, rows, authors);
  const keeping = new Map<string, string[]>(again.map(({ name }) => [name, []]));
  if (again.length === 0) return keeping;
  for (const row of rows) {
    const below = again.find(({ name }) => row.tracked && name === row.parent);
    const tips = below && [refs.get(row.name)?.tip, refs.get(below.name)?.tip];
    if (!below || !tips?.[0] || !tips[1]) continue;
    if (below.merged) row.parent = below.parent;
    else {
      row.base = history.mergeBase(tips[0], tips[1]);
      row.baseNamed = true;
      keeping.get(below.name)?.push(row.name);
    }
  }
  const there = rows.flatMap((row) => {
    const tip = refs.get(row.name)?.tip;
    const tracked = row.tracked && !keeping.has(row.name);
    return tip && !(row.merged && tracked) ? [{ name: row.name, tip, tracked, parent: row.parent, tips: [] }] : [];
  });
  const suggestions = await suggestParents(history, trunk, there);
  for (const row of again) {
    Object.assign(row, { parent: suggestions.get(row.name) ?? row.parent, base: null, baseNamed: false });
  }
  return keeping;
}
