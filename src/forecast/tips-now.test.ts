import { eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '@/db/client';
import { branches, repos } from '@/db/schema';
import { PRUNED } from '@/feed/read';
import { tipsKey } from '@/planner/tips-key';
import { callsDuring, type TestDatabase, testDatabase } from '@/testing/database';
import { fuzzing } from '@/testing/fuzz';
import { watchStops } from '@/testing/stops';
import { TipsNow } from './tips-now';

let test: TestDatabase;
let elsewhere: Db;
beforeAll(async () => {
  test = await testDatabase();
  elsewhere = await test.elsewhere();
});
afterAll(() => test.close());

/** The fingerprint of the branches as they are. */
async function fresh(repoId: string): Promise<string | undefined> {
  const [repo] = await test.db.select().from(repos).where(eq(repos.id, repoId));
  return repo && tipsKey(repo, await test.db.select().from(branches).where(eq(branches.repoId, repoId)));
}

async function addMany(repoId: string, count: number): Promise<void> {
  await test.db.run(sql`
    with recursive n(i) as (select 0 union all select i + 1 from n where i < ${count - 1})
    insert into branches (repo_id, name, tip, parent, base, tracked)
    select ${repoId}, printf('n%06d', i), printf('%040d', i), 'main', printf('%040d', i), 1 from n`);
}

const anyStep = fc.record({
  do: fc.constantFrom('put', 'put', 'subject', 'remove', 'trunk', 'engine', 'prune', 'look'),
  // SQLite's order is that of bytes, other than JavaScript's.
  name: fc.constantFrom('a', 'b', 'x\u{10000}', 'x\uffee', 'x/y', 'ä'),
  tip: fc.constantFrom('1', '2'),
  flag: fc.boolean(),
  kept: fc.option(fc.boolean()),
  isElsewhere: fc.boolean(),
});

describe('the fingerprint of the branches', () => {
  it('is at every call that of the branches as they are, whoever has changed them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 15 }), async (steps) => {
        const repoId = await test.addRepo({ a: 'main', b: 'a' });
        const tips = new TipsNow();
        for (const { do: what, name, tip, flag, kept, isElsewhere } of steps) {
          const by = isElsewhere ? elsewhere : test.db;
          const set = { tip, merged: flag, kept };
          if (what === 'put')
            await by
              .insert(branches)
              .values({ repoId, name, ...set })
              .onConflictDoUpdate({ target: [branches.repoId, branches.name], set });
          if (what === 'remove') await by.run(sql`delete from branches where repo_id = ${repoId} and name = ${name}`);
          if (what === 'subject') await by.update(branches).set({ subject: tip }).where(eq(branches.repoId, repoId));
          if (what === 'trunk') await by.update(repos).set({ trunkTip: tip }).where(eq(repos.id, repoId));
          if (what === 'engine')
            await by
              .update(repos)
              .set({ engine: flag ? 'git' : 'auto' })
              .where(eq(repos.id, repoId));
          if (what === 'prune')
            await by.run(sql`insert into meta (key, value) values (${PRUNED}, (select max(seq) from events))
              on conflict do update set value = excluded.value`);
          const [one, other] = await Promise.all([tips.of(test.db, repoId), tips.of(test.db, repoId)]);
          expect([one?.key, other?.key]).toEqual(Array(2).fill(await fresh(repoId)));
        }
      }),
      fuzzing(60),
    );
  });

  it('is null of a repo that is not there, or no longer', async () => {
    const tips = new TipsNow();
    expect(await tips.of(test.db, uuid())).toBeNull();
    const repoId = await test.addRepo({ a: 'main' });
    await tips.of(test.db, repoId);
    await elsewhere.delete(repos).where(eq(repos.id, repoId));
    expect(await tips.of(test.db, repoId)).toBeNull();
  });

  it('counts what was written while many rows are read, and who asks then gets no older one', async () => {
    const repoId = await test.addRepo();
    await addMany(repoId, 5000);
    const tips = new TipsNow();
    let isDone = false;
    const first = tips.of(test.db, repoId).finally(() => {
      isDone = true;
    });
    let turns = 0;
    while (!isDone) {
      await new Promise(setImmediate);
      turns += 1;
      // One that was read already, and one that is yet to be.
      await elsewhere.run(sql`
        update branches set tip = ${`t${turns}`} where repo_id = ${repoId} and name in ('n000000', 'n004999')`);
      if (turns !== 3) continue;
      const asked = tips.of(test.db, repoId);
      const now = await fresh(repoId);
      expect((await asked)?.key).toBe(now);
    }
    await first;
    expect(turns).toBeGreaterThanOrEqual(3);
    expect((await tips.of(test.db, repoId))?.key).toBe(await fresh(repoId));
  });

  it('is read once for all who ask at once, and not again as long as no branch changes', async () => {
    const repoId = await test.addRepo();
    await addMany(repoId, 3500);
    const tips = new TipsNow();
    const ask = (times: number) => () => Promise.all(Array.from({ length: times }, () => tips.of(test.db, repoId)));
    const one = await callsDuring(test.db, ask(1));
    await elsewhere.update(branches).set({ tip: 'x' }).where(eq(branches.name, 'n000001'));
    // Each asks first whether what is kept holds, and those who have waited for the reading do so again.
    expect(await callsDuring(test.db, ask(30))).toBe(one + 30 + 29);
    await elsewhere.update(repos).set({ name: 'Shop' }).where(eq(repos.id, repoId));
    expect(await callsDuring(test.db, ask(30))).toBe(30);
  });

  it('stops the loop no longer of many branches than of few', async () => {
    const stops: number[][] = [];
    for (const count of [4000, 32_000]) {
      const repoId = await test.addRepo();
      await addMany(repoId, count);
      await new TipsNow().of(test.db, repoId);
      const tries: number[] = [];
      for (let i = 0; i < 3; i += 1) {
        const watch = watchStops();
        await new TipsNow().of(test.db, repoId);
        tries.push(watch.longest());
      }
      stops.push(tries);
    }
    const [few = [], many = []] = stops;
    // Garbage may be collected in any of them; what stops it each time is ours.
    expect(Math.min(...many) / Math.max(...few)).toBeLessThan(5);
  });
});
