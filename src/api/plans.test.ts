import { eq } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerOn } from '@/api/testing/caller';
import { branches, jobLogs, jobMoves, jobSteps, jobs } from '@/db/schema';
import { GROWING, type QueryPlan, queryPlans, walksOf } from '@/db/testing/query-plans';
import { JOB_KINDS, JOB_STATUSES } from '@/model/kinds';
import { EMPTY_RESULT } from '@/model/result';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { appRouter } from './router';

/** What a request costs does not grow with the tables that grow for ever: every statement finds its rows by an index. */

let test: TestDatabase;
const plans: QueryPlan[] = [];
const asked = new Set<string>();

beforeAll(async () => {
  test = await testDatabase();
  const repoId = await test.addRepo({ a: 'main', b: 'a' });
  await test.db.insert(branches).values({ repoId, name: 'c', tip: 'd'.repeat(40), renamedFrom: 'b' });
  const left = [{ branch: 'b', commit: 'e'.repeat(40), subject: 'Left', on: null, replacedBy: null }];
  const [ended, later, failed, queued] = [uuid(), uuid(), uuid(), uuid()];
  const job = { repoId, kind: 'restack_repo', requestedBy: 'test' } as const;
  await test.db.insert(jobs).values([
    { ...job, id: ended, status: 'completed', branch: 'a', result: { ...EMPTY_RESULT, left } },
    { ...job, id: later, status: 'completed' },
    { ...job, id: failed, status: 'error' },
    { ...job, id: queued },
  ]);
  for (const jobId of [ended, later]) {
    await test.db.insert(jobMoves).values({ jobId, branch: 'b', rewritten: [], state: 'pushed' });
    await test.db.insert(jobSteps).values({ jobId, attempt: 1, step: 'sync', status: 'completed' });
    await test.db.insert(jobLogs).values({ jobId, line: 'x' });
  }
  const shutdown = new AbortController();
  const api = callerOn(test.db, { shutdown: shutdown.signal });
  const commit = 'a'.repeat(40);
  const key = () => ({ idempotencyKey: uuid() });
  const lists = [
    {},
    { repoId },
    ...JOB_KINDS.map((kind) => ({ kind })),
    ...JOB_STATUSES.map((status) => ({ status })),
    { branch: 'a' },
    { branch: 'a', repoId, status: 'error' as const, requestedBy: 'test' },
    { requestedBy: 'nobody' },
    { requestedBy: 'nobody', repoId },
  ];
  let taskId = '';
  const calls: Record<string, () => Promise<unknown>> = {
    'repos.add': () => api.repos.add({ url: 'https://example.com/a/b.git' }),
    'repos.addDemo': () => api.repos.addDemo({}),
    'repos.list': () => api.repos.list(),
    'repos.get': () => api.repos.get({ repoId }),
    'repos.update': () => api.repos.update({ repoId, name: 'shop', url: 'https://example.com/moved.git' }),
    'repos.overview': () => api.repos.overview({ repoId }),
    'branches.update': () => api.branches.update({ repoId, branch: 'a', kept: null }),
    'branches.untrack': () => api.branches.untrack({ repoId, branch: 'a', ...key() }),
    'branches.restore': () => api.branches.restore({ repoId, branch: 'gone', ...key() }),
    'branches.forget': () => api.branches.forget({ repoId, branches: ['old'] }),
    'branches.acceptRename': () => api.branches.acceptRename({ repoId, branch: 'c' }),
    'branches.history': () => api.branches.history({ repoId, branch: 'b' }),
    'jobs.run': async () => {
      await api.jobs.run({ repoId, kind: 'rebase_branch', branch: 'a', ...key() });
      await api.jobs.run({ repoId, kind: 'reparent_branch', branch: 'a', parent: 'main', expected: 'a'.repeat(32) });
    },
    'jobs.get': () => api.jobs.get({ jobId: ended }),
    'jobs.list': async () => {
      for (const filter of lists) for (const cursor of [undefined, 3]) await api.jobs.list({ ...filter, cursor });
    },
    'jobs.log': () => api.jobs.log({ jobId: ended }),
    'jobs.rewritten': () => api.jobs.rewritten({ jobId: ended }),
    'jobs.cancel': () => api.jobs.cancel({ jobId: queued }),
    'jobs.keep': () => api.jobs.keep({ jobId: ended, commit: 'e'.repeat(40), branch: 'kept', ...key() }),
    'jobs.undo': () => api.jobs.undo({ jobId: ended, ...key() }),
    'jobs.retry': () => api.jobs.retry({ jobId: failed, ...key() }),
    'tasks.create': async () => {
      taskId = (await api.tasks.create({ repoId, title: 'Task', branch: 'a', ...key() })).id;
    },
    'tasks.list': async () => {
      for (const of of [{}, { repoId }, { branch: 'a' }, { repoId, branch: 'a' }])
        for (const archived of [false, true])
          for (const cursor of [undefined, uuid()]) await api.tasks.list({ ...of, archived, cursor });
    },
    'tasks.get': () => api.tasks.get({ taskId }),
    'tasks.archive': () => api.tasks.archive({ taskId }),
    'tasks.retry': () => api.tasks.retry({ taskId, ...key() }),
    'forecast.get': () => api.forecast.get({ repoId, kind: 'rebase_branch', branch: 'a' }),
    'changes.get': () => api.changes.get({ repoId, from: null, to: commit }),
    'changes.commits': () => api.changes.commits({ repoId, ids: [commit] }),
    'changes.image': () => api.changes.image({ repoId, id: commit }),
    'changes.rangeDiff': () =>
      api.changes.rangeDiff({ repoId, before: { base: commit, tip: commit }, after: { base: commit, tip: commit } }),
    'feed.subscribe': async () => {
      const stream = await api.feed.subscribe({ repoId, lastEventId: 0 });
      await stream[Symbol.asyncIterator]().next();
    },
    'system.status': () => api.system.status(),
    'access.me': () => api.access.me(),
    'access.tokens': () => api.access.tokens(),
    'access.createToken': () => api.access.createToken({ name: 'robot', role: 'act' }),
    'access.revokeToken': () => api.access.revokeToken({ tokenId: uuid() }),
    'access.audit': async () => {
      for (const cursor of [undefined, 3]) {
        await api.access.audit({ cursor });
        await api.access.audit({ action: 'jobs.run', cursor });
      }
    },
    'repos.remove': () => api.repos.remove({ repoId }),
  };
  plans.push(
    ...(await queryPlans(test.db, async () => {
      for (const [name, call] of Object.entries(calls)) {
        asked.add(name);
        // Refused or not: what was read until then is what counts.
        await call().catch((error: unknown) => {
          if (!(error instanceof Error) || error.name !== 'TRPCError') throw error;
        });
      }
    })),
  );
  shutdown.abort();
});
afterAll(() => test.close());

