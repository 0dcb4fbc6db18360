import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type RealJobs, realJobs } from '@/testing/real-jobs';

/** Tasks on a branch that nobody has pushed yet. */

let app: RealJobs;
beforeAll(async () => {
  app = await realJobs();
});
afterAll(() => app.close());

it('a task waits for the push of its branch, and the sync that sees it attaches it; others are left alone', async () => {
  const remote = await app.remote();
  await remote.from('main').commit('Start', { 'app.txt': 'one\n' }).write();
  await remote.from('main').branch('done').commit('Done', { 'done.txt': 'x\n' }).write();
  const { id: repoId } = await app.add(remote);
  vi.stubEnv('SPICERACK_LOG', 'json');
  vi.stubEnv('SPICERACK_LOG_LEVEL', 'info');
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const task = await app.api.tasks.create({ repoId, title: 'Later', branch: 'agent/later' });
  await app.rest();
  const lines = out.mock.calls.map(([line]) => String(line)).filter((line) => line.startsWith('{'));
  out.mockRestore();
  vi.unstubAllEnvs();
  const now = () => app.api.tasks.get({ taskId: task.id });
  const waiting = await now();
  expect(waiting).toMatchObject({ branchStatus: 'waiting' });
  // It is no failure of the repository, nor of the server.
  const first = (await app.api.jobs.list({ repoId })).jobs[0]?.job;
  expect(first).toMatchObject({ status: 'error', errorCode: 'BRANCH_NOT_FOUND', taskId: task.id });
  expect((await app.api.system.status()).errors).toEqual([]);
  expect(lines).toContainEqual(expect.stringMatching(/"level":"info".*"event":"ended".*BRANCH_NOT_FOUND/));
  expect(lines).not.toContainEqual(expect.stringContaining('"level":"error"'));
  expect(await app.api.repos.get({ repoId })).toMatchObject({ syncError: null });

  // Nobody has pushed it yet: no job is made for nothing.
  await app.run({ repoId, kind: 'sync_repo' });
  expect(await now()).toMatchObject({ branchStatus: 'waiting', jobId: waiting.jobId });

  await remote.from('main').branch('agent/later').commit('Later', { 'later.txt': 'x\n' }).write();
  await app.run({ repoId, kind: 'sync_repo' });
  expect(await now()).toMatchObject({ branchStatus: 'completed' });
  const { jobId } = await now();
  expect(jobId).not.toBe(waiting.jobId);
  expect((await app.api.jobs.get({ jobId: jobId ?? '' })).job).toMatchObject({ taskId: task.id, retryOf: first?.id });
  const rows = await app.rows(repoId);
  expect(rows.get('agent/later')).toMatchObject({ tracked: true });
  // What no task waits for is not registered with it.
  expect(rows.get('done')).toMatchObject({ tracked: false });
});

it('a task that went to the archive waits no more', async () => {
  const remote = await app.remote();
  await remote.from('main').commit('Start', { 'app.txt': 'one\n' }).write();
  const { id: repoId } = await app.add(remote);
  const task = await app.api.tasks.create({ repoId, title: 'Given up', branch: 'agent/given-up' });
  await app.rest();
  await app.api.tasks.archive({ taskId: task.id });
  await remote.from('main').branch('agent/given-up').commit('Late', { 'late.txt': 'x\n' }).write();
  await app.run({ repoId, kind: 'sync_repo' });
  expect((await app.rows(repoId)).get('agent/given-up')).toMatchObject({ tracked: false });
});
