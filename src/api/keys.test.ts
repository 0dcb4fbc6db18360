import { and, count, eq } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { describe, expect, it } from 'vitest';
import { callerOn } from '@/api/testing/caller';
import { branches, jobMoves, jobs, now, repos, tasks } from '@/db/schema';
import { EMPTY_RESULT } from '@/model/result';
import { testGround } from '@/testing/hooks/ground';

/** A key of idempotency: however often its request is sent, and at once, it is done once and answered alike. */

const test = testGround();

const api = () => callerOn(test.db);
const addresses = () => `/srv/${uuid()}.git`;

/** A repo that was synced just now, with a branch that was renamed. */
async function repo(): Promise<string> {
  const repoId = await test.addRepo({ a: 'main', b: 'a', old: 'main' });
  const branch = (name: string) => and(eq(branches.repoId, repoId), eq(branches.name, name));
  await test.db.update(repos).set({ syncedAt: now }).where(eq(repos.id, repoId));
  await test.db.update(branches).set({ gone: true }).where(branch('old'));
  await test.db.insert(branches).values({ repoId, name: 'new', tip: 'a'.repeat(40), renamedFrom: 'old' });
  return repoId;
}

async function failedTask(): Promise<string> {
  const task = await api().tasks.create({ repoId: await repo(), title: 'Fails', branch: 'nobody/has-it' });
  await test.db.update(jobs).set({ status: 'error' }).where(eq(jobs.repoId, task.repoId));
  return task.id;
}

async function rows(): Promise<Record<string, number | undefined>> {
  const [[all], [made], [work]] = await Promise.all([
    test.db.select({ count: count() }).from(repos),
    test.db.select({ count: count() }).from(jobs),
    test.db.select({ count: count() }).from(tasks),
  ]);
  return { repos: all?.count, jobs: made?.count, tasks: work?.count };
}

/** A job that has ended, in a repo of its own, and how it is pruned. */
async function endedJob(columns: Partial<typeof jobs.$inferInsert>) {
  const repoId = await repo();
  const [job] = await test.db
    .insert(jobs)
    .values({ id: uuid(), repoId, kind: 'restack_repo', requestedBy: 'test', status: 'completed', ...columns })
    .returning();
  if (!job) throw new Error('There is no job.');
  const prune = async () => {
    await test.db.delete(jobs).where(eq(jobs.id, job.id));
  };
  return { job, prune };
}

type Send = (idempotencyKey: string) => Promise<object>;
/** Takes away what a request is for. */
type TakeAway = () => Promise<void>;
/** Each request, how many rows it makes, and the same request with another input; of some, how what it is for goes. */
const REQUESTS: Array<
  [string, { repos?: number; jobs?: number; tasks?: number }, () => Promise<[Send, Send?, TakeAway?]>]