describe('the statements of the API', () => {
  it('are those of every procedure', () => {
    expect(Object.keys(appRouter._def.procedures).filter((name) => !asked.has(name))).toEqual([]);
    expect(plans.length).toBeGreaterThan(40);
  });

  it('read no table from end to end that grows with every job', () => {
    const found = walksOf(plans, GROWING).filter(({ sql }) => !isNewest(sql));
    expect(found).toEqual([]);
  });

  it('read no repo of many branches from end to end, but what changes the branches above one', () => {
    const whole = ({ sql, steps }: QueryPlan) =>
      !/^\s*(insert into|delete from) "repos"/.test(sql) && steps.some((step) => WHOLE_REPO.test(step));
    expect(plans.filter(whole).map(({ sql }) => sql.slice(0, 28))).toEqual(['update branches set parent =']);
  });

  it('sort no list of jobs by themselves: an index has it in order', () => {
    const sorted = plans.filter(
      ({ sql, steps }) => / limit /.test(sql) && /"jobs"/.test(sql) && steps.some((step) => /TEMP B-TREE/.test(step)),
    );
    expect(sorted.map(({ sql }) => sql)).toEqual([]);
  });

  it('would be found where one did', async () => {
    const bad = await queryPlans(test.db, async () => {
      await test.db.select().from(jobs).where(eq(jobs.message, 'x'));
      await test.db.all('select 1 from job_moves as m where m.base_after = 1');
    });
    expect(walksOf(bad, GROWING)).toHaveLength(2);
  });
});

/** All branches of a repo, by the key's first column alone or by an index made on the spot. */
const WHOLE_REPO = /USING AUTOMATIC|branches.*\(repo_id=\?\)$/;

/** What was done last, the newest tasks, and the last event, are the table or its index from the end, as far as the page goes. */
function isNewest(sql: string): boolean {
  return /from "(audit|events|tasks)" (where "tasks"."archived_at" is null )?order by "\1"."(seq|id)" desc limit \?$/.test(
    sql,
  );
}
