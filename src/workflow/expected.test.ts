import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RealJobs, realJobs } from '@/testing/real-jobs';
import { writeStack } from '@/testing/stack';

let app: RealJobs;
beforeAll(async () => {
  app = await realJobs();
});
afterAll(() => app.close());

/** A repo whose trunk has moved on, and the fingerprint of a forecast of its restack. */
async function forecasted() {
  const remote = await app.remote();
  await writeStack(remote);
  const repoId = await app.addRegistered(remote);
  await remote.from('main').branch('main').commit('Main moves', { 'main.txt': 'x\n' }).write();
  await app.run({ repoId, kind: 'sync_repo' });
  const action = { repoId, kind: 'restack_repo' } as const;
  const { tipsKey: expected } = await app.api.forecast.get(action);
  return { remote, repoId, run: { ...action, expected } };
}

describe('a job whose asker has looked at a forecast', () => {
  it('moves nothing where somebody has pushed meanwhile, though nobody had fetched that when it was accepted', async () => {
    const { remote, repoId, run } = await forecasted();
    await remote.from('b').branch('b').commit('Pushed meanwhile', { 'late.txt': 'x\n' }).write();
    const before = await remote.tips();
    const { jobId } = await app.api.jobs.run(run);
    await app.drain(repoId);
    const { job } = await app.api.jobs.get({ jobId });
    expect(job).toMatchObject({ status: 'error', errorCode: 'DIVERGED' });
    expect(job.message).toContain('Moved since: b.');
    expect(job.errorHint).toContain('Nothing was moved. Ask for a new forecast');
    expect(await remote.tips()).toEqual(before);

    // Tried again it expects nothing.
    const { jobId: again } = await app.api.jobs.retry({ jobId });
    await app.drain(repoId);
    expect((await app.api.jobs.get({ jobId: again })).job.status).toBe('completed');
    expect(await remote.contains('b', 'main')).toBe(true);
  });

  it('does what was looked at where nothing has changed, and one that expects nothing takes in what was pushed', async () => {
    const { remote, repoId, run } = await forecasted();
    const { jobId } = await app.api.jobs.run(run);
    await app.drain(repoId);
    expect((await app.api.jobs.get({ jobId })).job.status).toBe('completed');
    await remote.from('main').branch('main').commit('Again', { 'again.txt': 'x\n' }).write();
    await remote.from('b').branch('b').commit('Pushed meanwhile', { 'late.txt': 'x\n' }).write();
    const { job } = await app.run({ repoId, kind: 'restack_repo' });
    expect(job.status).toBe('completed');
    expect(await remote.contains('b', 'main')).toBe(true);
  });
});
