import { createHash } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ERROR_CODES } from '@/model/errors';
import type { JobStatus } from '@/model/kinds';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { write } from './client';
import { jobs, repos } from './schema';
import { TRIGGERS_VERSION, triggerStatements } from './triggers';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.close());

/** A job of the repo that ends so. */
async function ended(repoId: string, status: JobStatus, row: Partial<typeof jobs.$inferInsert> = {}) {
  const id = uuid();
  await db.db.insert(jobs).values({ id, repoId, kind: 'restack_repo', status: 'running', requestedBy: 'test' });
  await write(db.db, [
    db.db
      .update(jobs)
      .set({ status, finishedAt: '2026-01-02T00:00:00.000Z', ...row })
      .where(eq(jobs.id, id)),
  ]);
  const [repo] = await db.db.select().from(repos).where(eq(repos.id, repoId));
  return { at: repo?.syncErrorAt, why: repo?.syncError };
}

test.each(ERROR_CODES)('a repo whose last job failed with %s says so until one completes', async (errorCode) => {
  const repoId = await db.addRepo();
  const failed = { at: '2026-01-02T00:00:00.000Z', why: 'It broke' };
  expect(await ended(repoId, 'error', { errorCode, message: 'It broke' })).toEqual(failed);
  expect(await ended(repoId, 'cancelled', { message: 'Cancelled.' })).toEqual(failed);
  expect(await ended(repoId, 'completed')).toEqual({ at: null, why: null });
  expect(await ended(repoId, 'cancelled')).toEqual({ at: null, why: null });
});

test('of a long message the list of repos carries the start', async () => {
  const repoId = await db.addRepo();
  const { why } = await ended(repoId, 'error', { errorCode: 'INTERNAL', message: '👍'.repeat(4000) });
  expect(why).toBe(`${'👍'.repeat(300)}…`);
});

test('whoever changes the triggers raises TRIGGERS_VERSION, so that an older program leaves them', () => {
  const text = createHash('sha256').update(triggerStatements().join('\n')).digest('hex').slice(0, 16);
  expect([TRIGGERS_VERSION, text]).toEqual([3, '006d872ab55f7e39']);
});
