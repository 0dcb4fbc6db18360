import { eq, sql } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JobRow, jobs } from '@/db/schema';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { insertJob } from './accept';
import { takeLease } from './lease';
import { dueJobs } from './reconciler';

/** Times on the rows from before the clock was set back lie in the future; nobody may wait for them. */
describe('when the clock was set back', () => {
  const NOW = '2026-03-04T05:06:07.000Z';
  const later = (minutes: number) => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();

  let test: TestDatabase;
  let row: JobRow;
  beforeAll(async () => {
    test = await testDatabase();
    const id = uuid();
    await test.db.batch([
      insertJob(test.db, { id, repoId: await test.addRepo(), kind: 'sync_repo', requestedBy: 'test' }),
      test.db.update(jobs).set({ dispatch: 1, claimed: 1 }).where(eq(jobs.id, id)),
    ]);
    const [job] = await test.db.select().from(jobs);
    if (!job) throw new Error('no job');
    row = job;
  });
  afterAll(() => test.close());

  const isDue = (columns: Partial<JobRow>) => dueJobs([{ ...row, ...columns }], NOW, 'inline').length === 1;
  const held = { status: 'running', leaseHeld: true, leaseMachine: 'elsewhere', leaseProcess: '1:1' } as const;

  it('a job that was handed over is not waited for until the old time comes again', () => {
    expect(isDue({ dispatch: 2, dispatchedAt: NOW })).toBe(false);
    expect(isDue({ dispatch: 2, dispatchedAt: later(60) })).toBe(true);
  });

  it('a lease and a pause that reach too far ahead are over', () => {
    expect(isDue({ ...held, leaseUntil: later(0.5) })).toBe(false);
    expect(isDue({ ...held, leaseUntil: later(60) })).toBe(true);
    expect(isDue({ status: 'running', leaseUntil: later(1), nextAttemptAt: later(1) })).toBe(false);
    expect(isDue({ status: 'running', leaseUntil: later(60), nextAttemptAt: later(60) })).toBe(true);
  });

  it('such a lease can be taken over', async () => {
    const ahead = (minutes: number) => sql<string>`strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ${`+${minutes} minutes`})`;
    const take = () => takeLease(test.db, { jobId: row.id, dispatch: 1 }, 'inline', new AbortController().signal);
    await test.db.update(jobs).set({ ...held, leaseUntil: ahead(1) });
    expect(await take()).toEqual({ kind: 'busy' });
    await test.db.update(jobs).set({ ...held, leaseUntil: ahead(60) });
    const lease = await take();
    if ('kind' in lease) throw new Error(`No lease: ${lease.kind}`);
    await lease.rest();
  });
});
