import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSpicerack, type Spicerack } from '@spicerack/client';
import { count, not, sql } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { type Db, openDatabase, write } from '@/db/client';
import { jobs } from '@/db/schema';
import { makeRemote } from '@/demo/remote';
import { insertJob } from '@/queue/accept';
import { turns } from '@/queue/reconciler';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { serveHttp } from '@/testing/http';
import { writeStack } from '@/testing/stack';
import { startServer, type TestServer } from '../e2e/support/server';
import { INSIDE_ENV, insideOf } from './support/inside';
import { type BenchRow, type Contestant, compare, measure } from './support/row';

/** Repositories with jobs, and how many of those are queued in all. */
const REPOS = 100;
const LONG = 10_000;
const SHORT = 200;
const AT_ONCE = 500;
/** How long both servers work at the same time, in milliseconds. */
const WORK_MS = 30_000;
const ROUNDS = 200;
const ACCEPTS = 100;
/** Repositories whose remotes break every connection, and as many whose remotes never answer. */
const DEAD = 8;
const DEAD_RUNS = 20;

/** What a long queue costs who stands in it and who does not, and what other repositories' dead remotes do. */
export async function run(): Promise<BenchRow[]> {
  return [await dispatcher(), ...(await longQueue()), await deadRemotes()];
}

const job = (db: Db, repoId: string) =>
  insertJob(db, { id: uuid(), repoId, kind: 'restack_repo', requestedBy: 'bench' });

/** Queues so many jobs more, each repo in turn. */
async function queue(db: Db, repoIds: string[], more: number): Promise<void> {
  for (let at = 0; at < more; at += AT_ONCE) {
    const [first, ...rest] = Array.from({ length: Math.min(AT_ONCE, more - at) }, (_, i) =>
      job(db, repoIds[(at + i) % repoIds.length] ?? ''),
    );
    if (first) await write(db, [first, ...rest]);
  }
}

/** A round of the dispatcher, in one process: whose turn it is. */
async function dispatcher(): Promise<BenchRow> {
  const databases: TestDatabase[] = [];
  const contestant = async (queued: number): Promise<Contestant> => {
    const test = await testDatabase();
    databases.push(test);
    const repoIds: string[] = [];
    for (let i = 0; i < REPOS; i += 1) repoIds.push(await test.addRepo());
    await queue(test.db, repoIds, queued);
    return { label: `${queued} jobs queued`, run: () => turns(test.db) };
  };
  try {
    const name = `a round of the dispatcher, jobs of ${REPOS} repositories`;
    return await measure(name, [await contestant(LONG), { ...(await contestant(REPOS)), atMost: 1.3 }], ROUNDS);
  } finally {
    for (const test of databases) await test.close();
  }
}

/** A server, a client of it, and its repositories, which have nothing to do. */
interface Busy {
  server: TestServer;
  client: Spicerack;
  db: Db;
  repoIds: string[];
}

