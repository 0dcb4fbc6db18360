import { and, asc, eq, gt, sql } from 'drizzle-orm';
import { type Db, snapshot } from '@/db/client';
import { events, meta } from '@/db/schema';
import type { FeedEvent, FeedMessage } from './events';

/** `meta` key of the newest event that was pruned. */
export const PRUNED = 'events_pruned_to';

/** Most events of one message, so that a client far behind gets its past in pieces. */
export const PAGE = 500;

/** The newest event's number, to be read in the same snapshot as the rows that it goes with. */
export const newestEvent = sql<number>`max(
  coalesce((select max(seq) from events), 0),
  coalesce((select cast(value as integer) from meta where key = ${PRUNED}), 0))`;

/** The statement that reads the cursor; put it into the same `snapshot` as the rows. */
export function cursorQuery(db: Db) {
  return db.select({ cursor: newestEvent }).from(sql`(select 1)`);
}

/** What comes after a cursor: a message, or null where there is nothing to say, and the cursor to go on from. */
export interface Piece {
  message: FeedMessage | null;
  upTo: number;
}

/**
 * The events after a cursor, or `start_over` when some of them are gone, and how far the table was read: what concerns
 * other repos is passed by.
 */
export async function readPiece(db: Db, cursor: number, repoId: string | null): Promise<Piece> {
  const [rows, pruned, head] = await snapshot(db, [
    db
      .select()
      .from(events)
      // Not by the index of repos: in the order of the table a page ends as soon as it is full.
      .where(
        and(
          gt(events.seq, cursor),
          repoId ? sql`(+${events.repoId} = ${repoId} or ${events.repoId} is null)` : undefined,
        ),
      )
      .orderBy(asc(events.seq))
      .limit(PAGE),
    db.select({ value: meta.value }).from(meta).where(eq(meta.key, PRUNED)),
    cursorQuery(db),
  ]);
  const now = new Date().toISOString();
  const newest = head[0]?.cursor ?? 0;
  // A cursor ahead of every event comes from another database: the data directory was replaced.
  if (cursor < Number(pruned[0]?.value ?? 0) || cursor > newest) {
    return { message: { kind: 'start_over', cursor: newest, now }, upTo: newest };
  }
  const last = rows.at(-1);
  if (!last) return { message: null, upTo: newest };
  return {
    message: { kind: 'changes', events: rows.map(parse), cursor: last.seq, now },
    upTo: rows.length === PAGE ? last.seq : newest,
  };
}

export function parse(event: typeof events.$inferSelect): FeedEvent {
  // The triggers write exactly the rows that FeedRows names.
  return { ...event, row: JSON.parse(event.row) } as FeedEvent;
}
