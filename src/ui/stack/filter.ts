import type { BranchRow } from '@/db/schema';
import { type BranchStates, STATE_FILTERS, type StateFilter, stateFilters } from '@/repos/branch-state';
import { type Looker, sought } from './find/sought';
import { searchedWith, whoseOf, whoseWord } from './find/whose';
import { layoutStack, type StackPicture } from './layout';
import { NO_STATE } from './state';

/** The state of each branch, by name. */
export type States = BranchStates;

/** The words of each filter: its name, and the beginning of the sentence that it keeps nothing. */
const WORDS: Record<StateFilter, { word: string; none: string }> = {
  all: { word: 'All', none: 'There is no branch' },
  active: { word: 'Active', none: 'Nothing is active' },
  needs_restack: { word: 'Will move', none: 'Nothing will move' },
  conflicts: { word: 'Conflicts', none: 'Nothing conflicts' },
  held_back: { word: 'Held back', none: 'Nothing is held back' },
  untracked: { word: 'Untracked', none: 'Nothing is untracked' },
  merged: { word: 'Merged', none: 'Nothing is merged' },
};

/** In which order stacks stand. */
export const STACK_ORDERS = ['name', 'recent', 'needs', 'owner'] as const;
export type StackOrder = (typeof STACK_ORDERS)[number];

/** What each order is called. */
export const ORDER_WORDS: Record<StackOrder, string> = {
  name: 'By name',
  recent: 'Newest first',
  needs: 'What needs you first',
  owner: 'By owner',
};

/** What a person wants to see of the stack; it stands in the page's address. */
export interface StackView {
  filter: StateFilter;
  search: string;
  /** In which order the stacks stand. */
  sort: StackOrder;
}

/** The part of an address that leads to a view. */
export function viewQuery({ filter, search, sort }: StackView): URLSearchParams {
  const parts = { filter: filter === 'all' ? '' : filter, q: search.trim(), sort: sort === 'name' ? '' : sort };
  return new URLSearchParams(Object.entries(parts).filter(([, value]) => value));
}

/** The view that an address leads to, by its query. */
export function viewOf(query: { get(part: string): string | null }): StackView {
  return { filter: filterOf(query.get('filter')), search: query.get('q') ?? '', sort: orderOf(query.get('sort')) };
}

/** What a view is called: whose branches, which of them, what else is looked for; where it is of all, in which order. */
export function viewName(view: StackView): string {
  const { filter, search, sort } = view;
  const whose = whoseOf(search);
  const rest = searchedWith(search, 'all');
  const parts = [
    whose === 'all' ? '' : whoseWord[whose],
    filter === 'all' ? '' : filterWord(filter),
    rest,
    // What leaves branches out has no stacks to put in an order.
    isNarrowed(view) || sort === 'name' ? '' : ORDER_WORDS[sort],
  ];
  return parts.filter(Boolean).join(' · ') || filterWord(filter);
}

/** Whether it leaves branches out. */
export function isNarrowed({ filter, search }: Pick<StackView, 'filter' | 'search'>): boolean {
  return filter !== 'all' || search.trim() !== '';
}

export const filterWord = (filter: StateFilter) => WORDS[filter].word;
/** The beginning of the sentence that says that a filter keeps nothing. */
export const filterNone = (filter: StateFilter) => WORDS[filter].none;

/** The filter of that name; all where there is none. */
export function filterOf(name: string | null): StateFilter {
  return stateFilters.find((filter) => filter === name) ?? 'all';
}

/** The order of that name; by name where there is none. */
export function orderOf(name: string | null): StackOrder {
  return STACK_ORDERS.find((by) => by === name) ?? 'name';
}

const NOBODY: Looker = { author: null, now: 0 };

/** A picture of a part of the branches. */
export interface FilteredStack extends StackPicture {
  /** Branches that the view does not keep: they are there because one that it keeps stands on them. */
  dimmed: ReadonlySet<string>;
  /** How many the view keeps. */
  kept: number;
}

/** The names of the branches that a view keeps. */
export function keptBy(
  branches: BranchRow[],
  states: States,
  { filter, search }: Pick<StackView, 'filter' | 'search'>,
  looker: Looker,
): string[] {
  const { keeps } = sought(search, looker);
  return branches.flatMap((branch) => {
    const state = states.get(branch.name) ?? NO_STATE;
    return STATE_FILTERS[filter](state) && keeps(branch, state) ? [branch.name] : [];
  });
}

/**
 * The picture of what a view keeps, with every branch below it. What a search means, `find/sought.ts` says. How many
 * stand on a branch is told for the whole stack: that is what moves with it.
 */
export function filterStack(
  branches: BranchRow[],
  states: States,
  whole: StackPicture,
  { filter, search }: Pick<StackView, 'filter' | 'search'>,
  looker: Looker = NOBODY,
): FilteredStack {
  if (!isNarrowed({ filter, search })) return { ...whole, dimmed: new Set(), kept: branches.length };
  const kept = new Set(keptBy(branches, states, { filter, search }, looker));
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
