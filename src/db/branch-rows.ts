import { setImmediate } from 'node:timers/promises';
import { getTableColumns, sql } from 'drizzle-orm';
import type { Db } from '@/db/client';
import { type BranchRow, branches } from '@/db/schema';
import { jsonRows, rowsIn } from './json-rows';

/** Rows of one statement, read or written: SQLite runs in our thread, so a statement must not be long. */
export const ROWS_AT_ONCE = 500;

/** A list in pieces of so many; none of an empty one. */
export function pieces<T>(list: T[], size = ROWS_AT_ONCE): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}

/**
 * The branch rows of a repo, in pieces, so that nobody waits for all of them. They are one state of the rows as long
 * as nobody writes meanwhile, which the repo's lease sees to; without it, check what was read (`tipsKey`).
 */
export async function branchRows(db: Db, repoId: string): Promise<BranchRow[]> {
  const rows: BranchRow[] = [];
  for (let last = ''; ; ) {
    const page = rowsIn(
      await jsonRows(
        db,
        getTableColumns(branches),
        sql`from branches where repo_id = ${repoId} and name > ${last} order by name limit ${ROWS_AT_ONCE}`,
      ),
    );
    rows.push(...page);
    if (page.length < ROWS_AT_ONCE) return rows;
    last = page.at(-1)?.name ?? '';
    await setImmediate();
  }
}
