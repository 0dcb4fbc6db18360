import { strict as assert } from 'node:assert';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { createSpicerack, type Spicerack } from '@spicerack/client';
import { makeRemote } from '@/demo/remote';
import { addRepo, ended, follow, run } from '@/testing/api';
import { writeBranch } from '@/testing/stack';

/**
 * By hand, before a release: two servers of an earlier version on one database are upgraded one after the other while
 * jobs run, and then everything goes back. Each argument is where a package was installed (docs/install.md):
 * `node --import tsx e2e/upgrade/main.ts /opt/earlier /opt/this`.
 */

const [earlier = '', later = ''] = process.argv.slice(2).map((folder) => resolve(folder));
const dir = mkdtempSync(join(tmpdir(), 'spicerack-rolling-'));
const database = join(dir, 'spicerack.db');
const running = new Map<string, ChildProcess>();

const home = (version: string) => join(version, 'node_modules/@spicerack/server');
const settings = (node: string) => ({
  NODE_ENV: 'production' as const,
  PATH: process.env.PATH,
  HOME: dir,
  PORT: '0',
  SPICERACK_LOG: 'text',
  SPICERACK_EXECUTOR: 'inline',
  SPICERACK_ENGINE: 'git',
  SPICERACK_DATA_DIR: join(dir, node),
  SPICERACK_DATABASE_URL: `file:${database}`,
});

/** Starts a node; rejects with what it says where it ends at once. */
async function start(version: string, node: string): Promise<Spicerack> {
  const server = spawn(process.execPath, [join(home(version), 'server.mjs')], { cwd: dir, env: settings(node) });
  running.set(node, server);
  const said: string[] = [];
  server.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  for await (const line of createInterface(server.stdout)) {
    said.push(line);
    const url = line.match(/is ready on (http\S+)/)?.[1];
    if (url) {
      server.stdout.resume();
      return createSpicerack({ url });
    }
  }
  throw new Error(said.join('\n'));
}

async function stop(node: string): Promise<void> {
  const server = running.get(node);
  running.delete(node);
  if (!server || server.exitCode !== null) return;
  server.kill('SIGTERM');
  await once(server, 'exit');
}

async function promise(words: string, work: () => Promise<unknown>): Promise<void> {
  const begun = performance.now();
  await work();
  console.log(`✓ ${words} (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
}

try {
  const repoIds: string[] = [];
  let a = await start(earlier, 'a');
  let b = await start(earlier, 'b');
  for (let i = 0; i < 3; i += 1) {
    const remote = await makeRemote(join(dir, `remote-${i}.git`));
    await writeBranch(remote);
    const { repoId } = await addRepo(i % 2 === 0 ? a : b, remote.dir);
    repoIds.push(repoId);
    await run(a, repoId, 'register_existing_branch', { suggested: true });
    await remote
      .from('main')
      .branch('main')
      .commit('Main moves', { 'main.txt': `${i}\n` })
      .write();
  }
  const backup = join(dir, 'before.db');
  execFileSync(process.execPath, [join(home(earlier), 'backup.mjs'), backup], { cwd: dir, env: settings('a') });

  const events = new Map<string, number[]>([['a', []], ['b', []]]); // biome-ignore format: a table
  const watch = (client: Spicerack, node: string, from: number) =>
    follow(client, { from }, ({ seq }) => events.get(node)?.push(seq));
  const { feedCursor } = await b.jobs.list({ limit: 1 });
  const watching = watch(b, 'b', feedCursor);

  /** A job of each repository, asked of both nodes by turns; each is begun once. */
  async function eachOnce(clients: Spicerack[]): Promise<void> {
    const asked = await Promise.all(
      repoIds.map(async (repoId, i) => {
        const client = clients[i % clients.length] ?? a;
        return { client, ...(await client.jobs.run({ repoId, kind: 'restack_repo' })) };
      }),
    );
    for (const { client, jobId } of asked) {
      const { job } = await ended(client, jobId);
      assert.deepEqual([job.status, job.attempt], ['completed', 1]);
    }
  }

  await promise('jobs that are queued while the first node is upgraded are done, once each', async () => {
    const asked = await Promise.all(repoIds.map((repoId) => b.jobs.run({ repoId, kind: 'sync_repo' })));
    await stop('a');
    a = await start(later, 'a');
    for (const { jobId } of asked) assert.equal((await ended(b, jobId)).job.status, 'completed');
  });
  await promise('the two versions run jobs side by side, once each, and both tell of them', async () => {
    const before = events.get('b')?.length ?? 0;
    const also = watch(a, 'a', (await a.jobs.list({ limit: 1 })).feedCursor);
    await eachOnce([a, b]);
    await eachOnce([b, a]);
    also.stop();
    assert((events.get('b')?.length ?? 0) > before);
    assert((events.get('a')?.length ?? 0) > 0);
  });
  await promise('the earlier one, started again, goes on or says in a sentence that it would do damage', async () => {
    watching.stop();
    await stop('b');
    const again = await start(earlier, 'b').catch((error: unknown) => String(error));
    if (typeof again === 'string') assert.match(again, /brought up to date by a newer version/);
    await stop('b');
  });
  await promise('with both upgraded, jobs run', async () => {
    b = await start(later, 'b');
    await eachOnce([a, b]);
  });
  await promise(
    'with the backup of before, the earlier version goes back, and shows what the remotes have',
    async () => {
      await stop('a');
      await stop('b');
      for (const end of ['', '-wal', '-shm']) rmSync(`${database}${end}`, { force: true });
      copyFileSync(backup, database);
      a = await start(earlier, 'a');
      for (const repoId of repoIds) {
        assert.equal((await run(a, repoId, 'sync_repo')).job.status, 'completed');
        const { branches } = await a.repos.overview({ repoId });
        assert(branches.some(({ name }) => name === 'a'));
      }
      await eachOnce([a]);
    },
  );
} finally {
  for (const node of [...running.keys()]) await stop(node);
  rmSync(dir, { recursive: true, force: true });
}
