import { setImmediate } from 'node:timers/promises';
import { getTableColumns, sql } from 'drizzle-orm';
import type { Db } from './client';
import { jsonRows, rowsIn } from './json-rows';
import { branches, type JobMoveRow, type JobRow, jobMoves } from './schema';

/** Moves of one piece: SQLite runs in our thread, so a statement must not be long. */
const PIECE = 1000;

/** The moves of a job in the order in which they were made, in pieces, so that nobody waits for all of them. */
export async function moveRows(db: Db, jobId: string): Promise<JobMoveRow[]> {
  const rows: JobMoveRow[] = [];
  for (;;) {
    const page = rowsIn(
      await jsonRows(
        db,
        getTableColumns(jobMoves),
        sql`from job_moves where job_id = ${jobId} and id > ${rows.at(-1)?.id ?? 0} order by id limit ${PIECE}`,
      ),
    );
    rows.push(...page);
    if (page.length < PIECE) return rows;
    await setImmediate();
  }
}

/** The statement that reads where the branches are now that a job has moved, or was to move; `rowsIn` has them. */
export function movedBranchesQuery(db: Db, { id, repoId }: Pick<JobRow, 'id' | 'repoId'>) {
  return jsonRows(
    db,
    { name: branches.name, tip: branches.tip, parent: branches.parent, gone: branches.gone },
    sql`from branches where repo_id = ${repoId} and name in (select branch from job_moves where job_id = ${id})`,
  );
}

/** Where the branches are now that a job has moved, or was to move. */
export async function movedBranches(db: Db, job: Pick<JobRow, 'id' | 'repoId'>) {
  return rowsIn(await movedBranchesQuery(db, job));
}
