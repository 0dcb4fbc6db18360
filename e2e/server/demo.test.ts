import { createSpicerack, type Spicerack } from '@spicerack/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRemote } from '@/demo/remote';
import { branchRows, ended, run } from '@/testing/api';
import { startServer, type TestServer } from '../support/server';

let server: TestServer;
let client: Spicerack;
beforeAll(async () => {
  server = await startServer({ executor: 'inline' });
  client = createSpicerack({ url: server.url });
}, 300_000);
afterAll(() => server?.dispose());

it('adds the demo in one call: its stacks are registered, and the next sync has something to do', async () => {
  const { repo, jobId } = await client.repos.addDemo();
  const first = (await ended(client, jobId)).job;
  expect([first.status, first.message]).toEqual(['completed', expect.any(String)]);
  const { jobs } = await client.jobs.list({ repoId: repo.id, kind: 'register_existing_branch' });
  expect((await ended(client, jobs[0]?.job.id ?? '')).job).toMatchObject({ status: 'completed' });
  expect([...(await branchRows(client, repo.id)).values()].every((row) => row.tracked)).toBe(true);

  // What the team would push clashes with what a visitor has pushed: it stays away, as a whole, and fails nobody's sync.
  const remote = openRemote(repo.url);
  const before = await remote.tip('main');
  await remote.from('main').branch('main').commit('Ours', { 'src/auth/session.js': 'export default 1;\n' }).write();
  const ours = await remote.tips();
  const clashing = await run(client, repo.id, 'sync_repo');
  expect(clashing.job).toMatchObject({ status: 'completed' });
  expect(await remote.tips()).toEqual(ours);
  const log = await client.jobs.log({ jobId: clashing.job.id });
  expect(log.lines.map(({ line }) => line).join('\n')).toContain('team could not push');

  await remote.move('main', before);
  const { job } = await run(client, repo.id, 'sync_repo');
  expect(job.result?.merged.map(({ branch }) => branch).sort()).toEqual(['auth/sessions', 'search/index']);
  await expect(client.repos.addDemo()).rejects.toThrow(/here already/);
});
