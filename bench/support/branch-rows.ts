import { sql } from 'drizzle-orm';
import { type Db, write } from '@/db/client';

/** Branch rows in stacks of five, `branch-0` and on, as a sync would have written them. */
export async function addBranches(db: Db, repoId: string, count: number): Promise<void> {
  await write(db, [
    db.run(sql`
      with recursive n(i) as (select 0 union all select i + 1 from n where i < ${count - 1})
      insert into branches (repo_id, name, tip, parent, base, tracked, subject, author)
      select ${repoId}, 'branch-' || i, printf('%040d', i),
        case when i % 5 = 0 then 'main' else 'branch-' || (i - 1) end, printf('%040d', i), true, 'What it does', 'Ada' from n`),
    db.run(sql`update repos set trunk = 'main', trunk_tip = printf('%040d', 0) where id = ${repoId}`),
  ]);
}
