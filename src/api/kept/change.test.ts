import { and, eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerOn } from '@/api/testing/caller';
import { type Db, write } from '@/db/client';
import { branches, jobs, repos } from '@/db/schema';
import { countStates, lastRestackQuery, restackOf } from '@/forecast/last-restack';
import { actionKey } from '@/planner/tips-key';
import { branchCounts } from '@/repos/branch-state';
import { callsDuring, type TestDatabase, testDatabase } from '@/testing/database';
import { fuzzing } from '@/testing/fuzz';
import { watchStops } from '@/testing/stops';
import { changeRows } from './change';

let test: TestDatabase;
let elsewhere: Db;
beforeAll(async () => {
  test = await testDatabase();
  elsewhere = await test.elsewhere();
});
afterAll(() => test.close());

const api = () => callerOn(test.db);

/** What the list of repos says of one, and what it is to say, made from all rows as they are. */
async function told(repoId: string) {
  const [repo] = await test.db.select().from(repos).where(eq(repos.id, repoId));
  const rows = await test.db.select().from(branches).where(eq(branches.repoId, repoId)).orderBy(branches.name);
  const [last] = await lastRestackQuery(test.db, repoId);
  const restack = restackOf(last);
  return [repo?.counts, countStates(rows, repo?.trunk ?? null, restack && { ...restack, stale: true })];
}

/** Stacks of four. */
async function addMany(count: number): Promise<string> {
  const repoId = await test.addRepo();
  await test.db.run(sql`
    with recursive n(i) as (select 0 union all select i + 1 from n where i < ${count - 1})
    insert into branches (repo_id, name, tip, parent, base, tracked, needs_restack, gone)
    select ${repoId}, 'n' || i, printf('%040d', i), iif(i % 4, 'n' || (i - 1), 'main'), 'b', 1, i % 7 = 0, i % 4 = 3 from n`);
  return repoId;
}

const anyStep = fc.record({
  do: fc.constantFrom('keep', 'keep', 'forget', 'elsewhere', 'foreseen'),
  branch: fc.constantFrom('n0', 'n1', 'n2', 'n3', 'n7', 'n11'),
  kept: fc.option(fc.boolean()),
});

describe('what the list of repos says after a change by hand', () => {
  it('is what all rows say as they are, whoever has changed them before, and however many are sent at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 10 }), async (steps) => {
        const repoId = await addMany(12);
        const act = async ({ do: what, branch, kept }: (typeof steps)[number]) => {
          if (what === 'elsewhere')
            await elsewhere
              .update(branches)
              .set({ needsRestack: kept ?? false })
              .where(and(eq(branches.repoId, repoId), eq(branches.name, branch)));
          else if (what === 'foreseen') await foreseen(repoId, branch);
          else if (what === 'forget') await api().branches.forget({ repoId, branches: [branch] });
          else await api().branches.update({ repoId, branch, kept });
        };
        let isKept = false;
        const last = () => {
          isKept = !isKept;
          return api().branches.update({ repoId, branch: 'n4', kept: isKept });
        };
        await last();
        // Refused or not: what is told has to be true.
        await Promise.all(steps.map((step) => act(step).catch(expectRefused)));
        if (steps.some(({ do: what }) => what === 'elsewhere' || what === 'foreseen')) await last();
        const [is, shall] = await told(repoId);
        expect(is).toEqual(shall);
      }),
      fuzzing(60),
    );
  });

  it('is made again where a branch, the trunk or what a Restack would do has changed before it was written', async () => {
    const repoId = await addMany(12);
    const meanwhile = [
      () => elsewhere.update(branches).set({ merged: true }).where(eq(branches.name, 'n8')),
      () => elsewhere.update(repos).set({ trunk: 'n0' }).where(eq(repos.id, repoId)),
      () => foreseen(repoId, 'n5'),
    ];
    let tries = 0;
    const done = await changeRows(test.db, repoId, async ({ rows, countsOf, holds }) => {
      const counts = await countsOf(rows);
      await meanwhile[tries]?.();
      tries += 1;
      const [written] = await write(test.db, [
        test.db
          .update(repos)
          .set({ counts })
          .where(and(eq(repos.id, repoId), holds))
          .returning({ id: repos.id }),
      ]);
      return written.length > 0 ? 'done' : null;
    });
    expect([done, tries]).toEqual(['done', 4]);
    const [is, shall] = await told(repoId);
    expect(is).toEqual(shall);
  });

  it('is written in the end, however often that is', async () => {
    const repoId = await addMany(12);
    let tries = 0;
    const done = await changeRows(test.db, repoId, async ({ holds }) => {
      tries += 1;
      await elsewhere
        .update(branches)
        .set({ subject: String(tries) })
        .where(eq(branches.repoId, repoId));
      const written = await test.db
        .update(repos)
        .set({ name: 'x' })
        .where(and(eq(repos.id, repoId), holds))
        .returning();
      return written.length > 0 ? 'done' : null;
    });
    expect(done).toBe('done');
  });
});

