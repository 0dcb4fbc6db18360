import { type Query, type QueryClient, type QueryKey, queryOptions } from '@tanstack/react-query';
import type { FeedEvent } from '@/feed/events';

/** What a page shows: loaded once, then changed by the feed alone. A page declares its own beside itself. */
export interface FedView<D extends { cursor: number }> {
  key: QueryKey;
  /** Resolves to the data with the cursor of the snapshot that it was read from. */
  load: () => Promise<D>;
  /**
   * The data after events that all come after its cursor, in order; a pure function. It gives back the same object
   * where none of them concerns it, so that nothing is drawn again for nothing, and rows that did not change keep
   * their identity.
   */
  merge: (data: D, events: FeedEvent[]) => D;
}

/** How the feed reaches what is cached of a view. The query carries it, so the feed need not know the view. */
export interface Fed {
  /** The cursor that the cached data came with; null where none is cached. */
  cursorIn: (client: QueryClient) => number | null;
  /** Brings events into the cached data. */
  mergeInto: (client: QueryClient, events: FeedEvent[]) => void;
}

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: { fed?: Fed };
  }
}

/** What a cached query carries for the feed; null where the feed has no part in it. */
export function fedOf(query: Query | undefined): Fed | null {
  return query?.meta?.fed ?? null;
}

/** The query of a view, which the feed keeps up to date for as long as it is cached. */
export function fedQuery<D extends { cursor: number }>({ key, load, merge }: FedView<D>) {
  const fed: Fed = {
    cursorIn: (client) => client.getQueryData<D>(key)?.cursor ?? null,
    mergeInto: (client, events) => {
      client.setQueryData<D>(key, (data) => {
        const merged = data && merge(data, events);
        // Nothing given back leaves the cache alone.
        return merged === data ? undefined : merged;
      });
    },
  };
  return queryOptions<D>({
    queryKey: key,
    queryFn: load,
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
    meta: { fed },
  });
}
