import { useSearchParams } from 'next/navigation';
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { JobDetail } from '@/api/jobs';
import type { BranchRow } from '@/db/schema';
import { author as known } from '../author/known';
import type { Requests } from '../jobs/job-button';
import { useMinute } from '../providers';
import { type Entry, entriesOf } from './entries';
import {
  type FilteredStack,
  filterOf,
  filterStack,
  isNarrowed,
  type StackView,
  type States,
  viewOf,
  viewQuery,
} from './filter';
import { type Folds, groupEntries, withTrunkLine } from './groups/groups';
import { keepRows, layoutStack, type StackPicture, type StackRow } from './layout';
import { afterMoves, type PendingMoves, pendingMoves, withGhosts } from './move/pending';

export interface Picture {
  /** Of all branches, as they stand. */
  whole: StackPicture;
  moves: PendingMoves;
  /** What the view keeps of the branches, as they will stand once the moves are made. */
  filtered: FilteredStack;
  /** Its rows, with a ghost at each old place, and the heads of groups where it is the whole. */
  wanted: Entry[];
}

/** What the stack shows, each part computed anew only where what it is made of has changed. */
export function usePicture(
  { branches, jobs, states }: { branches: BranchRow[]; jobs: JobDetail[]; states: States },
  sent: Requests['sent'],
  { filter, search, sort }: StackView,
  trunk: string | null,
  folds: Folds,
): Picture {
  const author = known.use();
  const minute = useMinute();
  // Ages alone change by themselves.
  const now = /\bage:/i.test(search) ? minute : 0;
  const whole = useMemo(() => layoutStack(branches), [branches]);
  const moves = useMemo(() => pendingMoves(branches, jobs, sent), [branches, jobs, sent]);
  const after = useMemo(() => afterMoves(branches, moves), [branches, moves]);
  const last = useRef<readonly StackRow[]>([]);
  const filtered = useMemo(() => {
    const all = after === branches ? whole : layoutStack(after);
    return keepRows(filterStack(after, states, all, { filter, search }, { author, now }), last.current);
  }, [branches, after, states, whole, filter, search, author, now]);
  useEffect(() => {
    last.current = filtered.rows;
  }, [filtered]);
  const rows = useMemo(
    () => withGhosts(entriesOf(filtered, trunk), branches, moves, trunk),
    [filtered, branches, moves, trunk],
  );
  // What one has looked for is there, folded or not.
  const narrowed = isNarrowed({ filter, search });
  const wanted = useMemo(
    () => withTrunkLine(narrowed ? rows : groupEntries(rows, states, folds, sort)),
    [rows, narrowed, states, folds, sort],
  );
  return { whole, moves, filtered, wanted };
}

/** What the page's address asks to see of the stack, and what changes it. */
export function useStackView(field: RefObject<HTMLInputElement | null>): [StackView, (view: StackView) => void] {
  const query = useSearchParams();
  const { filter, sort, search: asked } = viewOf(query);
  const [search, setSearch] = useState(asked);
  // The address follows what is typed a little later; it leads when somebody goes back or follows a link.
  useEffect(() => {
    if (document.activeElement !== field.current) setSearch(asked);
  }, [asked, field]);
  const go = (view: StackView) => {
    setSearch(view.search);
    const { address, isStep } = stepTo(view, window.location);
    if (isStep) window.history.pushState(null, '', address);
    else window.history.replaceState(null, '', address);
  };
  const view = useMemo(() => ({ filter, search, sort }), [filter, search, sort]);
  return [view, go];
}

/**
 * The page's address with that view, and whether Back leads from there to the one before: to the filter before, and
 * not through every letter typed. What else the address asks for stays in it.
 */
export function stepTo(
  view: StackView,
  { pathname, search }: Pick<Location, 'pathname' | 'search'>,
): { address: string; isStep: boolean } {
  const parts = new URLSearchParams(search);
  const isStep = filterOf(parts.get('filter')) !== view.filter;
  for (const name of ['filter', 'q', 'sort']) parts.delete(name);
  for (const [name, value] of viewQuery(view)) parts.set(name, value);
  return { address: parts.size > 0 ? `?${parts}` : pathname, isStep };
}
