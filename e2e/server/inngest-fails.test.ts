import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSpicerack } from '@spicerack/client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { makeRemote } from '@/demo/remote';
import { findInngest } from '@/server/inngest-program';
import { addRepo, ended, run } from '@/testing/api';
import { gatedGit } from '@/testing/gated-git';
import { writeBranch } from '@/testing/stack';
import { killInngest } from '../support/inngest';
import { startServer } from '../support/server';

const inngest = await findInngest();

describe.skipIf('missing' in inngest)('when Inngest fails', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'spicerack-inngest-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  /** A server, with a repository whose restack stops in the middle until the test lets it go on. */
  async function midway(name: string, env: Record<string, string>) {
    const git = await gatedGit(join(dir, `${name}-git`));
    const server = await startServer({
      executor: 'inngest',
      env: { SPICERACK_GIT: git.program, SPICERACK_ENGINE: 'git', SPICERACK_LEASE: '2', ...env },
    });
    onTestFinished(() => server.dispose());
    const client = createSpicerack({ url: server.url });
    const remote = await makeRemote(join(dir, `${name}.git`));
    await writeBranch(remote);
    const { repoId } = await addRepo(client, remote.dir);
    await run(client, repoId, 'register_existing_branch', { suggested: true });
    await remote.from('main').commit('Main moves', { 'main.txt': 'x\n' }).write();
    await git.hold('fetch');
    const { jobId } = await client.jobs.run({ repoId, kind: 'restack_repo' });
    await git.reached('fetch');
    return { git, server, client, remote, repoId, jobId };
  }

  it.runIf(process.platform === 'linux')(
    'a job goes on when the Inngest server dies in its middle and comes back knowing nothing',
    async () => {
      const { git, server, client, remote, jobId } = await midway('killed', {});
      expect(killInngest(server.url)).toBeGreaterThan(0);
      await git.release('fetch');
      expect((await ended(client, jobId)).job).toMatchObject({ status: 'completed', executor: 'inngest' });
      expect(await remote.contains('a', await remote.tip('main'))).toBe(true);
    },
    180_000,
  );

  it('one that takes jobs and never calls for them is told of, with the address that it was given', async () => {
    const deaf = createServer((request, response) => {
      request.resume();
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ ok: true, status: 200, ids: ['taken'] }));
    }).listen(0, '127.0.0.1');
    await once(deaf, 'listening');
    onTestFinished(() => void deaf.close());
    const { port } = deaf.address() as AddressInfo; // it listens on TCP
    const server = await startServer({
      executor: 'inngest',
      env: {
        INNGEST_BASE_URL: `http://127.0.0.1:${port}`,
        INNGEST_EVENT_KEY: 'abcd',
        INNGEST_SIGNING_KEY: 'ab'.repeat(16),
        INNGEST_SERVE_ORIGIN: 'http://127.0.0.1:9',
      },
    });
    onTestFinished(() => server.dispose());
    const client = createSpicerack({ url: server.url });
    const remote = await makeRemote(join(dir, 'uncalled.git'));
    await writeBranch(remote);
    const problems = async () => (await client.system.status()).problems;
    const { jobId } = await client.repos.add({ url: remote.dir });
    await expect.poll(problems, { timeout: 60_000 }).toMatchObject([
      {
        what: expect.stringContaining('takes jobs and does not call this server for them'),
        hint: expect.stringMatching(/reaches http:\/\/127\.0\.0\.1:9 \(INNGEST_SERVE_ORIGIN\)/),
      },
    ]);
    // A proxy through which the calls come must find it, or they never do.
    expect((await fetch(`${server.url}/api/ready`)).status).toBe(200);
    expect((await client.jobs.get({ jobId })).job.status).toBe('queued');
  }, 180_000);

  it('with auto, jobs run inline while the Inngest server does not answer, which is told in our words', async () => {
    const server = await startServer({
      executor: 'inngest',
      env: { SPICERACK_EXECUTOR: 'auto', INNGEST_BASE_URL: 'http://127.0.0.1:9', INNGEST_EVENT_KEY: 'none' },
    });
    onTestFinished(() => server.dispose());
    const client = createSpicerack({ url: server.url });
    const remote = await makeRemote(join(dir, 'absent.git'));
    await remote.from('main').branch('main').commit('Start', { 'app.txt': 'one\n' }).write();
    const { sync } = await addRepo(client, remote.dir);
    expect(sync.job).toMatchObject({ status: 'completed', executor: 'inline' });
    const { executor, problems } = await client.system.status();
    expect(executor).toMatchObject({ name: 'inngest', why: expect.stringContaining('inline') });
    expect(problems).toMatchObject([
      {
        what: 'Inngest cannot be reached at http://127.0.0.1:9.',
        hint: expect.stringMatching(/^Jobs run in this process.*INNGEST_BASE_URL/),
      },
    ]);
    expect((await fetch(`${server.url}/api/ready`)).status).toBe(200);
    expect(server.output()).not.toMatch(/\n {4}at /);
  }, 120_000);
});
