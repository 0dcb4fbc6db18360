import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerOn } from '@/api/testing/caller';
import { branches, jobs, now, repos, type TaskRow, tasks } from '@/db/schema';
import { branchNameFor } from '@/repos/branch-name';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { createTask, type TaskRequest } from './create';
import { retryTask } from './retry';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

async function freshRepo(): Promise<string> {
  const repoId = await test.addRepo({ a: 'main', b: 'a' });
  await test.db.update(repos).set({ syncedAt: now }).where(eq(repos.id, repoId));
  return repoId;
}

const create = (repoId: string, request: Partial<TaskRequest>) =>
  createTask(test.db, { repoId, title: 'A task', requestedBy: 'test', ...request });

async function created(repoId: string, request: Partial<TaskRequest>): Promise<TaskRow> {
  const answer = await create(repoId, request);
  if ('refused' in answer) throw new Error(answer.refused.message);
  return answer.task;
}

const jobOf = async (task: TaskRow) =>
  (
    await test.db
      .select()
      .from(jobs)
      .where(eq(jobs.id, task.jobId ?? ''))
  )[0];
const reread = async (task: TaskRow) => (await test.db.select().from(tasks).where(eq(tasks.id, task.id)))[0];

describe('creating a task', () => {
  it('is ready at once on a branch that is known, tracked and fresh', async () => {
    expect(await created(await freshRepo(), { branch: 'a' })).toMatchObject({ branchStatus: 'completed', jobId: null });
  });

  it('is pending on a branch that was not looked at for a while, until its job has', async () => {
    const repoId = await test.addRepo({ a: 'main' });
    const task = await created(repoId, { branch: 'a' });
    expect(await jobOf(task)).toMatchObject({ kind: 'register_existing_branch', branch: 'a', status: 'queued' });
    for (const status of ['running', 'completed'] as const) {
      await test.db
        .update(jobs)
        .set({ status })
        .where(eq(jobs.id, task.jobId ?? ''));
      expect(await reread(task)).toMatchObject({ branchStatus: status });
    }
  });

  it('makes a new branch on a parent, named by hand or after the title', async () => {
    const repoId = await freshRepo();
    const named = await created(repoId, { branch: 'feat/new', parent: 'a' });
    expect(await jobOf(named)).toMatchObject({ kind: 'create_branch', branch: 'feat/new', parent: 'a' });
    const titled = await created(repoId, { title: 'Crème brûlée, now!' });
    expect(titled.branch).toBe('task/creme-brulee-now');
    expect(await jobOf(titled)).toMatchObject({ kind: 'create_branch', parent: null });
  });

  it('makes branch names that git accepts from any title', () => {
    expect(branchNameFor('***')).toBe('task/untitled');
    expect(branchNameFor(`${'long '.repeat(40)}`)).toMatch(/^task\/[a-z0-9-]{1,60}$/);
  });

  it.each<[string, Partial<TaskRequest>, string]>([
    ['trunk', { branch: 'main' }, 'branch'],
    ['a name that git would not accept', { branch: 'a b' }, 'branch'],
    ['a parent that git would not accept', { branch: 'ok', parent: '-x' }, 'parent'],
    ['a new branch that is there already', { branch: 'a', parent: 'main' }, 'branch'],
  ])('refuses %s and leaves no row', async (_what, request, field) => {
    const repoId = await freshRepo();
    expect(await create(repoId, request)).toMatchObject({ refused: { field } });
    expect(await test.db.select().from(jobs).where(eq(jobs.repoId, repoId))).toEqual([]);
    expect(await test.db.select().from(tasks).where(eq(tasks.repoId, repoId))).toEqual([]);
  });

  it('keeps to one active task a branch, many requests at once included, and queues one job', async () => {
    const repoId = await freshRepo();
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(repoId, { branch: 'feat/x' })));
    expect(answers.filter((answer) => 'task' in answer)).toHaveLength(1);
    expect(await test.db.select().from(jobs).where(eq(jobs.repoId, repoId))).toHaveLength(1);
    expect(await create(repoId, { branch: 'feat/x' })).toMatchObject({
      refused: { code: 'CONFLICT', field: 'branch' },
    });
  });
});

