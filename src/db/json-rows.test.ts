import { getTableColumns, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { jsonRows, rowsIn } from './json-rows';
import { branches } from './schema';

let test: TestDatabase;
let repoId: string;
beforeAll(async () => {
  test = await testDatabase();
  repoId = await test.addRepo();
  const odd = 'a "b" \\ \u0001\u2028 \ud83c\udf36 é';
  await test.db.insert(branches).values([
    { repoId, name: 'a', tip: 'a'.repeat(40) },
    { repoId, name: 'B', tip: 'b'.repeat(40), parent: 'a', base: 'c'.repeat(40), tracked: true, kept: false, ahead: 3 },
    {
      ...{ repoId, name: 'ä', tip: 'd'.repeat(40), kept: true, subject: odd, committedAt: '2026-01-01T00:00:00.000Z' },
      forecast: { tip: 'd', parentTip: 'e', outcome: 'conflict', files: [odd] },
    },
  ]);
});
afterAll(() => test.close());

it('rows read as one text are those that a select gives, value by value and in the same order', async () => {
  const columns = getTableColumns(branches);
  const rows = rowsIn(await jsonRows(test.db, columns, sql`from branches where repo_id = ${repoId} order by name`));
  expect(rows).toHaveLength(3);
  expect(rows).toEqual(await test.db.select().from(branches).orderBy(branches.name));
});

it('no row is none, and a part of the columns is that part', async () => {
  const { name, tracked } = branches;
  const read = (from: ReturnType<typeof sql>) => jsonRows(test.db, { name, tracked }, from);
  expect(rowsIn(await read(sql`from branches where name = 'nowhere'`))).toEqual([]);
  expect(rowsIn(await read(sql`from branches where name = 'B'`))).toEqual([{ name: 'B', tracked: true }]);
});
