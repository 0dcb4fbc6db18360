import { and, eq } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerOn } from '@/api/testing/caller';
import { branches, branchTips, forecasts, jobs } from '@/db/schema';
import { type TestDatabase, testDatabase } from '@/testing/database';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

const api = () => callerOn(test.db);

/** A repo with a stack, and the fingerprint of a forecast that somebody has looked at a second ago. */
async function forecasted() {
  const repoId = await test.addRepo({ a: 'main', b: 'a' });
  const action = { repoId, kind: 'restack_repo' } as const;
  const { tipsKey: expected } = await api().forecast.get(action);
  await test.db.update(forecasts).set({ askedAt: '2020-01-01T00:00:00.000Z' }).where(eq(forecasts.repoId, repoId));
  return { repoId, run: { ...action, expected } };
}

describe('an action that expects what a forecast was for', () => {
  it('is accepted while the branches are as they were', async () => {
    const { run } = await forecasted();
    expect(await api().jobs.run(run)).toMatchObject({ accepted: true });
  });

  it('is refused once a branch has moved, with its name, and nothing is queued', async () => {
    const { repoId, run } = await forecasted();
    const tip = '9'.repeat(40);
    await test.db
      .update(branches)
      .set({ tip })
      .where(and(eq(branches.repoId, repoId), eq(branches.name, 'a')));
    await test.db.insert(branchTips).values({ repoId, branch: 'a', tip });
    await expect(api().jobs.run(run)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('Moved since: a. Ask for a new one.'),
    });
    expect(await test.db.select().from(jobs).where(eq(jobs.repoId, repoId))).toEqual([]);
  });

  it('is refused so where a job is to be done again, too, and else done again', async () => {
    const { repoId, run } = await forecasted();
    const [done] = await test.db
      .insert(jobs)
      .values({ id: uuid(), repoId, kind: 'restack_repo', status: 'completed', requestedBy: 'test' })
      .returning();
    const again = { jobId: done?.id ?? '', expected: run.expected };
    const accepted = await api().jobs.retry({ ...again, idempotencyKey: 'again' });
    expect(await test.db.select({ expected: jobs.expected }).from(jobs).where(eq(jobs.id, accepted.jobId))).toEqual([
      { expected: run.expected },
    ]);
    await test.db.update(jobs).set({ status: 'completed' }).where(eq(jobs.id, accepted.jobId));
    await test.db
      .update(branches)
      .set({ parent: 'main' })
      .where(and(eq(branches.repoId, repoId), eq(branches.name, 'b')));
    await expect(api().jobs.retry(again)).rejects.toMatchObject({ code: 'CONFLICT' });
    // The same key gets the same answer, whatever has become of the branches.
    expect((await api().jobs.retry({ ...again, idempotencyKey: 'again' })).jobId).toBe(accepted.jobId);
    expect(await api().jobs.retry({ jobId: again.jobId })).toMatchObject({ accepted: true });
  });

  it('is refused where a branch stands elsewhere, though none has moved', async () => {
    const { repoId, run } = await forecasted();
    await test.db
      .update(branches)
      .set({ parent: 'main' })
      .where(and(eq(branches.repoId, repoId), eq(branches.name, 'b')));
    await expect(api().jobs.run(run)).rejects.toThrow('what stands where, is another');
  });

  it('is refused while a job is to end that may change the branches; without expecting anything it queues', async () => {
    const { run } = await forecasted();
    await api().jobs.run(run);
    await expect(api().jobs.run(run)).rejects.toThrow(/#\d+ is still to end/);
    const { expected: _, ...plain } = run;
    expect(await api().jobs.run(plain)).toMatchObject({ accepted: true });
  });

  it('gets the same answer when it is sent again with its key, whatever has changed meanwhile', async () => {
    const { run } = await forecasted();
    const again = { ...run, idempotencyKey: uuid() };
    expect(await api().jobs.run(again)).toEqual(await api().jobs.run(again));
  });

  it('is refused by a fingerprint that no forecast gave', async () => {
    const { run } = await forecasted();
    await expect(api().jobs.run({ ...run, expected: '0'.repeat(32) })).rejects.toThrow('No forecast of this repo');
    await expect(api().jobs.run({ ...run, expected: 'x' })).rejects.toThrow('Give the tipsKey of a forecast');
  });
});
