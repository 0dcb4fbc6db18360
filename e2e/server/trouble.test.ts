import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient as openDatabase } from '@libsql/client';
import { createSpicerack, type Spicerack } from '@spicerack/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRemote, type Remote } from '@/demo/remote';
import { addRepo, ended, run } from '@/testing/api';
import { writeBranch } from '@/testing/stack';
import { startServer, type TestServer } from '../support/server';

/** A whole server while what it stands on fails: it says so, stays quick, and goes on by itself. */
describe('a server in trouble', () => {
  let dir: string;
  let server: TestServer;
  let client: Spicerack;
  let remote: Remote;
  let repoId: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'spicerack-trouble-'));
    server = await startServer({
      executor: 'inline',
      env: { SPICERACK_ENGINE: 'git', SPICERACK_RETRY_DELAY: '0.2', SPICERACK_LEASE: '3' },
    });
    client = createSpicerack({ url: server.url });
    remote = await makeRemote(join(dir, 'remote.git'));
    await writeBranch(remote);
    repoId = (await addRepo(client, remote.dir)).repoId;
    await run(client, repoId, 'register_existing_branch', { suggested: true });
  }, 300_000);
  afterAll(async () => {
    await server?.dispose();
    await rm(dir, { recursive: true, force: true });
  });

  /** The time that a read takes, in the middle of many. */
  async function readingTime(times: number): Promise<number> {
    const taken: number[] = [];
    for (let i = 0; i < times; i++) {
      const begun = performance.now();
      await client.repos.overview({ repoId });
      taken.push(performance.now() - begun);
      await sleep(200);
    }
    return taken.sort((a, b) => a - b)[Math.floor(times / 2)] ?? 0;
  }

  const problems = async () => (await client.system.status()).problems.map((problem) => problem.what);

  it('tells that the database is locked, answers what only reads meanwhile, and runs its jobs once it is free', async () => {
    const database = openDatabase({ url: `file:${server.dataDir}/spicerack.db` });
    const quiet = await readingTime(10);
    await remote.from('main').commit('Main moves', { 'main.txt': 'x\n' }).write();
    const { jobId } = await client.jobs.run({ repoId, kind: 'restack_repo' });
    const lock = await database.transaction('write');
    try {
      await expect(client.jobs.run({ repoId, kind: 'restack_repo' })).rejects.toThrow(/locked.*Nothing was changed/);
      expect(await problems()).toContainEqual(expect.stringMatching(/locked/));
      // Longer than anything waits for a lock, and than the lease of the job that is stuck in the middle.
      expect(await readingTime(40)).toBeLessThan(10 * quiet);
    } finally {
      await lock.rollback();
      database.close();
    }
    expect((await ended(client, jobId)).job.status).toBe('completed');
    expect(await remote.contains('a', await remote.tip('main'))).toBe(true);
    await expect.poll(problems, { timeout: 20_000 }).toEqual([]);
    expect((await run(client, repoId, 'restack_repo')).job.status).toBe('completed');
  }, 120_000);

  it('makes a clone anew that somebody deleted', async () => {
    await rm(join(server.dataDir, 'clones'), { recursive: true });
    await remote.from('main').commit('Main moves on', { 'main.txt': 'y\n' }).write();
    expect((await run(client, repoId, 'restack_repo')).job).toMatchObject({ status: 'completed', attempt: 1 });
  });

  it('tends its clones by itself and measures what it takes', async () => {
    const use = async () => (await client.system.status()).disk;
    await expect
      .poll(use, { timeout: 50_000 })
      .toMatchObject({ clones: expect.any(Number), database: expect.any(Number) });
    // How much the clones take depends on whether it looked while one was being made anew.
    expect((await use())?.database).toBeGreaterThan(0);
    // Its first round may have met the locked database.
    expect(server.output()).not.toMatch(/Upkeep failed(?!.*locked)|cannot be tended/);
  });
});
