import { inTurns } from '@/breather';
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
  const found = new Map<string, string[]>();
  const tell = (old: string, signs: RenamedBranch[]) => {
    const [only, ...more] = signs;
    if (only && more.length === 0) found.set(only.name, [...(found.get(only.name) ?? []), old]);
  };
  const unseen = await inTurns(gone, (row) => {
    let signs = atTip.get(row.tip) ?? [];
    if (signs.length === 0)
      signs = fresh.filter((each) => mayBe(each, row) && history.isOnFirstParentLine(row.tip, each.tip));
    tell(row.name, signs);
    return signs.length === 0 ? [row] : [];
  });
  if (fresh.length > 0) {
    const again = await findRewritten(history, trunkTip, rows, unseen.flat(), fresh, authors);
    for (const [old, signs] of again) tell(old, signs);
  }
  return new Map([...found].flatMap(([name, [old, ...more]]) => (old && more.length === 0 ? [[name, old]] : [])));
}

/** What was taken for another one already is not this one. */
const mayBe = (row: RenamedBranch, { name: old }: RenamedBranch) => (row.renamedFrom ?? old) === old;

/** Which of the new branches have the commits of one that is gone, rewritten; by the name of the one that is gone. */
async function findRewritten(
  history: History,
  trunkTip: string,
  rows: RenamedBranch[],
  gone: RenamedBranch[],
  fresh: RenamedBranch[],
  authors: (commits: string[]) => Promise<ReadonlyMap<string, { author: string }>>,
): Promise<Map<string, RenamedBranch[]>> {
  const tips = new Map(rows.map(({ name, tip }) => [name, tip]));
  const wanted = await inTurns(gone, (row) => {
    const below = [row.base, trunkTip, tips.get(row.parent ?? '')].flatMap((id) => id ?? []);
    const own = history.ownCommits(row.tip, below);
    return own.length === 0 || own.length > LONGEST ? [] : [{ row, below, own }];
  });
  // Whatever is a new branch's own beside the others, it is so beside trunk.
  const candidates = await inTurns(fresh, (row) => ({ row, commits: history.ownCommits(row.tip, [trunkTip]) }));
  const asked = [...wanted.flat().flatMap(({ own }) => own), ...candidates.flatMap(({ commits }) => commits)];
  const known = await authors(asked);
  const line = (id: string) => known.get(id)?.author ?? id;
  const withLine = new Map<string, Set<RenamedBranch>>();
  await inTurns(candidates, ({ row, commits }) => {
    for (const id of commits) withLine.set(line(id), (withLine.get(line(id)) ?? new Set()).add(row));
  });
  const found = await inTurns(wanted.flat(), ({ row: old, below, own: [newest = '', ...rest] }) => {
    const lines = (commits: string[]) => commits.map(line).sort().join('\n');
    const its = lines([newest, ...rest]);
    const signs = [...(withLine.get(line(newest)) ?? [])].filter(
      (row) => mayBe(row, old) && lines(history.ownCommits(row.tip, below)) === its,
    );
    return [old.name, signs] as const;
  });
  return new Map(found);
}
