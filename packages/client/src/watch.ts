import type { Calls } from './calls';
import type { ConnectionState, FeedMessage } from './contract';
import { SpicerackError } from './error';
import { type Abort, anyOf, sleep } from './signal';

/** Milliseconds between tries to get the stream back. */
const AGAIN = 500;

/** What no new try will change. */
const FINAL: ReadonlySet<string> = new Set(['UNAUTHORIZED', 'FORBIDDEN', 'BAD_REQUEST', 'NOT_FOUND', 'NOT_UNDERSTOOD']);

export interface Following {
  from: number;
  repoId?: string | undefined;
  onConnection?: ((state: ConnectionState) => void) | undefined;
}

/**
 * Follows the feed from a cursor, for as long as the signal lets it. A stream that breaks is begun again after the last
 * message that was given out.
 */
export async function* followFeed(
  calls: Calls,
  { from, repoId, onConnection }: Following,
  signal: Abort,
): AsyncGenerator<FeedMessage, void, void> {
  const leave = new AbortController();
  const until = anyOf(signal, leave.signal);
  let cursor = from;
  let waiting: FeedMessage[] = [];
  let wake = () => {};
  let failed: SpicerackError | null = null;
  let state: ConnectionState = 'connecting';
  const turn = (next: ConnectionState) => {
    if (next === state || until?.aborted) return;
    state = next;
    onConnection?.(next);
  };
  const told = {
    data(data: unknown) {
      const message = data as FeedMessage; // the contract's types are held against the server's
      // The stream may have begun again by itself with what was given already.
      if (message.kind === 'changes' && message.cursor <= cursor) return;
      cursor = message.cursor;
      waiting.push(message);
      wake();
    },
    // One that opens for the first time was not lost before.
    open: (isOpen: boolean) => turn(isOpen ? 'live' : state === 'connecting' ? state : 'lost'),
  };
  const keepOpen = async () => {
    while (!until?.aborted) {
      try {
        await calls.stream('feed.subscribe', { repoId, lastEventId: cursor }, until, told);
      } catch (error) {
        if (error instanceof SpicerackError && FINAL.has(error.code)) {
          failed = error;
          wake();
          return;
        }
      }
      turn('lost');
      if (!until?.aborted) await sleep(AGAIN, until).catch(() => undefined); // the loop sees that it was aborted
    }
    wake();
  };
  onConnection?.(state);
  const open = keepOpen();
  try {
    for (;;) {
      while (waiting.length === 0 && !failed && !until?.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const given = waiting;
      waiting = [];
      for (const message of given) yield message;
      if (given.length === 0 && failed) throw failed;
      if (given.length === 0 && until?.aborted) return;
    }
  } finally {
    leave.abort();
    await open;
  }
}
