import { useMemo } from 'react';
import type { JobDetail } from '@/api/jobs';
import type { BranchRow } from '@/db/schema';
import type { Requests } from '../jobs/job-button';
import { type Entry, entriesOf } from './entries';
import { type FilteredStack, filterStack, type StackView, type States } from './filter';
import { layoutStack, type StackPicture } from './layout';
import { afterMoves, type PendingMoves, pendingMoves, withGhosts } from './move/pending';

export interface Picture {
  /** Of all branches, as they stand. */
  whole: StackPicture;
  moves: PendingMoves;
  /** What the view keeps of the branches, as they will stand once the moves are made. */
  filtered: FilteredStack;
  /** Its rows, with a ghost at each old place. */
  wanted: Entry[];
}

/** What the stack shows, each part computed anew only where what it is made of has changed. */
export function usePicture(
  { branches, jobs, states }: { branches: BranchRow[]; jobs: JobDetail[]; states: States },
  sent: Requests['sent'],
  { filter, search }: StackView,
  trunk: string | null,
): Picture {
  const whole = useMemo(() => layoutStack(branches), [branches]);
  const moves = useMemo(() => pendingMoves(branches, jobs, sent), [branches, jobs, sent]);
  const after = useMemo(() => afterMoves(branches, moves), [branches, moves]);
  const filtered = useMemo(
    () => filterStack(after, states, after === branches ? whole : layoutStack(after), { filter, search }),
    [branches, after, states, whole, filter, search],
  );
  const wanted = useMemo(
    () => withGhosts(entriesOf(filtered, trunk), branches, moves, trunk),
    [filtered, branches, moves, trunk],
  );
  return { whole, moves, filtered, wanted };
}
