import { sql } from 'drizzle-orm';
import type { Db } from '@/db/client';

/** What is kept of a repo: so many, and so many bytes of them. */
export const KEPT = { count: 500, bytes: 48 * 1024 * 1024 };

/** The statement that deletes what was looked at longest ago, beyond what is kept of a repo. */
export function pruneChanges(db: Db, repoId: string, { count, bytes } = KEPT) {
  return db.run(sql`
    delete from changes where id in (
      select id from (
        select id, row_number() over newest as place, sum(size) over newest as total from changes
        where repo_id = ${repoId} window newest as (order by asked_at desc, id desc))
      where place > 1 and (place > ${count} or total > ${bytes}))`);
}
