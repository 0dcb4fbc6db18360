import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobMoves, jobs } from '@/db/schema';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { jobResult } from '@/ui/testing/rows';
import { jobsRouter } from './jobs';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

const api = () => jobsRouter.createCaller({ db: test.db, requestedBy: 'test', shutdown: new AbortController().signal });

/** Adds ended jobs, oldest first, and returns how to read which of them a filter keeps, newest first. */
async function history(...rows: Array<Partial<typeof jobs.$inferInsert>>) {
  const repoId = await test.addRepo();
  const ids = rows.map(() => uuid());
  for (const [i, row] of rows.entries()) {
    const id = ids[i] ?? '';
    await test.db
      .insert(jobs)
      .values({ id, repoId, kind: 'sync_repo', status: 'completed', requestedBy: 'test', ...row });
  }
  const list = async (filter: Omit<Parameters<ReturnType<typeof api>['list']>[0], 'repoId'>) => {
    const page = await api().list({ repoId, ...filter });
    return { kept: page.jobs.map(({ job }) => ids.indexOf(job.id)), nextCursor: page.nextCursor };
  };
  return { repoId, ids, list };
}

describe('jobs.list', () => {
  it('keeps what one person asked for', async () => {
    const { list } = await history({ requestedBy: 'mara' }, { requestedBy: 'jonas' }, { requestedBy: 'mara' });
    expect((await list({ requestedBy: 'mara' })).kept).toEqual([2, 0]);
    expect((await list({ requestedBy: 'mar' })).kept).toEqual([]);
  });

  it('keeps jobs of a branch: asked for on it, moving it, or saying something about it', async () => {
    const { ids, list } = await history(
      { kind: 'rebase_branch', branch: 'a' },
      { kind: 'restack_repo' },
      { result: jobResult({ merged: [{ branch: 'a', into: 'main' }] }) },
      { result: jobResult({ gone: ['a'] }) },
      { result: jobResult({ registered: [{ branch: 'a', parent: 'main' }] }) },
      { result: jobResult({ heldBack: [{ branch: 'a', reason: { kind: 'below', branch: 'b' } }] }) },
      { kind: 'rebase_branch', branch: 'b' },
      { kind: 'restack_repo' },
      { result: jobResult({ merged: [{ branch: 'b', into: 'a' }] }) },
    );
    const move = { branch: 'a', before: '1', after: '2', rewritten: [] };
    await test.db.insert(jobMoves).values([
      { ...move, jobId: ids[1] ?? '', state: 'pushed' },
      { ...move, jobId: ids[7] ?? '', state: 'abandoned' },
    ]);
    expect((await list({ branch: 'a' })).kept).toEqual([5, 4, 3, 2, 1, 0]);
  });

  it('gives the rest of a filtered list by its cursor', async () => {
    const { list } = await history({ requestedBy: 'mara' }, {}, { requestedBy: 'mara' }, { requestedBy: 'mara' });
    const first = await list({ requestedBy: 'mara', limit: 2 });
    expect(first.kept).toEqual([3, 2]);
    const second = await list({ requestedBy: 'mara', limit: 2, cursor: first.nextCursor ?? 0 });
    expect(second).toEqual({ kept: [0], nextCursor: null });
  });
});
