import { eq, inArray } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { config } from '@/config';
import { jobs } from '@/db/schema';
import { GROWING, queryPlans, walksOf } from '@/db/testing/query-plans';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { insertJob } from './accept';
import { takeLease } from './lease';
import { dispatchDue, dueJobs, turns } from './reconciler';
import { queueDueSyncs } from './schedule';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());
afterEach(() => test.db.delete(jobs));

/** Queues so many jobs of a repo, and returns their ids. */
async function queue(repoId: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => uuid());
  const [first, ...rest] = ids.map((id) =>
    insertJob(test.db, { id, repoId, kind: 'restack_repo', requestedBy: 'test' }),
  );
  if (first) await test.db.batch([first, ...rest]);
  return ids;
}

const addRepos = (count: number) => Promise.all(Array.from({ length: count }, () => test.addRepo()));

describe('a round of the dispatcher', () => {
  it('reads no more rows for a long queue than for a short one', async () => {
    const repos = await addRepos(3);
    for (const repo of repos) await queue(repo, 2);
    const short = await turns(test.db);
    for (const repo of repos) await queue(repo, 100);
    expect((await turns(test.db)).map((job) => job.id)).toEqual(short.map((job) => job.id));
    expect(short).toHaveLength(3);
  });

  it('reads no more queued jobs than may be at work, however many repos wait', async () => {
    for (const repo of await addRepos(config().concurrency + 5)) await queue(repo, 1);
    expect(await turns(test.db)).toHaveLength(config().concurrency);
  });

  it('goes through what is queued repo by repo, and not job by job', async () => {
    for (const repo of await addRepos(3)) await queue(repo, 3);
    const [plan] = await queryPlans(test.db, () => turns(test.db));
    const byStatus = plan?.steps.filter((step) => /^SEARCH jobs .*\(status=\?\)$/.test(step));
    const byRepo = plan?.steps.filter((step) => /^SEARCH jobs USING COVERING INDEX jobs_queue/.test(step));
    // The jobs that run are few.
    expect(byStatus?.length).toBeLessThanOrEqual(1);
    expect(byRepo?.length).toBeGreaterThanOrEqual(1);
  });

  it('finds its rows by indexes, and so do a claim and the clock of automatic syncs', async () => {
    const [repo = ''] = await addRepos(1);
    const [id = ''] = await queue(repo, 2);
    await test.db.update(jobs).set({ dispatch: 1 }).where(eq(jobs.id, id));
    const executor = { name: 'inline' as const, dispatch: async () => undefined };
    const plans = await queryPlans(test.db, async () => {
      const lease = await takeLease(test.db, { jobId: id, dispatch: 1 }, 'inline', new AbortController().signal);
      if ('kind' in lease) throw new Error(lease.kind);
      await lease.rest();
      await queueDueSyncs(test.db);
      await dispatchDue(test.db, { main: executor, standIn: null });
    });
    expect(plans.length).toBeGreaterThan(5);
    expect(walksOf(plans, GROWING).filter(({ sql }) => !/order by seq desc limit 1/.test(sql))).toEqual([]);
  });

  it('gives every repo a turn before any gets a second one', async () => {
    const [busy = '', ...others] = await addRepos(config().concurrency + 1);
    await queue(busy, 20);
    for (const repo of others) await queue(repo, 2);
    const served: string[] = [];
    for (let round = 0; round < 2 * (others.length + 1); round++) {
      const [next] = dueJobs(await turns(test.db), new Date().toISOString(), 'inline');
      if (!next) throw new Error('nobody has a turn');
      served.push(next.repoId);
      const startedAt = new Date(Date.parse('2026-01-01') + round).toISOString();
      await test.db.update(jobs).set({ status: 'completed', startedAt }).where(eq(jobs.id, next.id));
    }
    for (const half of [served.slice(0, others.length + 1), served.slice(others.length + 1)]) {
      expect(new Set(half)).toEqual(new Set([busy, ...others]));
    }
  });

  it('keeps the order of one repo’s jobs, and lets none pass the one that runs', async () => {
    const [repo = ''] = await addRepos(1);
    const ids = await queue(repo, 3);
    expect((await turns(test.db)).map(({ id }) => id)).toEqual(ids.slice(0, 1));
    await test.db
      .update(jobs)
      .set({ status: 'running' })
      .where(eq(jobs.id, ids[0] ?? ''));
    expect((await turns(test.db)).map(({ id }) => id)).toEqual(ids.slice(0, 1));
    await test.db
      .update(jobs)
      .set({ status: 'cancelled' })
      .where(inArray(jobs.id, ids.slice(0, 2)));
    expect((await turns(test.db)).map(({ id }) => id)).toEqual(ids.slice(2));
  });
});