describe('what the list of repos says is what the page of the repo shows, before any sync', () => {
  /** Both as they are, and that they are the same. */
  async function both(repoId: string) {
    const [{ repo, counts }, listed] = await Promise.all([api().repos.overview({ repoId }), api().repos.list()]);
    const said = listed.repos.find(({ id }) => id === repoId)?.counts;
    expect(said).toMatchObject(branchCounts(counts));
    return { trunk: repo.trunk, said };
  }

  /** A repo whose Restack is foreseen, with counts as a sync writes them. */
  async function synced(): Promise<string> {
    const repoId = await addMany(12);
    await foreseen(repoId, 'n5');
    const rows = await test.db.select().from(branches).where(eq(branches.repoId, repoId)).orderBy(branches.name);
    const [last] = await lastRestackQuery(test.db, repoId);
    await test.db
      .update(repos)
      .set({ counts: countStates(rows, 'main', restackOf(last)) })
      .where(eq(repos.id, repoId));
    await both(repoId);
    return repoId;
  }

  it.each([
    { what: 'a branch as the trunk', change: { trunk: 'n0' } },
    { what: 'a trunk that is no branch', change: { trunk: 'elsewhere' } },
    { what: 'another engine', change: { engine: 'git' as const } },
  ])('after $what', async ({ change }) => {
    const repoId = await synced();
    const { said: before } = await both(repoId);
    await api().repos.update({ repoId, ...change });
    const { said } = await both(repoId);
    expect(said).not.toEqual(before);
  });

  it.each([{ kept: true }, { kept: null }])(
    'after a rename, of a branch that is long-lived or not: $kept',
    async ({ kept }) => {
      const repoId = await synced();
      await test.db
        .update(branches)
        .set({ gone: true, kept })
        .where(and(eq(branches.repoId, repoId), eq(branches.name, 'n5')));
      await test.db.insert(branches).values({ repoId, name: 'new', tip: '5'.padStart(40, '0'), renamedFrom: 'n5' });
      await foreseen(repoId, 'n6');
      // As a sync writes them.
      await api().branches.update({ repoId, branch: 'n0', kept: true });
      const { said: before } = await both(repoId);
      await api().branches.acceptRename({ repoId, branch: 'new' });
      const { said } = await both(repoId);
      expect(said).not.toEqual(before);
      const parents = await test.db.select().from(branches).where(eq(branches.parent, 'new'));
      expect(parents.filter((row) => row.repoId === repoId).map(({ name }) => name)).toEqual(['n6']);
    },
  );

  it('after settings on which no branch depends, and those that stay as they are; they say what they said', async () => {
    const repoId = await synced();
    const { said } = await both(repoId);
    await api().repos.update({ repoId, name: 'other', trunk: 'main', engine: 'auto', autoRestack: true });
    expect(await both(repoId)).toEqual({ trunk: 'main', said });
    await api().branches.update({ repoId, branch: 'n5', kept: null });
    expect(await both(repoId)).toEqual({ trunk: 'main', said });
  });

  it('after another trunk in the middle of other changes, whoever makes them', async () => {
    const repoId = await synced();
    await Promise.all([
      api().branches.update({ repoId, branch: 'n4', kept: true }),
      api().repos.update({ repoId, trunk: 'n0' }),
      elsewhere.update(branches).set({ merged: true }).where(eq(branches.name, 'n8')),
      api().branches.forget({ repoId, branches: ['n3'] }),
      api().repos.update({ repoId, engine: 'git' }),
    ]);
    await api().branches.update({ repoId, branch: 'n5', kept: true });
    expect(await both(repoId)).toMatchObject({ trunk: 'n0' });
  });

  it('while a job runs the trunk stays, and what is said', async () => {
    const repoId = await synced();
    const before = await both(repoId);
    await test.db
      .insert(jobs)
      .values({ id: uuid(), repoId, kind: 'sync_repo', status: 'running', requestedBy: 'test' });
    await expect(api().repos.update({ repoId, trunk: 'n0' })).rejects.toThrow(/A job of this repo is running/);
    expect(await both(repoId)).toEqual(before);
  });

  it('a repo that was never looked at has none after either', async () => {
    const repoId = await test.addRepo();
    await api().repos.update({ repoId, trunk: 'other' });
    expect((await api().repos.get({ repoId })).counts).toBeNull();
  });
});

