import type { Change, FeedMessage } from './contract';
import { SpicerackError } from './error';
import { type Abort, sleep } from './signal';

/** What a wait is told: a change, or that some were missed and it has to look anew. */
type Told = (change: Change | 'start_over') => void;

/**
 * One stream for any number of waits, open as long as somebody waits. It is joined before one looks, so that nothing is
 * missed between the look and the first change.
 */
export interface SharedFeed {
  join(told: Told, broken: (error: unknown) => void): { begin(cursor: number): number; leave(): void };
}

/** @param follow a stream from a cursor, as `followFeed` has it */
export function shareFeed(follow: (from: number, signal: AbortSignal) => AsyncIterable<FeedMessage>): SharedFeed {
  const waits = new Map<Told, (error: unknown) => void>();
  let open: { from: number; close: AbortController } | null = null;

  async function read(from: number, close: AbortController): Promise<void> {
    try {
      for await (const message of follow(from, close.signal)) {
        const told = message.kind === 'start_over' ? (['start_over'] as const) : message.events;
        for (const change of told) for (const tell of [...waits.keys()]) tell(change);
      }
    } catch (error) {
      if (open?.close === close) open = null;
      for (const broken of [...waits.values()]) broken(error);
    }
  }

  return {
    join(told, broken) {
      waits.set(told, broken);
      return {
        /** @returns the cursor from which on changes are told */
        begin(cursor) {
          if (!open) {
            open = { from: cursor, close: new AbortController() };
            void read(cursor, open.close);
          }
          return open.from;
        },
        leave() {
          waits.delete(told);
          if (waits.size > 0) return;
          open?.close.abort();
          open = null;
        },
      };
    },
  };
}

/**
 * Waits over the shared stream until `look` or a change has brought the end.
 * @param look asks the server; its answer says from which cursor on changes go on top of it
 * @param apply takes a change in, and says whether that was the end; null where it does not concern this wait
 */
export async function waitOn<T extends { feedCursor: number }>(
  feed: SharedFeed,
  {
    look,
    isEnd,
    apply,
    signal,
  }: {
    look: () => Promise<T>;
    isEnd: (seen: T) => boolean;
    apply: (seen: T, change: Change) => T | null;
    signal: Abort;
  },
  onChange: (seen: T) => void,
): Promise<T> {
  let told: Array<Change | 'start_over'> = [];
  let failed: { error: unknown } | null = null;
  let wake = () => {};
  const woken = () => wake();
  const seat = feed.join(
    (change) => {
      told.push(change);
      wake();
    },
    (error) => {
      failed = { error };
      wake();
    },
  );
  signal?.addEventListener('abort', woken);
  try {
    let seen = await patiently(look, signal);
    // The stream may have begun after what this look saw.
    while (seat.begin(seen.feedCursor) > seen.feedCursor) seen = await patiently(look, signal);
    onChange(seen);
    while (!isEnd(seen)) {
      if (told.length === 0 && !failed && !signal?.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      signal?.throwIfAborted();
      const changes = told;
      told = [];
      if (changes.includes('start_over')) {
        seen = await patiently(look, signal);
        onChange(seen);
        continue;
      }
      for (const change of changes) {
        if (change === 'start_over' || change.seq <= seen.feedCursor) continue;
        const next = apply(seen, change);
        if (!next) continue;
        seen = next;
        onChange(seen);
      }
      if (failed && !isEnd(seen)) throw (failed as { error: unknown }).error;
    }
    return seen;
  } finally {
    signal?.removeEventListener('abort', woken);
    seat.leave();
  }
}

/** Looks for as long as the server is only away: a wait outlives its restart. */
async function patiently<T>(look: () => Promise<T>, signal: Abort): Promise<T> {
  for (let first = true; ; first = false) {
    signal?.throwIfAborted();
    try {
      return await look();
    } catch (error) {
      if (first || !(error instanceof SpicerackError && error.retryable)) throw error;
      await sleep(500, signal);
    }
  }
}
