import { and, asc, eq, gt, isNull, or, sql } from 'drizzle-orm';
import { type Db, snapshot } from '@/db/client';
import { events, meta } from '@/db/schema';
import { signal } from '@/db/signal';
import type { FeedEvent, FeedMessage } from './events';

/** `meta` key of the newest event that was pruned. */
export const PRUNED = 'events_pruned_to';

/** Most events of one message, so that a client far behind gets its past in pieces. */
const PAGE = 500;

/** How often a process looks for events that another process wrote, in milliseconds. */
const TAIL_MS = 400;

/** The newest event's number, to be read in the same snapshot as the rows that it goes with. */
export const newestEvent = sql<number>`max(
  coalesce((select max(seq) from events), 0),
  coalesce((select cast(value as integer) from meta where key = ${PRUNED}), 0))`;

/** The statement that reads the cursor; put it into the same `snapshot` as the rows. */
export function cursorQuery(db: Db) {
  return db.select({ cursor: newestEvent }).from(sql`(select 1)`);
}

/** The events after a cursor, or `start_over` when some of them are gone; null when there are none. */
export async function readFeed(db: Db, cursor: number, repoId: string | null): Promise<FeedMessage | null> {
  const [rows, pruned, head] = await snapshot(db, [
    db
      .select()
      .from(events)
      .where(and(gt(events.seq, cursor), repoId ? or(eq(events.repoId, repoId), isNull(events.repoId)) : undefined))
      .orderBy(asc(events.seq))
      .limit(PAGE),
    db.select({ value: meta.value }).from(meta).where(eq(meta.key, PRUNED)),
    cursorQuery(db),
  ]);
  const now = new Date().toISOString();
  const newest = head[0]?.cursor ?? 0;
  // A cursor ahead of every event comes from another database: the data directory was replaced.
  if (cursor < Number(pruned[0]?.value ?? 0) || cursor > newest) return { kind: 'start_over', cursor: newest, now };
  const last = rows.at(-1);
  if (!last) return null;
  return { kind: 'changes', events: rows.map(parse), cursor: last.seq, now };
}

function parse(event: typeof events.$inferSelect): FeedEvent {
  // The triggers write exactly the rows that FeedRows names.
  return { ...event, row: JSON.parse(event.row) } as FeedEvent;
}

/**
 * Follows the feed from a cursor until `abort` aborts (then it throws the signal's reason: a stream that ends
 * normally tells the client never to come back). No gap and no duplicate: each read starts after the last
 * event given out, and a change during a read is seen because listening begins before it.
 */
export async function* followFeed(
  db: Db,
  from: number,
  repoId: string | null,
  abort: AbortSignal,
): AsyncGenerator<FeedMessage> {
  let cursor = from;
  for (;;) {
    abort.throwIfAborted();
    const changed = signal().wait(TAIL_MS, abort);
    const message = await readFeed(db, cursor, repoId);
    if (message) {
      yield message;
      cursor = message.cursor;
    } else {
      await changed;
    }
  }
}
