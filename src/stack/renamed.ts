import type { History } from './history';

/** What the rule asks of a branch row. */
export interface RenamedBranch {
  name: string;
  tip: string;
  base: string | null;
  tracked: boolean;
  merged: boolean;
  gone: boolean;
  renamedFrom: string | null;
}

/**
 * Which branch is which tracked one under a new name: nobody tracks it, and it is at the commit at which the tracked one
 * was last seen before it went from the remote; or it holds that commit on its own line, and was not there yet when
 * the other one was. What is at a commit without work of its own is no sign, and neither are two at the same commit.
 * @param isNew whether the branch is seen for the first time
 * @returns new name → old name
 */
export function findRenamed(
  history: History,
  rows: RenamedBranch[],
  isNew: (name: string) => boolean,
): Map<string, string> {
  const gone = rows.filter((row) => row.gone && row.tracked && row.base !== null && row.tip !== row.base);
  if (gone.length === 0) return new Map();
  const open = rows.filter((row) => !row.tracked && !row.merged && !row.gone);
  const atTip = new Map<string, RenamedBranch[]>();
  for (const row of open) atTip.set(row.tip, [...(atTip.get(row.tip) ?? []), row]);
  const fresh = open.filter((row) => row.renamedFrom !== null || isNew(row.name));
  const found = new Map<string, string[]>();
  for (const { name: old, tip } of gone) {
    const same = atTip.get(tip) ?? [];
    const grown = () =>
      fresh.filter((row) => (row.renamedFrom ?? old) === old && history.isOnFirstParentLine(tip, row.tip));
    const [only, ...others] = same.length > 0 ? same : grown();
    if (only && others.length === 0) found.set(only.name, [...(found.get(only.name) ?? []), old]);
  }
  return new Map([...found].flatMap(([name, [old, ...more]]) => (old && more.length === 0 ? [[name, old]] : [])));
}
