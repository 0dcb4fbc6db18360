import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inArray } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Db, openDatabase, write } from '@/db/client';
import { type JobRow, jobs, repos } from '@/db/schema';
import { type DatabaseServer, databaseServer } from '@/db/testing/database-server';
import { makeRemote, type Remote } from '@/demo/remote';
import { insertJob } from '@/queue/accept';
import { writeBranch } from '@/testing/stack';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A node's own clock, so many minutes off; that of the database stays right, as it does on a server. */
const clockOff = (minutes: number) =>
  `data:text/javascript,${encodeURIComponent(`const Right = Date;
globalThis.Date = class extends Right {
  constructor(...given) { if (given.length > 0) super(...given); else super(Right.now() + ${minutes * 60_000}); }
  static now() { return Right.now() + ${minutes * 60_000}; }
};`)}`;

/**
 * Two nodes as two containers are: one host name and one system, but a namespace of process numbers and a data
 * directory each. Their clocks are ten minutes off, one this way and one that, which must not matter to any of it. Their
 * database is behind a stand-in for a libSQL server, none of which can be had here.
 */
describe.runIf(process.platform === 'linux')('two containers of one host name, clocks ten minutes off', () => {
  let dir: string;
  let server: DatabaseServer;
  let db: Db;
  const remotes: Remote[] = [];
  const nodes: ChildProcess[] = [];

  /** @returns what ends the node, and all that it has started, at once */
  async function startNode(name: string, minutesOff: number): Promise<ChildProcess> {
    const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
    const inOwn = ['--pid', '--fork', '--kill-child', '--mount-proc', process.execPath];
    const program = ['--import', clockOff(minutesOff), '--import', 'tsx', 'e2e/support/job-node.ts'];
    const node = spawn('unshare', [...asRoot, ...inOwn, ...program], {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        HOME: dir,
        NODE_ENV: 'test',
        SPICERACK_DATA_DIR: join(dir, name),
        SPICERACK_DATABASE_URL: server.url,
        SPICERACK_GIT: join(dir, 'git'),
        SPICERACK_ENGINE: 'git',
        SPICERACK_LEASE: '5',
        SPICERACK_RETRY_DELAY: '0.1',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    nodes.push(node);
    if (!node.stdout) throw new Error('no output');
    await once(createInterface(node.stdout), 'line');
    return node;
  }

  /** Queues a sync and a restack of each repo, or of the first ones, and returns the rows of those jobs once all have ended. */
  async function runAll(
    meanwhile: (running: JobRow | undefined) => unknown = () => undefined,
    most = remotes.length,
  ): Promise<JobRow[]> {
    const rows = await db.select().from(repos).limit(most);
    const ids: string[] = [];
    for (const { id: repoId } of rows) {
      for (const kind of ['sync_repo', 'restack_repo'] as const) {
        const id = uuid();
        ids.push(id);
        await write(db, [insertJob(db, { id, repoId, kind, requestedBy: 'test' })]);
      }
    }
    const ours = () => db.select().from(jobs).where(inArray(jobs.id, ids));
    // One that is at its git.
    const running = () =>
      ours().then((rows) => rows.find((job) => job.status === 'running' && job.leaseGroup !== null));
    await meanwhile(await vi.waitUntil(running, 20_000));
    await vi.waitFor(async () => expect((await ours()).every((job) => job.finishedAt !== null)).toBe(true), {
      timeout: 50_000,
      interval: 200,
    });
    return ours();
  }

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'spicerack-containers-'));
    server = await databaseServer(join(dir, 'spicerack.db'));
    db = await openDatabase(server.url);
    for (let i = 0; i < 5; i++) {
      const remote = await makeRemote(join(dir, `remote-${i}.git`));
      await writeBranch(remote);
      remotes.push(remote);
      await db.insert(repos).values({ id: uuid(), name: `repo-${i}`, url: remote.dir });
    }
    // A fetch takes longer than a node waits until it looks at the rows again: each sees the jobs of the other at work.
    await writeFile(join(dir, 'git'), '#!/bin/sh\ncase " $* " in *" fetch "*) sleep 1.5 ;; esac\nexec git "$@"\n', {
      mode: 0o755,
    });
    await startNode('one', -10);
    await startNode('two', 10);
  });
  afterAll(async () => {
    for (const node of nodes) node.kill('SIGKILL');
    db.$client.close();
    await server.stop();
    await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  it('run ten jobs over five repositories, each begun once', async () => {
    const ended = await runAll();
    expect(ended.map(({ status, attempt }) => `${status} ${attempt}`)).toEqual(Array(10).fill('completed 1'));
  });

  // Of a write that is on its way when it goes nobody knows whether it was done: that job is begun once more.
  it('go on where the database server is away for a moment: no job ends for that, nor is begun again for more than one write', async () => {
    const ended = await runAll(async () => {
      await server.stop();
      await sleep(2000);
      await server.start();
    }, 2);
    expect(ended.map(({ status }) => status)).toEqual(Array(4).fill('completed'));
    expect(Math.max(...ended.map(({ attempt }) => attempt))).toBeLessThan(3);
  });

  it('go on with the job of the one that is frozen past its lease; woken, it changes nothing of it', async () => {
    const first = (await readFile(join(dir, 'one', 'machine-id'), 'utf8')).trim();
    const ended = await runAll(async (running) => {
      const frozen = nodes[running?.leaseMachine === first ? 0 : 1]?.pid;
      // What runs in the namespace is the one child of who has made it.
      const inside = Number(await readFile(`/proc/${frozen}/task/${frozen}/children`, 'utf8'));
      process.kill(inside, 'SIGSTOP');
      try {
        await vi.waitUntil(
          async () => {
            const [job] = await db
              .select()
              .from(jobs)
              .where(inArray(jobs.id, [running?.id ?? '']));
            return job && job.leaseMachine !== running?.leaseMachine && job.fence > (running?.fence ?? 0);
          },
          { timeout: 20_000, interval: 100 },
        );
      } finally {
        process.kill(inside, 'SIGCONT');
      }
    }, 1);
    expect(ended.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(Math.max(...ended.map(({ attempt }) => attempt))).toBe(2);
  });

  it('go on with the jobs of the one that is killed, once its leases have run out', async () => {
    const first = (await readFile(join(dir, 'one', 'machine-id'), 'utf8')).trim();
    const ended = await runAll((running) => nodes[running?.leaseMachine === first ? 0 : 1]?.kill('SIGKILL'));
    expect(ended.map(({ status }) => status)).toEqual(Array(10).fill('completed'));
    expect(Math.max(...ended.map(({ attempt }) => attempt))).toBeLessThan(4);
  });
});
