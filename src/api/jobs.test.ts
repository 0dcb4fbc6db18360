import { eq, sql } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerOn } from '@/api/testing/caller';
import { branches, jobMoves, jobs } from '@/db/schema';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { jobResult } from '@/ui/testing/rows';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

const api = () => callerOn(test.db).jobs;

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

describe('a request for a job that is sent again', () => {
  it('retries once, however often its answer was lost', async () => {
    const { ids } = await history({ kind: 'rebase_branch', branch: 'a', status: 'error' });
    const again = { jobId: ids[0] ?? '', idempotencyKey: uuid() };
    const first = await api().retry(again);
    expect(await api().retry(again)).toEqual(first);
    expect((await api().retry({ ...again, idempotencyKey: uuid() })).jobId).not.toBe(first.jobId);
  });

  it('undoes once, and answers the same when that has moved the branches already', async () => {
    const { repoId, ids } = await history({ kind: 'rebase_branch', branch: 'a' });
    const [before, after] = ['1'.repeat(40), '2'.repeat(40)];
    const tracked = { parentBefore: 'main', parentAfter: 'main', rewritten: [] };
    await test.db
      .insert(jobMoves)
      .values({ jobId: ids[0] ?? '', branch: 'a', before, after, state: 'pushed', ...tracked });
    await test.db.insert(branches).values({ repoId, name: 'a', tip: after, parent: 'main', tracked: true });
    const again = { jobId: ids[0] ?? '', idempotencyKey: uuid() };
    const first = await api().undo(again);
    await test.db.update(branches).set({ tip: before }).where(eq(branches.repoId, repoId));
    expect(await api().undo(again)).toEqual(first);
    await expect(api().undo({ jobId: again.jobId })).rejects.toThrow('a has moved');
  });

  it('takes a key for one request only', async () => {
    const { ids } = await history({ kind: 'rebase_branch', branch: 'a', status: 'error' });
    const again = { jobId: ids[0] ?? '', idempotencyKey: uuid() };
    await api().retry(again);
    await expect(api().undo(again)).rejects.toThrow(/key was used for another request/);
  });

  it('joins a retried sync to the one that is queued', async () => {
    const { ids, repoId } = await history({ kind: 'sync_repo', status: 'error' });
    const queued = await api().run({ repoId, kind: 'sync_repo' });
    expect(await api().retry({ jobId: ids[0] ?? '' })).toEqual(queued);
  });
});

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

  it('finds the few of very many that two conditions keep, and others have their turn meanwhile', async () => {
    const { repoId, ids, list } = await history(
      { kind: 'undo', requestedBy: 'mara', branch: 'a' },
      { kind: 'undo' },
      { requestedBy: 'mara' },
    );
    const fill = (kind: string, who: string) =>
      test.db.run(sql`
        with recursive n(i) as (select 1 union all select i + 1 from n where i < 5500)
        insert into jobs (id, repo_id, kind, branch, status, requested_by, finished_at)
        select ${kind} || i, ${repoId}, ${kind}, 'a', 'completed', ${who}, '2026' from n`);
    // Neither condition holds for few.
    await test.db.batch([fill('sync_repo', 'mara'), fill('undo', 'robot')]);
    let turns = 0;
    const turn = setInterval(() => {
      turns += 1;
    });
    const both = { kind: 'undo' as const, requestedBy: 'mara' };
    expect(await list(both)).toEqual({ kept: [0], nextCursor: null });
    clearInterval(turn);
    expect(turns).toBeGreaterThan(0);
    expect((await list({ ...both, branch: 'a' })).kept).toEqual([0]);
    // One that holds for few is followed, wherever the others stand.
    expect((await list({ kind: 'undo', requestedBy: 'test' })).kept).toEqual([1]);
    const [all, few] = [
      await list({ ...both, requestedBy: 'robot', limit: 2 }),
      await list({ requestedBy: 'mara', limit: 1 }),
    ];
    expect([all.kept.length, few.kept.length, ids.length]).toEqual([2, 1, 3]);
    const last = await list({ kind: 'undo', requestedBy: 'robot', cursor: all.nextCursor ?? 0, limit: 100 });
    expect([last.kept.length, last.nextCursor === null]).toEqual([100, false]);
  });

  it('gives the rest of a filtered list by its cursor', async () => {
    const { list } = await history({ requestedBy: 'mara' }, {}, { requestedBy: 'mara' }, { requestedBy: 'mara' });
    const first = await list({ requestedBy: 'mara', limit: 2 });
    expect(first.kept).toEqual([3, 2]);
    const second = await list({ requestedBy: 'mara', limit: 2, cursor: first.nextCursor ?? 0 });
    expect(second).toEqual({ kept: [0], nextCursor: null });
  });
});

describe('the moves of jobs', () => {
  const moves = (jobId: string, count: number, state: 'pushed' | 'planned' | 'abandoned' = 'pushed') =>
    test.db.insert(jobMoves).values(
      Array.from({ length: count }, (_, i) => {
        const tracked = { parentBefore: 'main', parentAfter: 'main', rewritten: [] };
        return { jobId, branch: `b${i}`, before: '1'.repeat(40), after: '2'.repeat(40), state, ...tracked };
      }),
    );
  const many = { result: jobResult({ moved: { branches: 51, refs: 51 } }), finishedAt: '2026-01-01T00:00:00.000Z' };

  it('are in a list where they are few, and in its result in numbers where they are many', async () => {
    const { repoId, ids } = await history(many, many);
    for (const [i, count] of [51, 50].entries()) await moves(ids[i] ?? '', count);
    const listed = await api().list({ repoId });
    expect(listed.jobs.map(({ moves }) => moves.length)).toEqual([50, 0]);
    expect(listed.jobs.at(-1)?.job.result?.moved).toEqual({ branches: 51, refs: 51 });
    expect(listed.jobs[0]?.moves[7]).toMatchObject({ branch: 'b7', state: 'pushed', parentAfter: 'main' });
    expect((await api().get({ jobId: ids[0] ?? '' })).moves.map(({ branch }) => branch)).toEqual(
      Array.from({ length: 51 }, (_, i) => `b${i}`),
    );
  });

  it('are in numbers in a list of jobs that do not say themselves how many there were, however they ended', async () => {
    const { finishedAt } = many;
    const notes = jobResult({ notes: ['A note.'] });
    const none = { finishedAt, status: 'error' } as const;
    const { repoId, ids } = await history({ finishedAt, result: notes }, none, none, none);
    const [old = '', declined = '', few = '', again = ''] = ids;
    await moves(old, 51);
    await moves(declined, 51, 'abandoned');
    await moves(few, 50, 'abandoned');
    // Somebody has pushed to all of them meanwhile.
    await moves(again, 26);
    await moves(again, 26);
    const listed = (await api().list({ repoId })).jobs.toReversed();
    expect(listed.map(({ moves, job: { result } }) => [moves.length, result?.moved, result?.notes])).toEqual([
      [0, { branches: 51, refs: 51 }, ['A note.']],
      [0, { branches: 0, refs: 0 }, []],
      [50, undefined, undefined],
      [0, { branches: 26, refs: 26 }, []],
    ]);
  });

  it('are all in a list of a job that has yet to end', async () => {
    const { repoId, ids } = await history({ kind: 'restack_repo', status: 'running' });
    await moves(ids[0] ?? '', 300, 'planned');
    expect((await api().list({ repoId })).jobs[0]?.moves).toHaveLength(300);
  });
});
