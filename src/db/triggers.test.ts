import { createHash } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
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

describe('a repo carries its failed jobs', () => {
  const failures = async (repoId: string) => {
    const [repo] = await db.db.select().from(repos).where(eq(repos.id, repoId));
    return repo?.failures?.map(({ kind, branch, message }) => [kind, branch, message]) ?? [];
  };
  const fail = (repoId: string, row: Partial<typeof jobs.$inferInsert>) =>
    ended(repoId, 'error', { errorCode: 'INTERNAL', ...row });

  it('one for each thing that was tried, the newest first, until something has completed', async () => {
    const repoId = await db.addRepo();
    await fail(repoId, { kind: 'rebase_branch', branch: 'a', message: 'first' });
    await fail(repoId, { kind: 'restack_subtree', branches: ['b', 'c'], message: 'second' });
    await fail(repoId, { kind: 'rebase_branch', branch: 'a', message: 'again' });
    expect(await failures(repoId)).toEqual([
      ['rebase_branch', 'a', 'again'],
      ['restack_subtree', 'b', 'second'],
    ]);
    await ended(repoId, 'cancelled');
    expect(await failures(repoId)).toHaveLength(2);
    await ended(repoId, 'completed');
    expect(await failures(repoId)).toEqual([]);
  });

  it('and a sync that only reads mends none but those of syncs', async () => {
    const repoId = await db.addRepo();
    await fail(repoId, { kind: 'sync_repo', message: 'no answer' });
    await fail(repoId, { kind: 'rebase_branch', branch: 'a', message: 'refused' });
    await ended(repoId, 'completed', { kind: 'sync_repo', move: false });
    expect(await failures(repoId)).toEqual([['rebase_branch', 'a', 'refused']]);
    await ended(repoId, 'completed', { kind: 'sync_repo', move: true });
    expect(await failures(repoId)).toEqual([]);
  });

  it('not one that is tried again and fails as another, nor more than ten', async () => {
    const repoId = await db.addRepo();
    await fail(repoId, { kind: 'create_branch', branch: 'old', message: 'x' });
    const [old] = await db.db.select().from(jobs).where(eq(jobs.repoId, repoId));
    await fail(repoId, { kind: 'create_branch', branch: 'new', message: 'y', retryOf: old?.id ?? null });
    expect(await failures(repoId)).toEqual([['create_branch', 'new', 'y']]);
    for (let i = 0; i < 12; i++) await fail(repoId, { kind: 'rebase_branch', branch: `b${i}`, message: 'z' });
    expect(await failures(repoId)).toHaveLength(10);
  });
});

test('whoever changes the triggers raises TRIGGERS_VERSION, so that an older program leaves them', () => {
  const text = createHash('sha256').update(triggerStatements().join('\n')).digest('hex').slice(0, 16);
  expect([TRIGGERS_VERSION, text]).toEqual([5, '23b2db262f0d5c37']);
});
