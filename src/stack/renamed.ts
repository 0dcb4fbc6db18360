import type { History } from './history';

/** What the rule asks of a branch row. */
export interface RenamedBranch {
  name: string;
  tip: string;
  parent: string | null;
  base: string | null;
  tracked: boolean;
  merged: boolean;
  gone: boolean;
  renamedFrom: string | null;
}

/** Own commits of a branch, as far as they are held against those of another. */
const LONGEST = 100;

/**
 * Which branch is which tracked one under a new name: nobody tracks it, and it is at the commit at which the tracked one
 * was last seen before it went from the remote; or it was not there yet when the other one was, and holds that commit on
 * its own line, or has the same commits rewritten: amending and rebasing keep the author's line with its date. What is
 * at a commit without work of its own is no sign, and neither are two that could be it.
 * @param isNew whether the branch is seen for the first time
 * @param authors the authors' lines of commits that the history has
 * @returns new name → old name
 */
export async function findRenamed(
  history: History,
  trunkTip: string,
  rows: RenamedBranch[],
  isNew: (name: string) => boolean,
  authors: (commits: string[]) => Promise<ReadonlyMap<string, { author: string }>>,
): Promise<Map<string, string>> {
  const gone = rows.filter((row) => row.gone && row.tracked && row.base !== null && row.tip !== row.base);
  if (gone.length === 0) return new Map();
  const open = rows.filter((row) => !row.tracked && !row.merged && !row.gone);
  const atTip = new Map<string, RenamedBranch[]>();
  for (const row of open) atTip.set(row.tip, [...(atTip.get(row.tip) ?? []), row]);
  const fresh = open.filter((row) => row.renamedFrom !== null || isNew(row.name));
  const tips = new Map(rows.map(({ name, tip }) => [name, tip]));
  const found = new Map<string, string[]>();
  for (const { name: old, tip, base, parent } of gone) {
    const others = fresh.filter((row) => (row.renamedFrom ?? old) === old);
    const rewritten = async () => {
      const below = [base, trunkTip, tips.get(parent ?? '')].flatMap((id) => id ?? []);
      const own = history.ownCommits(tip, below);
      if (own.length === 0 || own.length > LONGEST) return [];
      const candidates = others
        .map((row) => ({ row, commits: history.ownCommits(row.tip, below) }))
        .filter(({ commits }) => commits.length === own.length);
      if (candidates.length === 0) return [];
      const known = await authors([...own, ...candidates.flatMap(({ commits }) => commits)]);
      const lines = (commits: string[]) => commits.map((id) => known.get(id)?.author ?? id).sort();
      const wanted = lines(own).join('\n');
      return candidates.filter(({ commits }) => lines(commits).join('\n') === wanted).map(({ row }) => row);
    };
    let signs = atTip.get(tip) ?? [];
    if (signs.length === 0) signs = others.filter((row) => history.isOnFirstParentLine(tip, row.tip));
    if (signs.length === 0) signs = await rewritten();
    const [only, ...more] = signs;
    if (only && more.length === 0) found.set(only.name, [...(found.get(only.name) ?? []), old]);
  }
  return new Map([...found].flatMap(([name, [old, ...more]]) => (old && more.length === 0 ? [[name, old]] : [])));
}