describe('a task', () => {
  it('is archived when its branch is merged, and says so', async () => {
    const repoId = await freshRepo();
    const task = await created(repoId, { branch: 'a' });
    await test.db
      .update(branches)
      .set({ merged: true })
      .where(and(eq(branches.repoId, repoId), eq(branches.name, 'a')));
    expect(await reread(task)).toMatchObject({ archivedAt: expect.any(String), archivedReason: 'a was merged.' });
  });

  it('is there again when its branch turns out to be open after all, unless another one has taken its place', async () => {
    for (const taken of [false, true]) {
      const repoId = await freshRepo();
      const merged = (is: boolean) =>
        test.db
          .update(branches)
          .set({ merged: is })
          .where(and(eq(branches.repoId, repoId), eq(branches.name, 'a')));
      const task = await created(repoId, { branch: 'a' });
      await merged(true);
      if (taken) await test.db.insert(tasks).values({ ...task, id: `${task.id}+`, archivedAt: null });
      await merged(false);
      const archived = { archivedAt: expect.any(String), archivedReason: 'a was merged.' };
      expect(await reread(task)).toMatchObject(taken ? archived : { archivedAt: null, archivedReason: null });
    }
  });

  it('whose branch could not be attached is retried with the same branch or another one', async () => {
    const repoId = await freshRepo();
    const task = await created(repoId, { branch: 'feat/typo' });
    expect(await retryTask(test.db, { taskId: task.id, branch: 'b', requestedBy: 'test' })).toMatchObject({
      refused: { code: 'CONFLICT' },
    });
    await test.db
      .update(jobs)
      .set({ status: 'error' })
      .where(eq(jobs.id, task.jobId ?? ''));
    expect(await retryTask(test.db, { taskId: task.id, requestedBy: 'test' })).toMatchObject({ accepted: true });
    const again = await reread(task);
    expect(again).toMatchObject({ branch: 'feat/typo', branchStatus: 'queued' });
    await test.db
      .update(jobs)
      .set({ status: 'error' })
      .where(eq(jobs.id, again?.jobId ?? ''));
    const answer = await retryTask(test.db, { taskId: task.id, branch: 'feat/right', requestedBy: 'test' });
    expect(answer).toMatchObject({ accepted: true });
    expect(await reread(task)).toMatchObject({
      branch: 'feat/right',
      branchStatus: 'queued',
      jobId: 'jobId' in answer ? answer.jobId : '',
    });
  });
});

describe('a list of tasks', () => {
  it('comes in pages, newest first: the active ones, or all, of everything or of one branch', async () => {
    const repoId = await freshRepo();
    const [a, b] = [await created(repoId, { branch: 'a' }), await created(repoId, { branch: 'b' })];
    const { list, archive } = callerOn(test.db).tasks;
    await archive({ taskId: a.id });
    const again = await created(repoId, { branch: 'a' });
    const ids = async (input: Omit<Parameters<typeof list>[0], 'repoId'> = {}) => {
      const page = await list({ repoId, ...input });
      return { ids: page.tasks.map(({ id }) => id), next: page.nextCursor };
    };
    expect(await ids()).toEqual({ ids: [again.id, b.id], next: null });
    expect(await ids({ archived: true, limit: 2 })).toEqual({ ids: [again.id, b.id], next: b.id });
    expect(await ids({ archived: true, limit: 2, cursor: b.id })).toEqual({ ids: [a.id], next: null });
    expect(await ids({ archived: true, limit: 3 })).toEqual({ ids: [again.id, b.id, a.id], next: null });
    expect(await ids({ archived: true, branch: 'a' })).toEqual({ ids: [again.id, a.id], next: null });
    expect(await ids({ branch: 'a' })).toEqual({ ids: [again.id], next: null });
    await expect(list({ repoId, limit: 1_000_000 })).rejects.toThrow('500');
  });
});