describe('a change of one branch of many', () => {
  it('reads all rows once, and then what has changed; of what is refused it reads none', async () => {
    const repoId = await addMany(5000);
    const call = (work: () => Promise<unknown>) => callsDuring(test.db, () => work().catch(expectRefused));
    const refused = [
      () => api().branches.update({ repoId, branch: 'nobody', kept: true }),
      () => api().branches.untrack({ repoId, branch: 'nobody' }),
      () => api().branches.restore({ repoId, branch: 'n0' }),
      () => api().branches.forget({ repoId, branches: ['n0'] }),
    ];
    for (const work of refused) expect(await call(work)).toBeLessThan(5);
    const first = await call(() => api().branches.update({ repoId, branch: 'n0', kept: true }));
    const next = await call(() => api().branches.update({ repoId, branch: 'n0', kept: null }));
    expect(first - next).toBeGreaterThanOrEqual(5);
    const many = Array.from({ length: 30 }, (_, i) => `n${i}`);
    const update = (branch: string) => api().branches.update({ repoId, branch, kept: true });
    expect(await call(() => Promise.all(many.map(update)))).toBe(30 * next);
    const [is, shall] = await told(repoId);
    expect(is).toEqual(shall);
  });

  it('stops the loop no longer of many than of few', async () => {
    const stops: number[][] = [];
    for (const count of [4000, 32_000]) {
      const repoId = await addMany(count);
      const tries: number[] = [];
      for (const i of [0, 20, 40]) {
        const watch = watchStops();
        await api().branches.update({ repoId, branch: `n${i + 1}`, kept: true });
        await api().branches.forget({ repoId, branches: [`n${i + 7}`, `n${i + 11}`] });
        tries.push(watch.longest());
      }
      stops.push(tries);
      const [is, shall] = await told(repoId);
      expect(is).toEqual(shall);
    }
    const [few = [], many = []] = stops;
    // Garbage may be collected in any of them; what stops it each time is ours.
    expect(Math.min(...many) / Math.max(...few)).toBeLessThan(5);
  });
});

/** Another process has computed what a Restack of the whole would do: it moves this branch. */
async function foreseen(repoId: string, branch: string): Promise<void> {
  const move = { branch, parent: 'main', from: branch.slice(1).padStart(40, '0'), to: 'y', moves: true, replayed: 1 };
  const outline = {
    engine: 'git',
    failure: null,
    moves: [move],
    heldBack: [],
    dropped: [],
    warnings: [],
    registered: [],
  };
  await elsewhere.run(sql`
    insert into forecasts (repo_id, kind, action, tips_key, status, outline)
    values (${repoId}, 'restack_repo', ${actionKey({ kind: 'restack_repo' })}, ${uuid()}, 'ready', ${JSON.stringify(outline)})`);
}

function expectRefused(error: unknown): void {
  expect(error).toMatchObject({ name: 'TRPCError' });
}
