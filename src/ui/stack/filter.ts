import type { BranchFilter } from '@/api/repos';
import type { BranchRow } from '@/db/schema';
import { isKept } from '@/repos/kept';
import { layoutStack, type StackPicture } from './layout';
import { type BranchNews, isLive, NO_NEWS, wouldConflict } from './state';

type News = ReadonlyMap<string, BranchNews>;

/** The filters in the order in which they are shown, with what each keeps. */
const FILTERS: Record<
  BranchFilter,
  { word: string; none: string; keeps: (branch: BranchRow, news: BranchNews) => boolean }
> = {
  all: { word: 'All', none: 'There is no branch', keeps: () => true },
  active: { word: 'Active', none: 'Nothing is active', keeps: isLive },
  needs_restack: {
    word: 'Needs restack',
    none: 'Nothing needs a restack',
    keeps: needsRestack,
  },
  conflicts: {
    word: 'Conflicts',
    none: 'Nothing would conflict',
    keeps: (branch, news) => wouldConflict(branch, news) && isLive(branch),
  },
  untracked: {
    word: 'Untracked',
    none: 'Nothing is untracked',
    keeps: (branch) => !branch.tracked && isLive(branch) && !isKept(branch),
  },
  merged: { word: 'Merged', none: 'Nothing is merged', keeps: (branch) => branch.merged },
};

/** Whether a Restack of the whole repo has something to do for it. */
export function needsRestack(branch: BranchRow): boolean {
  return branch.needsRestack && branch.tracked && isLive(branch);
}

/** What a person wants to see of the stack; it stands in the page's address. */
export interface StackView {
  filter: BranchFilter;
  search: string;
}

export const filterNames = Object.keys(FILTERS) as BranchFilter[];
export const filterWord = (filter: BranchFilter) => FILTERS[filter].word;
/** The beginning of the sentence that says that a filter keeps nothing. */
export const filterNone = (filter: BranchFilter) => FILTERS[filter].none;

/** The filter of that name; all where there is none. */
export function filterOf(name: string | null): BranchFilter {
  return filterNames.find((filter) => filter === name) ?? 'all';
}

/** How many branches each filter keeps. */
export function filterCounts(branches: BranchRow[], news: News): Record<BranchFilter, number> {
  const counts = { all: 0, active: 0, needs_restack: 0, conflicts: 0, untracked: 0, merged: 0 };
  for (const branch of branches) {
    for (const filter of filterNames) {
      if (FILTERS[filter].keeps(branch, news.get(branch.name) ?? NO_NEWS)) counts[filter]++;
    }
  }
  return counts;
}

/** A picture of a part of the branches. */
export interface FilteredStack extends StackPicture {
  /** Branches that the view does not keep: they are there because one that it keeps stands on them. */
  dimmed: ReadonlySet<string>;
  /** How many the view keeps. */
  kept: number;
}

/**
 * The picture of what a view keeps, with every branch below it. The search looks into names and subjects, in any
 * case. How many stand on a branch is told for the whole stack: that is what moves with it.
 */
export function filterStack(
  branches: BranchRow[],
  news: News,
  whole: StackPicture,
  { filter, search }: StackView,
): FilteredStack {
  const sought = search.trim().toLowerCase();
  if (filter === 'all' && sought === '') return { ...whole, dimmed: new Set(), kept: branches.length };
  const kept = new Set(
    branches.flatMap((branch) => {
      const found = branch.name.toLowerCase().includes(sought) || branch.subject.toLowerCase().includes(sought);
      return found && FILTERS[filter].keeps(branch, news.get(branch.name) ?? NO_NEWS) ? [branch.name] : [];
    }),
  );
  const byName = new Map(branches.map((branch) => [branch.name, branch]));
  const shown = new Set(kept);
  for (const name of kept) {
    for (let below = byName.get(name)?.parent; below && !shown.has(below); below = byName.get(below)?.parent) {
      if (byName.has(below)) shown.add(below);
    }
  }
  const part = layoutStack(branches.filter((branch) => shown.has(branch.name)));
  const above = new Map(whole.rows.map((row) => [row.branch.name, row.above]));
  return {
    ...part,
    rows: part.rows.map((row) => ({ ...row, above: above.get(row.branch.name) ?? row.above })),
    dimmed: new Set([...shown].filter((name) => !kept.has(name))),
    kept: kept.size,
  };
}
