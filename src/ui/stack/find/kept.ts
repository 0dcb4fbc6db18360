import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo } from 'react';
import { author as known } from '../../author/known';
import { useApi, useMinute } from '../../providers';
import { type Overview, overviewQuery } from '../../repos/overview';
import { statesOf } from '../../repos/use-states';
import { keptBy, viewOf } from '../filter';
import type { Looker } from './sought';

/** How many branches the view of that query keeps; null where the repo's branches are not loaded. */
export function useKept(repoId: string, query: string): number | null {
  const loaded = useQuery({ ...overviewQuery(useApi(), repoId), enabled: false }).data;
  // Nobody waits for it: rows first.
  const overview = useDeferredValue(loaded);
  const author = known.use();
  const now = useMinute();
  return useMemo(() => (overview ? countKept(overview, query, { author, now }) : null), [overview, query, author, now]);
}

/** The same, of branches as they are loaded. */
export function countKept(overview: Overview, query: string, looker: Looker): number {
  const view = viewOf(new URLSearchParams(query));
  return keptBy(overview.branches, statesOf(overview), view, looker).length;
}
