import { getTableColumns, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Db, snapshot, write } from '@/db/client';
import { jsonRows, rowsIn } from '@/db/json-rows';
import { branches } from '@/db/schema';
import { PRUNED } from '@/feed/read';
import { changesSince, MOST_EVENTS } from '@/feed/since';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { fuzzing } from '@/testing/fuzz';
import { KeptRows, type RowsAt, rowsAfter } from './rows';

let test: TestDatabase;
let elsewhere: Db;
let repoId: string;
beforeAll(async () => {
  test = await testDatabase();
  elsewhere = await test.elsewhere();
});
afterAll(() => test.close());
beforeEach(async () => {
  repoId = await test.addRepo({ a: 'main', b: 'a' });
});

/** All rows as they are read anew, and what is kept brought up to date, in one snapshot. */
async function both(before: RowsAt) {
  const [fresh, [changes]] = await snapshot(test.db, [
    jsonRows(test.db, getTableColumns(branches), sql`from branches where repo_id = ${repoId} order by name`),
    changesSince(test.db, repoId, before.seq),
  ]);
  return { fresh: rowsIn(fresh), now: rowsAfter(before, changes) };
}

const branch = (name: string, more: Partial<typeof branches.$inferInsert> = {}) => ({
  repoId,
  name,
  tip: 'c'.repeat(40),
  ...more,
});

// SQLite's order is that of bytes, in which the third comes before the second, other than in JavaScript's.
const NAMES = ['a', 'x\u{10000}', 'x\uffee', 'x/y', 'B', 'ä', 'z'];

type Step = { do: 'put' | 'remove' | 'look'; name: string; text: string };
const steps = fc.array(
  fc.record<Step>({
    do: fc.constantFrom('put', 'put', 'remove', 'look'),
    name: fc.constantFrom(...NAMES),
    text: fc.constantFrom('one', 'two', 'three'),
  }),
  { maxLength: 20 },
);

it('what is kept and what has changed since is what is read anew, whoever changed it, in the same order', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (list, isElsewhere) => {
      repoId = await test.addRepo({ a: 'main', b: 'a' });
      const rows = new KeptRows();
      const by = isElsewhere ? elsewhere : test.db;
      const look = async () => {
        const kept = await rows.of(test.db, repoId);
        const { fresh, now } = await both(kept.at);
        expect(now?.rows).toEqual(fresh);
        if (now) rows.keep(repoId, kept, now);
      };
      await look();
      for (const { do: what, name, text } of list) {
        if (what === 'look') await look();
        else if (what === 'remove')
          await by.run(sql`delete from branches where repo_id = ${repoId} and name = ${name}`);
        else {
          const row = branch(name, {
            subject: text,
            forecast: { tip: text, parentTip: '', outcome: 'clean', files: [] },
          });
          const { subject, forecast } = row;
          await by
            .insert(branches)
            .values(row)
            .onConflictDoUpdate({ target: [branches.repoId, branches.name], set: { subject, forecast } });
        }
      }
      await look();
    }),
    fuzzing(60),
  );
});

it('rows that have not changed stay the same objects, and rows once given never change', async () => {
  const before = (await new KeptRows().of(test.db, repoId)).at;
  const text = JSON.stringify(before);
  await elsewhere.update(branches).set({ subject: 'New' }).where(sql`repo_id = ${repoId} and name = 'b'`);
  const { now } = await both(before);
  expect([now?.rows[0] === before.rows[0], now?.rows[1] === before.rows[1]]).toEqual([true, false]);
  expect(now?.rows[1]?.subject).toBe('New');
  expect(JSON.stringify(before)).toBe(text);
});

it('what was written between two pieces is among the changes, and others have their turn meanwhile', async () => {
  await write(test.db, [
    test.db.run(sql`
      with recursive n(i) as (select 0 union all select i + 1 from n where i < 2999)
      insert into branches (repo_id, name, tip) select ${repoId}, printf('n%05d', i), 'x' from n`),
  ]);
  const reading = new KeptRows().of(test.db, repoId);
  let turns = 0;
  let isDone = false;
  const meanwhile = async () => {
    while (!isDone) {
      await new Promise(setImmediate);
      turns += 1;
      // Each time one that was read already, one that is yet to be, and one that comes.
      await elsewhere.run(
        sql`update branches set subject = ${turns} where repo_id = ${repoId} and name in ('a', 'n02999')`,
      );
      await elsewhere.insert(branches).values([branch(`m${turns}`), branch(`z${turns}`)]);
    }
  };
  const others = meanwhile();
  const { at } = await reading;
  isDone = true;
  await others;
  expect(turns).toBeGreaterThanOrEqual(3);
  const { fresh, now } = await both(at);
  expect(now?.rows).toEqual(fresh);
});

it('is read anew where what has changed since is not all there any more, or is more than all', async () => {
  const { at } = await new KeptRows().of(test.db, repoId);
  const happens = (count: number) =>
    elsewhere.run(sql`
      with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
      insert into events (repo_id, type, op, row) select ${repoId}, 'jobs', 'upsert', '{}' from n`);
  await happens(MOST_EVENTS);
  expect((await both(at)).now?.rows).toEqual(at.rows);
  await happens(1);
  expect((await both(at)).now).toBeNull();

  const later = (await new KeptRows().of(test.db, repoId)).at;
  await happens(1);
  await elsewhere.run(sql`insert into meta (key, value) values (${PRUNED}, ${later.seq + 1})`);
  expect((await both(later)).now).toBeNull();
  await elsewhere.run(sql`delete from meta where key = ${PRUNED}`);
  // From another database, which was put in the place of this one.
  expect((await both({ ...later, seq: later.seq + 1000 })).now).toBeNull();
});

it('is given up for others, so that no number of repositories fills the memory', async () => {
  const rows = new KeptRows();
  const { at } = await rows.of(test.db, repoId);
  const many = { seq: 1, rows: Array.from({ length: 5000 }, () => at.rows).flat() };
  for (const id of ['one', 'two']) rows.keep(id, { at: many }, many);
  expect((await rows.of(test.db, 'one')).at).toBe(many);
  rows.keep('three', { at: many }, many);
  // The one that was asked for longest ago.
  expect((await rows.of(test.db, 'two')).at.rows).toEqual([]);
  for (const id of ['one', 'three']) expect((await rows.of(test.db, id)).at).toBe(many);
});

it('the repo that was asked for last is kept whatever its size, and lets go of those before it', async () => {
  const rows = new KeptRows();
  const [small] = [await rows.of(test.db, repoId)];
  rows.keep(repoId, small, small.at);
  const [row] = small.at.rows;
  const large = {
    at: { seq: 1, rows: Array.from({ length: 30_000 }, () => row).filter((each) => each !== undefined) },
  };
  rows.keep('large', large, large.at);
  expect(await rows.of(test.db, 'large')).toBe(large);
  expect(await rows.of(test.db, repoId)).not.toBe(small);
});
