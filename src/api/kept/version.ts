import { sql } from 'drizzle-orm';
import type { Db } from '@/db/client';
import { newestEvent, PRUNED } from '@/feed/read';

/** Jobs that an overview shows, whatever became of them. */
export const SHOWN_JOBS = 20;

/** What an overview of a repo was made from. */
export interface OverviewVersion {
  /** Where two are equal, nothing has changed between them that the overview tells. */
  version: string;
  /** The newest event of all repos then. */
  cursor: number;
}

/**
 * The statement that reads it; put it into the same `snapshot` as the rows. Whatever an overview tells changes with an
 * event of its repo, by the triggers and in the same transaction. Retention alone takes without one: events, which moves
 * where they begin, and jobs that have ended, so those that are shown are named.
 */
export function overviewVersionQuery(db: Db, repoId: string) {
  return db.all<OverviewVersion>(sql`
    select coalesce((select max(seq) from events where repo_id = ${repoId}), 0)
      || ' ' || coalesce((select value from meta where key = ${PRUNED}), 0)
      || ' ' || coalesce((select group_concat(seq) from (
        select seq from jobs where repo_id = ${repoId} order by seq desc limit ${SHOWN_JOBS})), '') as version,
      ${newestEvent} as cursor`);
}
