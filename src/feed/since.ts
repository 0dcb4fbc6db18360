import { sql } from 'drizzle-orm';
import type { Db } from '@/db/client';
import type { BranchRow } from '@/db/schema';
import { newestEvent, PRUNED } from './read';

/** What has happened to a repo after an event; `branchesSince` takes it apart. */
export interface Changes {
  /** Of the repo's events how many were read, of whatever. */
  read: number;
  /** Those of branches, as `[op, row]` in their order. */
  list: string;
  upTo: number;
  prunedTo: number;
}

/** With more events to read, all rows are read anew: that is quicker then. */
export const MOST_EVENTS = 2000;

/**
 * The statement that reads what has happened after an event; put it into the same `snapshot` as what goes with the rows.
 * @param most of how many events; one more is read to know of more
 */
export function changesSince(db: Db, repoId: string, seq: number, most = MOST_EVENTS) {
  return db.all<Changes>(sql`
    select count(*) as read, ${newestEvent} as upTo,
      coalesce((select cast(value as integer) from meta where key = ${PRUNED}), 0) as prunedTo,
      json_group_array(json_array(op, json(row))) filter (where type = 'branches') as list
    from (select type, op, row from events where repo_id = ${repoId} and seq > ${seq} order by seq limit ${most + 1})`);
}

/** What has become of branch rows, in its order; null where the events are not all there any more, or too many. */
export function branchesSince(
  changes: Changes | undefined,
  seq: number,
  most = MOST_EVENTS,
): Array<['upsert' | 'delete', BranchRow]> | null {
  // An event ahead of all comes from another database: the data directory was replaced.
  if (!changes || seq < changes.prunedTo || seq > changes.upTo || changes.read > most) return null;
  return JSON.parse(changes.list);
}
