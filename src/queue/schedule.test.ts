import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jobs, repos } from '@/db/schema';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { queueDueSyncs } from './schedule';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

const ofRepo = (repoId: string) => test.db.select().from(jobs).where(eq(jobs.repoId, repoId));

it('queues an automatic sync when it is due, once, and not before its time again even if it failed', async () => {
  const repoId = await test.addRepo();
  await queueDueSyncs(test.db);
  expect(await ofRepo(repoId)).toEqual([]);

  await test.db.update(repos).set({ autoSyncMinutes: 5 }).where(eq(repos.id, repoId));
  await Promise.all([queueDueSyncs(test.db), queueDueSyncs(test.db)]);
  expect(await ofRepo(repoId)).toMatchObject([{ kind: 'sync_repo', move: true, requestedBy: 'automatic sync' }]);

  await test.db.update(jobs).set({ status: 'error' }).where(eq(jobs.repoId, repoId));
  await queueDueSyncs(test.db);
  expect(await ofRepo(repoId)).toHaveLength(1);

  await test.db.update(jobs).set({ createdAt: '2020-01-01T00:00:00.000Z' }).where(eq(jobs.repoId, repoId));
  await queueDueSyncs(test.db);
  expect(await ofRepo(repoId)).toHaveLength(2);
});

it('queues one that only reads where automatic syncs are not to move anything', async () => {
  const repoId = await test.addRepo();
  await test.db.update(repos).set({ autoSyncMinutes: 5, autoSyncMoves: false }).where(eq(repos.id, repoId));
  await queueDueSyncs(test.db);
  expect(await ofRepo(repoId)).toMatchObject([{ kind: 'sync_repo', move: false }]);
});
