import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callerOn } from '@/api/testing/caller';
import { jobLogs, jobSteps, jobs, repos } from '@/db/schema';
import { makeRemote, type Remote } from '@/demo/remote';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { type HttpRemotes, serveHttp } from '@/testing/http';
import { type InProcess, inProcess } from '@/testing/in-process';
import { hasControls } from '@/text/visible';

let dir: string;
let db: TestDatabase;
let app: InProcess;
let http: HttpRemotes;
let count = 0;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-foreign-'));
  Object.assign(process.env, {
    SPICERACK_DATA_DIR: join(dir, 'data'),
    SPICERACK_ENGINE: 'git',
    SPICERACK_RETRY_DELAY: '0.05',
    SPICERACK_MAX_ATTEMPTS: '2',
  });
  db = await testDatabase();
  app = inProcess(db.db);
  http = await serveHttp(dir);
});
afterAll(async () => {
  await http.close();
  await db.close();
  await rm(dir, { recursive: true, force: true });
});

const api = () => callerOn(db.db).repos;

async function shop(): Promise<Remote> {
  count += 1;
  const remote = await makeRemote(join(dir, `shop-${count}.git`));
  await remote.from('main').branch('main').commit('Start', { a: '1\n' }).write();
  return remote;
}

async function queueRunning(repoId: string): Promise<{ jobId: string }> {
  const jobId = uuid();
  await db.db.insert(jobs).values({ id: jobId, repoId, kind: 'sync_repo', status: 'running', requestedBy: 'test' });
  return { jobId };
}

/** Every text of a job that people read. */
async function textsOf(jobId: string): Promise<string[]> {
  const logs = await db.db.select().from(jobLogs).where(eq(jobLogs.jobId, jobId));
  const steps = await db.db.select().from(jobSteps).where(eq(jobSteps.jobId, jobId));
  return [...logs.map(({ line }) => line), ...steps.map(({ message }) => message)];
}

test('what a remote says is cut and clean in everything that people read of a job', async () => {
  const remote = await shop();
  const name = 'fix/user\u202egnp.exe';
  await remote.from('main').branch(name).commit('Subject \u001b[31mred\u001b[0m \u2066x', { b: '1\n' }).write();
  const repo = await app.add(remote);
  await app.run({ repoId: repo.id, kind: 'register_existing_branch', suggested: true });

  const row = (await app.rows(repo.id)).get(name);
  expect(row).toMatchObject({ tracked: true, subject: 'Subject ␛[31mred␛[0m <U+2066>x' });

  await remote.from('main').commit('On', { a: '2\n' }).write();
  await remote.hook(
    'pre-receive',
    `printf 'token=hunter2hunter2 \\033[2Jgone\\r\\n' >&2; head -c 300000 /dev/zero | tr '\\0' x | fold -w 100 >&2; exit 1`,
  );
  const { job } = await app.run({ repoId: repo.id, kind: 'restack_repo' });
  const texts = [job.message, ...(await textsOf(job.id))];
  for (const text of texts) {
    expect(hasControls(text.replace(/[\n\t]/g, '')), text).toBe(false);
    expect(text.length).toBeLessThan(4100);
    expect(text).not.toContain('hunter2');
  }
  expect(JSON.stringify(job.result).length).toBeLessThan(4000);
  expect(job.message).toContain('<U+202E>');
  expect(JSON.stringify(job.result)).toContain('token=*** ␛[2Jgone');
});

test('a branch whose name turns the writing round is moved like any other', async () => {
  const remote = await shop();
  const name = 'fix/\u2067abc\u009b';
  await remote.from('main').branch(name).commit('Work', { b: '1\n' }).write();
  const repo = await app.add(remote);
  await app.run({ repoId: repo.id, kind: 'register_existing_branch', branch: name, parent: 'main' });
  await remote.from('main').commit('On', { a: '2\n' }).write();
  const { job, moves } = await app.run({ repoId: repo.id, kind: 'rebase_branch', branch: name });
  expect(job).toMatchObject({ status: 'completed', message: 'Moved 1 branch.' });
  expect(moves.map((move) => move.branch)).toEqual([name]);
  expect(await remote.contains(name, await remote.tip('main'))).toBe(true);
});

test('a remote that has moved is not followed; its new address is named, and can be set', async () => {
  const remote = await shop();
  const moved = createServer((request, response) => {
    response.writeHead(301, { location: `${http.url}${request.url}` }).end();
  });
  await new Promise<void>((resolve) => moved.listen(0, '127.0.0.1', resolve));
  const { port } = moved.address() as AddressInfo; // it listens on TCP
  try {
    const target = `${http.url}/shop-${count}.git`;
    const repo = await app.add({ ...remote, dir: `http://127.0.0.1:${port}/shop-${count}.git` });
    const { job } = await app.run({ repoId: repo.id, kind: 'sync_repo' });
    expect(job).toMatchObject({
      status: 'error',
      errorCode: 'REMOTE_UNREACHABLE',
      message: `The remote points to another address: ${target}`,
      errorHint: expect.stringContaining('settings'),
    });
    expect(await api().update({ repoId: repo.id, url: `${target}/` })).toMatchObject({ url: target });
    expect((await app.run({ repoId: repo.id, kind: 'sync_repo' })).job).toMatchObject({ status: 'completed' });
    expect((await api().get({ repoId: repo.id })).trunkTip).toBe(await remote.tip('main'));
  } finally {
    moved.close().closeAllConnections();
  }
});

test('an address is changed to none that another repo has, that is none, or while a job runs', async () => {
  const [one, two] = [await app.add(await shop()), await app.add(await shop())];
  const to = (url: string) => api().update({ repoId: one.id, url, name: 'renamed' });
  await expect(to(two.url)).rejects.toThrow('is here already');
  await db.db.insert(repos).values({ id: uuid(), name: 'web', url: 'https://git.example.com/ada/web.git' });
  await expect(to('https://Git.example.com/ada/web/')).rejects.toThrow('is here already, as web');
  await expect(to('https://ada:hunter2@git.example.com/x.git')).rejects.toThrow('password or token');
  await expect(to('../x')).rejects.toThrow('not an address');
  expect(await to(one.url)).toMatchObject({ name: 'renamed', url: one.url });
  const { jobId } = await queueRunning(one.id);
  await expect(to('/srv/elsewhere.git')).rejects.toThrow('A job of this repo is running');
  expect(await api().update({ repoId: one.id, name: 'again' })).toMatchObject({ name: 'again' });
  await db.db.delete(jobs).where(eq(jobs.id, jobId));
  expect((await db.db.select().from(repos).where(eq(repos.id, one.id)))[0]?.url).toBe(one.url);
});

test.each(['a\u001b[2Jb', 'a\u009bb', 'user\u202egnp', 'two\nlines'])('a repo cannot be named %j', async (name) => {
  const repo = await app.add(await shop());
  await expect(api().update({ repoId: repo.id, name })).rejects.toThrow('control characters');
  await expect(api().add({ url: 'https://git.example.com/x.git', name })).rejects.toThrow('control characters');
  expect(await api().update({ repoId: repo.id, name: 'חנות / Ladenhüter 🛒' })).toMatchObject({
    name: 'חנות / Ladenhüter 🛒',
  });
});
