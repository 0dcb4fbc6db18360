import type { Change, ConnectionState, FeedMessage } from './contract';
import { SpicerackError } from './error';
import { type Abort, sleep } from './signal';

/** Who waits, and what is told. */
interface Wait {
  /** A change, or that some were missed and one has to look anew. */
  change(change: Change | 'start_over'): void;
  connection(state: ConnectionState): void;
  broken(error: unknown): void;
}

/**
 * One stream for any number of waits, open as long as somebody waits. It is joined before one looks, so that nothing is
 * missed between the look and the first change.
 */
export interface SharedFeed {
  join(wait: Wait): { begin(cursor: number): number; leave(): void };
}

/** @param follow a stream from a cursor, as `followFeed` has it */
export function shareFeed(
  follow: (
    from: number,
    signal: AbortSignal,
    onConnection: (state: ConnectionState) => void,
  ) => AsyncIterable<FeedMessage>,
): SharedFeed {
  const waits = new Set<Wait>();
  let open: { from: number; close: AbortController; state: ConnectionState } | null = null;

  async function read(from: number, close: AbortController): Promise<void> {
    const onConnection = (state: ConnectionState) => {
      if (open?.close !== close) return;
      open.state = state;
      for (const wait of [...waits]) wait.connection(state);
    };
    try {
      for await (const message of follow(from, close.signal, onConnection)) {
        const told = message.kind === 'start_over' ? (['start_over'] as const) : message.events;
        for (const change of told) for (const wait of [...waits]) wait.change(change);
      }
    } catch (error) {
      if (open?.close === close) open = null;
      for (const wait of [...waits]) wait.broken(error);
    }
  }

  return {
    join(wait) {
      waits.add(wait);
      return {
        /** @returns the cursor from which on changes are told */
        begin(cursor) {
          if (open) {
            wait.connection(open.state);
            return open.from;
          }
          const close = new AbortController();
          open = { from: cursor, close, state: 'connecting' };
          void read(cursor, close);
          return cursor;
        },
        leave() {
          waits.delete(wait);
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
 * @param isKnown whether the server was there before, so that it is waited for from the first look on
 * @param look asks the server; its answer says from which cursor on changes go on top of it
 * @returns what was seen at the end, and what was looked at last
 * @param apply what was seen with a change taken in; null where the change does not concern this wait, `look` where what
 *   is waited for may be gone
 */
export async function waitOn<T extends { feedCursor: number }, Looked extends T = T>(
  feed: SharedFeed,
  {
    isKnown,
    look,
    isEnd,
    apply,
    signal,
  }: {
    isKnown: boolean;
    look: () => Promise<Looked>;
    isEnd: (seen: T) => boolean;
    apply: (seen: T, change: Change) => T | 'look' | null;
    signal: Abort;
  },
  on: { change(seen: T): void; connection(state: ConnectionState): void } = {
    change: () => undefined,
    connection: () => undefined,
  },
): Promise<[T, Looked]> {
  let told: Array<Change | 'start_over'> = [];
  const failures: unknown[] = [];
  let wake = () => {};
  let connection: ConnectionState | null = null;
  const turn = (state: ConnectionState) => {
    if (state === connection) return;
    connection = state;
    on.connection(state);
  };
  const away = () => turn('lost');
  const woken = () => wake();
  const seat = feed.join({
    change(change) {
      told.push(change);
      wake();
    },
    broken(error) {
      failures.push(error);
      wake();
    },
    connection: turn,
  });
  signal?.addEventListener('abort', woken);
  try {
    let looked = isKnown ? await patiently(look, signal, away) : await look();
    // The stream may have begun after what this look saw.
    while (seat.begin(looked.feedCursor) > looked.feedCursor) looked = await patiently(look, signal, away);
    let seen: T = looked;
    on.change(seen);
    while (!isEnd(seen)) {
      if (told.length === 0 && failures.length === 0 && !signal?.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      signal?.throwIfAborted();
      const changes = told;
      told = [];
      let isStale = changes.includes('start_over');
      for (const change of isStale ? [] : changes) {
        if (change === 'start_over' || change.seq <= seen.feedCursor) continue;
        const next = apply(seen, change);
        if (next === 'look') isStale = true;
        else if (next) {
          seen = next;
          on.change(seen);
        }
      }
      if (isStale) {
        looked = await patiently(look, signal, away);
        seen = looked;
        on.change(seen);
        continue;
      }
      if (failures.length > 0 && !isEnd(seen)) throw failures[0];
    }
    return [seen, looked];
  } finally {
    signal?.removeEventListener('abort', woken);
    seat.leave();
  }
}

/** Looks until the server answers that was there before: a wait outlives its restart, however long that takes. */
export async function patiently<T>(look: () => Promise<T>, signal: Abort, away = () => {}): Promise<T> {
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof SpicerackError && error.retryable)) throw error;
      away();
      await sleep(500, signal);
    }
  }
}
