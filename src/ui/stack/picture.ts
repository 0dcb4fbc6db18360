import { useMemo } from 'react';
import type { JobDetail } from '@/api/jobs';
import type { BranchRow } from '@/db/schema';
import type { Requests } from '../jobs/job-button';
import { type Entry, entriesOf } from './entries';
import { type FilteredStack, filterStack, isNarrowed, type StackView, type States } from './filter';
import { type Folds, groupEntries, withTrunkLine } from './groups/groups';
import { layoutStack, type StackPicture } from './layout';
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
  const whole = useMemo(() => layoutStack(branches), [branches]);
  const moves = useMemo(() => pendingMoves(branches, jobs, sent), [branches, jobs, sent]);
  const after = useMemo(() => afterMoves(branches, moves), [branches, moves]);
  const filtered = useMemo(
    () => filterStack(after, states, after === branches ? whole : layoutStack(after), { filter, search }),
    [branches, after, states, whole, filter, search],
  );
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
