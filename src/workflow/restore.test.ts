import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RealJobs, realJobs } from '@/testing/real-jobs';
import { writePair } from '@/testing/stack';

let app: RealJobs;
beforeAll(async () => {
  app = await realJobs();
});
afterAll(() => app.close());

it('a branch that is gone is put back where it was last seen, on what it stood on, and that is undone', async () => {
  const remote = await app.remote();
  await writePair(remote);
  const repoId = await app.addRegistered(remote);
  const before = await remote.tips();
  await remote.delete('a');
  await app.run({ repoId, kind: 'sync_repo' });
  expect((await app.rows(repoId)).get('a')).toMatchObject({ gone: true });

  const { jobId } = await app.api.branches.restore({ repoId, branch: 'a' });
  await app.rest();
  expect((await app.api.jobs.get({ jobId })).job).toMatchObject({ status: 'completed' });
  expect(await remote.tips()).toEqual(before);
  const rows = await app.rows(repoId);
  expect(rows.get('a')).toMatchObject({ gone: false, tracked: true, parent: 'main' });
  expect(rows.get('b')).toMatchObject({ parent: 'a', needsRestack: false });
  await expect(app.api.branches.restore({ repoId, branch: 'a' })).rejects.toThrow(/not gone/);

  await app.api.jobs.undo({ jobId });
  await app.rest();
  expect((await remote.tips()).a).toBeUndefined();
});

it('a branch that is gone is untracked as any other: what stood on it stands on what it stood on', async () => {
  const remote = await app.remote();
  await writePair(remote);
  const repoId = await app.addRegistered(remote);
  await remote.delete('a');
  await app.run({ repoId, kind: 'sync_repo' });
  const { jobId } = await app.api.branches.untrack({ repoId, branch: 'a' });
  await app.rest();
  expect((await app.api.jobs.get({ jobId })).job).toMatchObject({ status: 'completed' });
  await app.run({ repoId, kind: 'sync_repo' });
  const rows = await app.rows(repoId);
  expect(rows.get('b')).toMatchObject({ parent: 'main', tracked: true });
  expect(rows.get('a')).toMatchObject({ gone: true, tracked: false });
});
