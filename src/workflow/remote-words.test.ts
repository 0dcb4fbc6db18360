import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callerOn } from '@/api/testing/caller';
import { jobLogs, repos } from '@/db/schema';
import { makeRemote, type Remote } from '@/demo/remote';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { type InProcess, inProcess } from '@/testing/in-process';

let dir: string;
let db: TestDatabase;
let app: InProcess;
let count = 0;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-words-'));
  Object.assign(process.env, {
    SPICERACK_DATA_DIR: join(dir, 'data'),
    SPICERACK_ENGINE: 'git',
    SPICERACK_RETRY_DELAY: '0.05',
    SPICERACK_MAX_ATTEMPTS: '2',
  });
  db = await testDatabase();
  app = inProcess(db.db);
});
afterAll(async () => {
  await db.close();
  await rm(dir, { recursive: true, force: true });
});

const repoOf = async (id: string) => (await db.db.select().from(repos).where(eq(repos.id, id)))[0];

async function logOf(jobId: string): Promise<string[]> {
  const lines = await db.db.select().from(jobLogs).where(eq(jobLogs.jobId, jobId)).orderBy(asc(jobLogs.id));
  return lines.map(({ line }) => line);
}

/** `fix` on `main`, which has moved: there is something to push. */
async function stack(): Promise<{ remote: Remote; repoId: string }> {
  count += 1;
  const remote = await makeRemote(join(dir, `shop-${count}.git`));
  await remote
    .from('main')
    .branch('main')
    .commit('Start', { a: '1\n' })
    .branch('fix')
    .commit('Fix', { b: '1\n' })
    .write();
  const { id: repoId } = await app.add(remote);
  await app.run({ repoId, kind: 'register_existing_branch', suggested: true });
  await remote.from('main').branch('main').commit('On', { a: '2\n' }).write();
  return { remote, repoId };
}

test('what a host says to a push is in the log, whole lines in order; the message is what it says within its frame', async () => {
  const { remote, repoId } = await stack();
  const frame = ['', '='.repeat(60), ''];
  const words = [...frame, 'ERROR: You are not allowed to push code to this project.', 'See the handbook.', ...frame];
  await remote.hook('pre-receive', `${words.map((line) => `echo '${line}' >&2`).join('; ')}; exit 1`);
  const { job } = await app.run({ repoId, kind: 'rebase_branch', branch: 'fix' });
  expect(job).toMatchObject({ status: 'error', errorCode: 'PUSH_REJECTED' });
  expect(job.message).toContain('not allowed to push code');
  expect(job.message).not.toContain('==');
  expect(job.errorHint).toContain('may read here, but not write');
  const log = await logOf(job.id);
  expect(log.filter((line) => /\s$/.test(line))).toEqual([]);
  const said = log.filter((line) => line.startsWith('remote:')).map((line) => line.slice(7).trim());
  expect(said.slice(0, words.length)).toEqual(words);

  // A job that failed for no reason of the network shows on its repo; one that completes takes that back.
  expect(await repoOf(repoId)).toMatchObject({ syncError: job.message.slice(0, 300), syncErrorAt: job.finishedAt });
  await remote.hook('pre-receive', 'exit 0');
  expect((await app.run({ repoId, kind: 'rebase_branch', branch: 'fix' })).job.status).toBe('completed');
  expect(await repoOf(repoId)).toMatchObject({ syncError: null, syncErrorAt: null });
});

test('a hook that talks for 300 KB is cut in the message and the overview, with how long it was', async () => {
  const { remote, repoId } = await stack();
  await remote.hook('pre-receive', `head -c 300000 /dev/zero | tr '\\0' x | fold -w 100 >&2; exit 1`);
  const { job } = await app.run({ repoId, kind: 'rebase_branch', branch: 'fix' });
  expect(job.message.length).toBeLessThan(1600);
  const caller = callerOn(db.db).repos;
  expect(JSON.stringify(await caller.overview({ repoId })).length).toBeLessThan(20_000);
  const log = await logOf(job.id);
  expect(log.length).toBeLessThan(600);
  expect(log.join('\n')).toMatch(/lines are left out/);
});

test('a new branch whose name continues one that was pushed meanwhile is told before anything is pushed', async () => {
  const { remote, repoId } = await stack();
  await remote.from('main').branch('foo').commit('Foo', { c: '1\n' }).write();
  const { job } = await app.run({ repoId, kind: 'create_branch', branch: 'foo/bar', parent: 'main' });
  expect(job).toMatchObject({ status: 'error', errorCode: 'DIVERGED', errorHint: 'Choose another name.' });
  expect(job.message).toContain('foo/bar beside foo');
});

test('so it is beside a merged branch that is still there, and not beside one that was deleted', async () => {
  const { remote, repoId } = await stack();
  await remote.from('main').branch('old').commit('Old', { c: '1\n' }).write();
  await app.run({ repoId, kind: 'sync_repo' });
  await remote.merge('old', 'squash');
  await app.run({ repoId, kind: 'sync_repo' });
  expect((await app.rows(repoId)).get('old')?.merged).toBe(true);
  const make = () => app.run({ repoId, kind: 'create_branch', branch: 'old/new', parent: 'main' });
  expect((await make()).job).toMatchObject({ status: 'error', errorCode: 'DIVERGED' });
  await remote.delete('old');
  expect((await make()).job).toMatchObject({ status: 'completed' });
});

test('a host that wants to be paid is no fault of ours, and its repo says so until it answers again', async () => {
  const { remote } = await stack();
  const host = createServer((_request, response) => {
    response.writeHead(402, { 'content-type': 'text/plain' }).end('Pay first.\n');
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = host.address() as AddressInfo; // it listens on TCP
    const repo = await app.add({ ...remote, dir: `http://127.0.0.1:${port}/shop.git` });
    expect(repo.syncError).toContain('402');
    const { job } = await app.run({ repoId: repo.id, kind: 'sync_repo' });
    expect(job).toMatchObject({
      errorCode: 'REMOTE_REFUSED',
      attempt: 1,
      errorHint: expect.stringContaining('payment'),
    });
    expect((await logOf(job.id)).join('\n')).toContain('The requested URL returned error: 402');
  } finally {
    host.close().closeAllConnections();
  }
});