/** Two servers at work at the same time, one with a long queue and one with a short one. */
async function longQueue(): Promise<BenchRow[]> {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-queue-'));
  const opened: Busy[] = [];
  const idle = await startServer({ executor: 'inline' });
  try {
    const remote = await makeRemote(join(dir, 'remote.git'));
    await writeStack(remote);
    for (let n = 0; n < 2; n += 1) opened.push(await busyServer(dir, remote.dir, n));
    const [long, short] = opened;
    if (!long || !short) throw new Error('nothing to compare');
    const fill = async (busy: Busy, upTo: number) => {
      const { queue: now } = await busy.client.system.status();
      await queue(busy.db, busy.repoIds, upTo - (now?.queued ?? 0));
    };
    await fill(long, LONG);
    await fill(short, SHORT);

    const other = createSpicerack({ url: idle.url });
    const here = await other.repos.add({ url: '/srv/git/none' });
    await other.waitForJob(here.jobId).catch(() => undefined);
    const accept = ({ client, repoIds }: Busy, label: string): Contestant => {
      let next = 0;
      return {
        label,
        run() {
          next += 1;
          return client.jobs.run({ repoId: repoIds[next % REPOS] ?? '', kind: 'restack_repo' });
        },
      };
    };
    const accepted = await measure(
      `accept a job while ${LONG} of ${REPOS} repositories are queued and run`,
      [
        accept(long, `${LONG} queued`),
        { ...accept(short, `${SHORT} queued`), atMost: 1.2 },
        {
          label: 'a mutation that does nothing, on an idle server',
          run: () => other.repos.update({ repoId: here.repo.id }),
        },
      ],
      ACCEPTS,
    );

    const ended = await Promise.all(opened.map((busy) => endedDuring(busy, () => fill(short, SHORT))));
    const perJob = compare('from one ended job to the next, both at work at the same time', [
      { label: `${LONG} queued`, median: WORK_MS / (ended[0] ?? 0) },
      { label: `${SHORT} queued`, median: WORK_MS / (ended[1] ?? 0), atMost: 1.2 },
    ]);
    const [much, little] = [await insideOf(long.server), await insideOf(short.server)];
    const memory = compare('what the server holds meanwhile', [
      { label: `${LONG} queued`, median: much.held / 1024 },
      { label: `${SHORT} queued`, median: little.held / 1024, atMost: 1.2 },
    ]);
    return [accepted, { ...perJob, runs: 1 }, { ...memory, unit: 'KB', runs: 1 }];
  } finally {
    for (const { server, db } of opened) {
      db.$client.close();
      await server.dispose();
    }
    await idle.dispose();
    await rm(dir, { recursive: true, force: true });
  }
}

async function busyServer(dir: string, remote: string, n: number): Promise<Busy> {
  const server = await startServer({ executor: 'inline', env: INSIDE_ENV });
  const client = createSpicerack({ url: server.url });
  const repoIds: string[] = [];
  const syncs: string[] = [];
  for (let i = 0; i < REPOS; i += 1) {
    const url = join(dir, `${n}-${i}.git`);
    await cp(remote, url, { recursive: true });
    const { repo, jobId } = await client.repos.add({ url });
    repoIds.push(repo.id);
    syncs.push(jobId);
  }
  for (const jobId of syncs) await client.waitForJob(jobId);
  return { server, client, db: await openDatabase(`file:${join(server.dataDir, 'spicerack.db')}`), repoIds };
}

/** How many jobs end while the server is left to work. */
async function endedDuring({ db }: Busy, topUp: () => Promise<void>): Promise<number> {
  const open = sql`${jobs.status} in ('queued', 'running')`;
  const ended = async () => (await db.select({ n: count() }).from(jobs).where(not(open)))[0]?.n ?? 0;
  const before = await ended();
  for (const end = performance.now() + WORK_MS; performance.now() < end; ) {
    await sleep(1000);
    await topUp();
  }
  return (await ended()) - before;
}

/** A job with nothing to do, beside repositories whose remotes break off or never answer, against a server without such. */
async function deadRemotes(): Promise<BenchRow> {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-dead-'));
  const remotes = await serveHttp(dir);
  const servers: TestServer[] = [];
  try {
    const alive = await makeRemote(join(dir, 'alive.git'));
    await writeStack(alive);
    const contestant = async (dead: number): Promise<Contestant> => {
      const server = await startServer({ executor: 'inline' });
      servers.push(server);
      const client = createSpicerack({ url: server.url });
      const { repo, jobId } = await client.repos.add({ url: `${remotes.url}/alive.git` });
      await client.waitForJob(jobId);
      for (const manners of ['gone', 'hung'] as const) {
        for (let i = 0; i < dead; i += 1) {
          remotes.behave(`${manners}-${i}.git`, manners);
          await client.repos.add({ url: `${remotes.url}/${manners}-${i}.git` });
        }
      }
      return {
        label: dead === 0 ? 'no other repository' : `${dead} others are gone, ${dead} never answer`,
        run: async () => client.waitForJob((await client.jobs.run({ repoId: repo.id, kind: 'restack_repo' })).jobId),
      };
    };
    const name = 'a job with nothing to do, beside dead remotes';
    return await measure(name, [await contestant(DEAD), { ...(await contestant(0)), atMost: 1.5 }], DEAD_RUNS);
  } finally {
    for (const server of servers) await server.dispose();
    await remotes.close();
    await rm(dir, { recursive: true, force: true });
  }
}
