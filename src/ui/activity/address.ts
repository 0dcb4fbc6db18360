import type { HistoryFilter } from './history';

/** Where a repo's history is, as a filter keeps it; `parseFilter` reads it back. */
export function historyAddress(repoId: string, filter: HistoryFilter = {}): string {
  const query = new URLSearchParams({ ...filter }).toString();
  return `/repos/${repoId}/activity${query && `?${query}`}`;
}
