import { sql } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { type Db, write } from '@/db/client';
import { EMPTY_RESULT } from '@/model/result';

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

/** Jobs that have moved a thousand branches each, as their last steps would have written them. */
export async function addMoves(db: Db, repoId: string, jobs: number): Promise<void> {
  const result = JSON.stringify({ ...EMPTY_RESULT, moved: { branches: MOVES, refs: MOVES } });
  for (let job = 0; job < jobs; job += 1) {
    const id = uuid();
    await write(db, [
      db.run(sql`insert into jobs (id, repo_id, kind, status, message, result, requested_by, started_at, finished_at)
        values (${id}, ${repoId}, 'restack_repo', 'completed', 'Moved 1,000 branches.', ${result}, 'Bench', ${AT}, ${AT})`),
      db.run(sql`
        with recursive n(i) as (select 0 union all select i + 1 from n where i < ${MOVES - 1})
        insert into job_moves (job_id, branch, "before", "after", parent_before, parent_after, base_before, base_after, rewritten, state)
        select ${id}, 'branch-' || i, printf('%040d', i), printf('%040d', i + 1), 'main', 'main', printf('%040d', 0),
          printf('%040d', 1), '[]', 'pushed' from n`),
    ]);
  }
}

const MOVES = 1000;
const AT = '2026-01-01T00:00:00.000Z';