> = [
  [
    'jobs.run',
    { jobs: 1 },
    async () => {
      const repoId = await repo();
      return [
        (idempotencyKey) => api().jobs.run({ repoId, kind: 'rebase_branch', branch: 'a', idempotencyKey }),
        (idempotencyKey) => api().jobs.run({ repoId, kind: 'rebase_branch', branch: 'b', idempotencyKey }),
      ];
    },
  ],
  [
    'jobs.run, of a sync that joins a queued one',
    {},
    async () => {
      const repoId = await repo();
      await api().jobs.run({ repoId, kind: 'sync_repo' });
      return [(idempotencyKey) => api().jobs.run({ repoId, kind: 'sync_repo', idempotencyKey })];
    },
  ],
  [
    'jobs.retry',
    { jobs: 1 },
    async () => {
      const { job, prune } = await endedJob({ status: 'error' });
      const other = await endedJob({ status: 'error' });
      return [
        (idempotencyKey) => api().jobs.retry({ jobId: job.id, idempotencyKey }),
        (idempotencyKey) => api().jobs.retry({ jobId: other.job.id, idempotencyKey }),
        prune,
      ];
    },
  ],
  [
    'jobs.undo',
    { jobs: 1 },
    async () => {
      const { job, prune } = await endedJob({});
      const a = and(eq(branches.repoId, job.repoId), eq(branches.name, 'a'));
      const [row] = await test.db.select().from(branches).where(a);
      const move = { jobId: job.id, branch: 'a', before: 'b'.repeat(40), after: row?.tip, parentAfter: row?.parent };
      await test.db.insert(jobMoves).values({ ...move, state: 'pushed', rewritten: [] });
      return [
        (idempotencyKey) => api().jobs.undo({ jobId: job.id, idempotencyKey }),
        (idempotencyKey) => api().jobs.undo({ jobId: uuid(), idempotencyKey }),
        prune,
      ];
    },
  ],
  [
    'jobs.keep',
    { jobs: 1 },
    async () => {
      const commit = 'c'.repeat(40);
      const left = [{ branch: 'a', commit, subject: 'Left', on: null, replacedBy: null }];
      const { job, prune } = await endedJob({ result: { ...EMPTY_RESULT, left } });
      return [
        (idempotencyKey) => api().jobs.keep({ jobId: job.id, commit, branch: 'kept', idempotencyKey }),
        (idempotencyKey) => api().jobs.keep({ jobId: job.id, commit, branch: 'a', idempotencyKey }),
        prune,
      ];
    },
  ],
  ...(['untrack', 'restore'] as const).map((name): (typeof REQUESTS)[number] => [
    `branches.${name}`,
    { jobs: 1 },
    async () => {
      const repoId = await repo();
      const branch = name === 'untrack' ? 'a' : 'old';
      return [
        (idempotencyKey) => api().branches[name]({ repoId, branch, idempotencyKey }),
        (idempotencyKey) => api().branches[name]({ repoId, branch: 'nobody/has-it', idempotencyKey }),
        async () => {
          await test.db.delete(branches).where(and(eq(branches.repoId, repoId), eq(branches.name, branch)));
        },
      ];
    },
  ]),
  [
    'repos.add',
    { repos: 1, jobs: 1 },
    async () => {
      const url = addresses();
      return [
        (idempotencyKey) => api().repos.add({ url, idempotencyKey }),
        (idempotencyKey) => api().repos.add({ url: addresses(), idempotencyKey }),
      ];
    },
  ],
  ['repos.addDemo', { repos: 1, jobs: 2 }, async () => [(idempotencyKey) => api().repos.addDemo({ idempotencyKey })]],
  [
    'branches.acceptRename',
    { jobs: 1 },
    async () => {
      const repoId = await repo();
      return [
        (idempotencyKey) => api().branches.acceptRename({ repoId, branch: 'new', idempotencyKey }),
        (idempotencyKey) => api().branches.acceptRename({ repoId, branch: 'a', idempotencyKey }),
      ];
    },
  ],
  [
    'tasks.create, on a branch that is attached from the start',
    { tasks: 1 },
    async () => {
      const repoId = await repo();
      return [
        (idempotencyKey) => api().tasks.create({ repoId, title: 'Work', branch: 'a', idempotencyKey }),
        (idempotencyKey) => api().tasks.create({ repoId, title: 'Work', branch: 'b', idempotencyKey }),
      ];
    },
  ],
  [
    'tasks.create, with a new branch',
    { tasks: 1, jobs: 1 },
    async () => {
      const repoId = await repo();
      return [(idempotencyKey) => api().tasks.create({ repoId, title: 'New work', idempotencyKey })];
    },
  ],
  [
    'tasks.retry',
    { jobs: 1 },
    async () => {
      const taskId = await failedTask();
      return [
        (idempotencyKey) => api().tasks.retry({ taskId, idempotencyKey }),
        (idempotencyKey) => api().tasks.retry({ taskId, branch: 'b', idempotencyKey }),
      ];
    },
  ],
  [
    'tasks.retry, with another branch',
    { jobs: 1 },
    async () => {
      const taskId = await failedTask();
      return [(idempotencyKey) => api().tasks.retry({ taskId, branch: 'b', idempotencyKey })];
    },
  ],
];

describe.each(REQUESTS)('%s', (_name, makes, request) => {
  it('is done once a key, and a key with another input is refused', async () => {
    const [send, other, takeAway] = await request();
    const before = await rows();
    const key = uuid();
    const [first, second] = await Promise.all([send(key), send(key)]);
    const again = await send(key);
    expect(second).toEqual(first);
    expect(again).toEqual(first);
    const after = await rows();
    expect(after).toEqual({
      repos: (before.repos ?? 0) + (makes.repos ?? 0),
      jobs: (before.jobs ?? 0) + (makes.jobs ?? 0),
      tasks: (before.tasks ?? 0) + (makes.tasks ?? 0),
    });
    if (other)
      await expect(other(key)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('idempotency key was used'),
      });
    expect(await rows()).toEqual(after);
    if (!takeAway) return;
    await takeAway();
    expect(await send(key)).toEqual(first);
    await expect(send(uuid())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

it('requests with keys of their own are requests of their own', async () => {
  const repoId = await repo();
  await api().tasks.create({ repoId, title: 'Work', branch: 'a', idempotencyKey: uuid() });
  await expect(api().tasks.create({ repoId, title: 'Work', branch: 'a', idempotencyKey: uuid() })).rejects.toThrow(
    'has an active task',
  );
});
