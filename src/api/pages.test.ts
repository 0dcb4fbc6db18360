import { and, eq, gte } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { write } from '@/db/client';
import { branches } from '@/db/schema';
import { insertJob } from '@/queue/accept';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { callerOn } from './testing/caller';

let db: TestDatabase;
let repoId: string;
/** Rows of the first page, and of each after it. */
const FIRST = 200;
const PAGE = 500;
const name = (i: number) => `b${String(i).padStart(4, '0')}`;
const add = (from: number, to: number) =>
  db.db.insert(branches).values(
    Array.from({ length: to - from }, (_, i) => ({
      ...{ repoId, name: name(from + i), tip: 'a'.repeat(40), base: 'b'.repeat(40), tracked: true },
      // One stack, of which the lowest moves and takes the others along.
      parent: from + i === 0 ? 'main' : name(from + i - 1),
      needsRestack: from + i === 0,
    })),
  );
beforeAll(async () => {
  db = await testDatabase();
  repoId = await db.addRepo();
  await add(0, FIRST);
});
afterAll(() => db.close());

const overview = (input: { cursor?: string; search?: string | undefined; filter?: 'needs_restack' | 'merged' } = {}) =>
  callerOn(db.db).repos.overview({ repoId, ...input });
const names = ({ branches: rows }: Awaited<ReturnType<typeof overview>>) => rows.map((row) => row.name);

test('a repo whose branches fit on one page is told whole, and each filter, search and page says the same of it', async () => {
  const whole = await overview();
  expect([whole.branches.length, whole.nextCursor]).toEqual([FIRST, null]);
  expect(whole.counts).toMatchObject({ all: FIRST, needs_restack: FIRST, merged: 0 });
  expect(Object.keys(whole.states)).toHaveLength(FIRST);
  const parts = [await overview({ filter: 'needs_restack' }), await overview({ search: 'b01' })];
  const [filtered, found] = parts;
  for (const part of parts) expect(part.counts).toEqual(whole.counts);
  expect(filtered?.states).toEqual(whole.states);
  expect(found && names(found)).toEqual(Array.from({ length: 100 }, (_, i) => name(100 + i)));
  expect(found?.states.b0199).toEqual(whole.states.b0199);
  expect(names(await overview({ filter: 'merged' }))).toEqual([]);
  expect(names(await overview({ cursor: name(FIRST - 1) }))).toEqual([]);
  expect(await overview({ search: '  ' })).toEqual(whole);
});

test('with one more there is another page, and how a branch stands does not end where a page does', async () => {
  await add(FIRST, FIRST + 1);
  await write(db.db, [insertJob(db.db, { id: uuid(), repoId, kind: 'restack_repo', requestedBy: 'test' })]);
  const first = await overview();
  expect([first.branches.length, first.nextCursor]).toEqual([FIRST, name(FIRST - 1)]);
  const second = await overview({ cursor: first.nextCursor ?? '' });
  expect([names(second), second.nextCursor]).toEqual([[name(FIRST)], null]);
  for (const page of [first, second]) expect(page.counts).toMatchObject({ all: FIRST + 1, needs_restack: FIRST + 1 });
  expect(second.states).toEqual({ [name(FIRST)]: { is: 'will_move', with: name(0) } });
  // What is not of a branch is told once.
  expect([first.jobs.length, second.jobs, second.tasks, second.restack]).toEqual([1, [], [], null]);
  // What is wrong on the second page is counted on the first.
  await db.db
    .update(branches)
    .set({ merged: true })
    .where(and(eq(branches.repoId, repoId), eq(branches.name, name(FIRST))));
  expect((await overview()).counts).toMatchObject({ merged: 1, needs_restack: FIRST });
});

test('later pages are longer, of a search too', async () => {
  for (let i = FIRST + 1; i <= FIRST + PAGE; i += 250) await add(i, i + 250);
  for (const search of [undefined, 'b0']) {
    const second = await overview({ search, cursor: name(FIRST - 1) });
    expect([second.branches.length, second.nextCursor]).toEqual([PAGE, name(FIRST + PAGE - 1)]);
    const third = await overview({ search, cursor: second.nextCursor ?? '' });
    expect([names(third), third.nextCursor]).toEqual([[name(FIRST + PAGE)], null]);
  }
});

test('a page whose branch before it has gone meanwhile, and all behind it, is empty: there is nothing more', async () => {
  const { nextCursor } = await overview();
  await db.db.delete(branches).where(and(eq(branches.repoId, repoId), gte(branches.name, nextCursor ?? '')));
  const rest = await overview({ cursor: nextCursor ?? '' });
  expect([names(rest), rest.nextCursor]).toEqual([[], null]);
  expect(rest.counts).toMatchObject({ all: FIRST - 1 });
});
