import type { BranchRow } from '@/db/schema';
import { isSuggested } from '@/repos/kept';
import { keptWords } from '@/repos/kept-words';
import { layoutStack } from '../../stack/layout';
import { isLive } from '../../stack/state';

/** A branch in the preview of what a registration of every suggestion makes. */
export interface SuggestionRow {
  name: string;
  /** The branch that it would stand on, or stands on. */
  parent: string | null;
  /** 1 stands on the trunk. */
  level: number;
  /** Whether it would be registered; else it is there already, and others would stand on it. */
  fresh: boolean;
}

/** The stacks that the suggestions make, each branch after the one that it would stand on. */
export function previewSuggestions(branches: BranchRow[]): SuggestionRow[] {
  const fresh = new Set(branches.filter(isSuggested).map((branch) => branch.name));
  const { rows } = layoutStack(
    branches.map((branch) =>
      fresh.has(branch.name) ? { ...branch, tracked: true, parent: branch.suggestedParent } : branch,
    ),
  );
  // What is there already is of interest only below something new.
  const wanted = new Set<string | null>();
  for (const { branch } of rows.toReversed()) {
    if (fresh.has(branch.name) || wanted.has(branch.name)) wanted.add(branch.name).add(branch.parent);
  }
  return rows
    .filter(({ branch }) => wanted.has(branch.name))
    .map(({ branch, level }) => ({ name: branch.name, parent: branch.parent, level, fresh: fresh.has(branch.name) }));
}

/** Branches that nobody tracks and that a registration of every suggestion leaves out, each with why. */
export function leftOut(branches: BranchRow[]): Array<{ name: string; why: string }> {
  return branches
    .filter((branch) => !branch.tracked && isLive(branch) && !isSuggested(branch))
    .map((branch) => ({ name: branch.name, why: keptWords(branch) || 'has nothing in common with the trunk' }));
}
