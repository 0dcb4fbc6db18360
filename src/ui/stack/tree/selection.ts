import { useCallback, useMemo, useState } from 'react';
import type { BranchRow } from '@/db/schema';
import { isKept } from '@/repos/kept';
import type { Entry } from '../entries';
import type { StackPicture } from '../layout';
import { movedWith } from '../move/rules';
import { isLive } from '../state';

/** Whether what a row stands for can be restacked or registered: no long-lived branch, and no trunk, which has none. */
export function canBeSelected(branch: BranchRow | null): boolean {
  return branch !== null && isLive(branch) && !isKept(branch);
}

/** The selection with a name more, or without it where it was there. */
export function toggled(selected: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const others = new Set(selected);
  if (!others.delete(name)) others.add(name);
  return others;
}

/** The selection with every row of these that can be selected. */
export function extended(selected: ReadonlySet<string>, entries: Entry[]): ReadonlySet<string> {
  return new Set([...selected, ...entries.flatMap(({ branch, name }) => (canBeSelected(branch) ? [name] : []))]);
}

/** The selected branches by what can be done with them. */
export interface Chosen {
  /** In the order of the picture, without those that stand on another one of these: a restack takes them along. */
  restack: string[];
  register: string[];
}

export function chosenFor(branches: BranchRow[], picture: StackPicture, selected: ReadonlySet<string>): Chosen {
  const along = new Set<string>();
  const restack: string[] = [];
  for (const { branch } of picture.rows) {
    if (!selected.has(branch.name) || along.has(branch.name) || !canBeSelected(branch)) continue;
    restack.push(branch.name);
    for (const name of movedWith(branch.name, picture)) along.add(name);
  }
  const register = branches.filter((each) => selected.has(each.name) && !each.tracked && canBeSelected(each));
  return { restack, register: register.map(({ name }) => name) };
}

export interface Selection {
  selected: ReadonlySet<string>;
  chosen: Chosen;
  /** The same function for ever. */
  toggle: (name: string) => void;
  extend: (entries: Entry[]) => void;
  clear: () => void;
}

/** Which branches somebody has selected. */
export function useSelection(branches: BranchRow[], picture: StackPicture): Selection {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  return {
    selected,
    chosen: useMemo(() => chosenFor(branches, picture, selected), [branches, picture, selected]),
    toggle: useCallback((name) => setSelected((names) => toggled(names, name)), []),
    extend: (entries) => setSelected((names) => extended(names, entries)),
    clear: () => setSelected(new Set()),
  };
}
