import { type GetColumnData, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Db } from '@/db/client';
import { jsonValue } from './triggers';

/**
 * Many rows, read as one text. The driver brings each value of each row into JavaScript by itself; for a thousand branch
 * rows that takes five times as long as SQLite's JSON and one `JSON.parse`, and the loop stands still meanwhile.
 */

type Columns = Record<string, SQLiteColumn>;

/** A row as `select(columns)` gives it. */
export type RowOf<C extends Columns> = { [K in keyof C]: GetColumnData<C[K]> };

/**
 * The statement that reads rows; `rowsIn` takes them out of its result, whose `of` is there for their type alone.
 * @param from what follows `select …`, with its order and limit: `from branches where …`
 */
export function jsonRows<C extends Columns>(db: Db, columns: C, from: SQL) {
  const fields = Object.entries(columns).map(([key, { name, dataType }]) => `'${key}', ${jsonValue(name, dataType)}`);
  const names = Object.values(columns).map(({ name }) => `"${name}"`);
  return db.all<{ rows: string; of: C }>(sql`
    select json_group_array(json_object(${sql.raw(fields.join(', '))})) as rows
    from (select ${sql.raw(names.join(', '))} ${from})`);
}

/** The rows that a statement of `jsonRows` has read. */
export function rowsIn<C extends Columns>(read: Array<{ rows: string; of: C }>): Array<RowOf<C>> {
  return JSON.parse(read[0]?.rows ?? '[]');
}
