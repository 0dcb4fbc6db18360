import { and, eq, isNotNull, isNull } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { counted } from '@/counters';
import { jobLogs, jobSteps } from '@/db/schema';
import { type RealJobs, realJobs } from '@/testing/real-jobs';

let app: RealJobs;

beforeAll(async () => {
  app = await realJobs();
});
afterAll(() => app.close());

async function shop() {
  const remote = await app.remote();
  await remote.from('main').commit('Start', { 'app.txt': 'one\n' }).branch('a').commit('A', { 'a.txt': 'a\n' }).write();
  return { remote, repoId: await app.addRegistered(remote) };
}

/** What the job's last look at the remote was made of. */
async function lastLook(jobId: string): Promise<string[]> {
  const rows = await app.db
    .select({ phase: jobSteps.phase })
    .from(jobSteps)
    .where(and(eq(jobSteps.jobId, jobId), eq(jobSteps.step, 'resync'), isNotNull(jobSteps.phase)))
    .orderBy(jobSteps.id);
  return rows.flatMap(({ phase }) => phase ?? []);
}

it.each(['sync_repo', 'restack_repo'] as const)('%s that moves nothing looks at the remote once', async (kind) => {
  const { repoId } = await shop();
  const { job, moves } = await app.run({ repoId, kind });
  expect(job.status).toBe('completed');
  expect(moves).toEqual([]);
  expect(await lastLook(job.id)).toEqual([]);
});

it('a job that moves nothing ends under the lease that has found so, with all its steps, and one that moves has one for each', async () => {
  const { remote, repoId } = await shop();
  const stepsOf = async (jobId: string) =>
    app.db
      .select({ step: jobSteps.step, status: jobSteps.status })
      .from(jobSteps)
      .where(and(eq(jobSteps.jobId, jobId), isNull(jobSteps.phase)))
      .orderBy(jobSteps.id);
  const steps = ['sync', 'act', 'resync', 'finish'].map((step) => ({ step, status: 'completed' }));
  const idle = await app.run({ repoId, kind: 'restack_repo' });
  expect([idle.job.fence, await stepsOf(idle.job.id)]).toEqual([2, steps]);
  await remote.from('main').commit('Main goes on', { 'main.txt': 'y\n' }).write();
  const moving = await app.run({ repoId, kind: 'restack_repo' });
  expect([moving.job.fence, await stepsOf(moving.job.id)]).toEqual([4, steps]);
});

it('a job that finds all as the last one left it starts two processes: one asks the remote, one reads the refs', async () => {
  const { repoId } = await shop();
  await app.run({ repoId, kind: 'restack_repo' });
  const before = counted('git_started');
  await app.run({ repoId, kind: 'restack_repo' });
  expect(counted('git_started') - before).toBe(2);
});

it('what has moved a branch, or what it stands on, looks again at what the remote has now', async () => {
  const { remote, repoId } = await shop();
  await remote.from('main').commit('Main goes on', { 'main.txt': 'x\n' }).write();
  const restack = await app.run({ repoId, kind: 'restack_repo' });
  expect(restack.moves).toHaveLength(1);
  expect(await lastLook(restack.job.id)).toEqual(['fetch', 'refresh']);
  const untrack = await app.run({ repoId, kind: 'untrack_branch', branch: 'a' });
  expect(untrack.moves).toHaveLength(1);
  expect(await lastLook(untrack.job.id)).toEqual(['fetch', 'refresh']);
});

/** `a`, restacked onto a commit that main has lost since. */
async function onLostCommit() {
  const { remote, repoId } = await shop();
  const [start, before] = [await remote.tip('main'), await remote.tip('a')];
  await remote.from('main').commit('Main goes on', { 'main.txt': 'x\n' }).write();
  const { job } = await app.run({ repoId, kind: 'restack_repo' });
  await remote.move('main', start);
  return { remote, repoId, job, before };
}
const isOwn = /main no longer has 1 commit that a stands on, so a has it as its own now/;

it('an undo tells at its end nothing of commits that it has taken away from the branch itself; its log has that it saw them', async () => {
  const { remote, repoId, job, before } = await onLostCommit();
  const { job: undo } = await app.run({ repoId, kind: 'undo', undoOf: job.id });
  expect([undo.status, await remote.tip('a')]).toEqual(['completed', before]);
  expect(undo.result?.notes).toEqual(['The trunk was rewritten on the remote and is followed.']);
  expect(undo.message).not.toMatch(isOwn);
  const log = await app.db.select().from(jobLogs).where(eq(jobLogs.jobId, undo.id));
  expect(log.map(({ line }) => line).join('\n')).toMatch(isOwn);
});

it('any other job tells of them at its end, too', async () => {
  const { repoId } = await onLostCommit();
  const { job: sync } = await app.run({ repoId, kind: 'sync_repo' });
  expect(sync.message).toMatch(isOwn);
});
