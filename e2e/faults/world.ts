import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createSpicerack, type Spicerack } from '@spicerack/client';
import { eq, sql } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { type Db, openDatabase, write } from '@/db/client';
import { branches, branchTips, type JobRow, jobMoves, jobs, repos } from '@/db/schema';
import { makeRemote, openRemote } from '@/demo/remote';
import { addRepo, run } from '@/testing/api';
import { type GatedGit, gatedGit } from '@/testing/gated-git';
import { type HttpRemotes, serveHttp } from '@/testing/http';
import { writeStack } from '@/testing/stack';
import { startServer, type TestServer } from '../support/server';
import { OWN, type Repo } from './stack';

const exec = promisify(execFile);

/**
 * Seconds after which a silent holder's job may be taken over: short, so that a cell need not wait long, but longer
 * than a busy machine makes a process wait; and longer than Inngest then takes from one step to the next.
 */
export const LEASE_S = { inline: 4, inngest: 10 };

/** A server, its API and its git. */
export interface Node {
  server: TestServer;
  client: Spicerack;
  git: GatedGit;
}

/** One database with a server on it, or two, and as many repositories as there are cells. */
export interface World {
  executor: 'inline' | 'inngest';
  db: Db;
  http: HttpRemotes;
  /** The git configuration of the user that runs the servers; there is none at first. */
  hostConfig: string;
  first: Node;
  /** The second process on the same database, with clones of its own; started at the first call. */
  second(): Promise<Node>;
  /** Those that have been started. */
  nodes(): Node[];
  /** A new repository: the tracked stack, or the stack after b was put onto fix. Its URL is http, or a path. */
  newRepo(options: { reparented: boolean; http: boolean }): Promise<Repo>;
  /** The repository's folder below the one that is served over HTTP. */
  served(repo: Repo): string;
  dispose(): Promise<void>;
}

/** @param networkTimeout seconds that one git command may talk to a remote */
export async function createWorld(executor: World['executor'], networkTimeout: number): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-faults-'));
  const settings = {
    GIT_CONFIG_GLOBAL: join(dir, 'gitconfig'),
    SPICERACK_ENGINE: 'git',
    // They see each other's processes, as two servers of one machine do.
    SPICERACK_MACHINE: 'faults',
    SPICERACK_LEASE: String(LEASE_S[executor]),
    SPICERACK_RETRY_DELAY: '0.1',
    SPICERACK_MAX_ATTEMPTS: '20',
    SPICERACK_NETWORK_TIMEOUT: String(networkTimeout),
    SPICERACK_CONCURRENCY: '64',
  };
  const start = async (name: string, env: Record<string, string> = {}): Promise<Node> => {
    const git = await gatedGit(join(dir, `git-${name}`));
    const server = await startServer({ executor, env: { ...settings, SPICERACK_GIT: git.program, ...env } });
    return { server, git, client: createSpicerack({ url: server.url, requestedBy: 'faults' }) };
  };
  const first = await start('first');
  const { dataDir } = first.server;
  const database = `file:${join(dataDir, 'spicerack.db')}`;
  const db = await openDatabase(database);
  const http = await serveHttp(dir);
  let second: Promise<Node> | undefined;
  const nodes = [first];

  const template = async (reparented: boolean) => {
    const remote = await makeRemote(join(dir, `template-${reparented}.git`));
    await remote.config('core.logAllRefUpdates', 'always');
    await writeStack(remote);
    const { repoId } = await addRepo(first.client, remote.dir);
    await run(first.client, repoId, 'register_existing_branch', { suggested: true });
    if (reparented) await run(first.client, repoId, 'reparent_branch', { branch: 'b', parent: 'fix' });
    return { repoId, remote };
  };
  const templates = { plain: await template(false), reparented: await template(true) };

  return {
    executor,
    db,
    http,
    hostConfig: settings.GIT_CONFIG_GLOBAL,
    first,
    nodes: () => nodes,
    second() {
      second ??= start('second', { SPICERACK_DATABASE_URL: database }).then((node) => {
        nodes.push(node);
        return node;
      });
      return second;
    },
    async newRepo({ reparented, http: overHttp }) {
      const from = reparented ? templates.reparented : templates.plain;
      const id = uuid();
      const path = join(dir, `${id}.git`);
      await exec('cp', ['-r', from.remote.dir, path]);
      // What an undo needs is in each of their clones.
      for (const { server } of nodes) {
        await mkdir(join(server.dataDir, 'clones'), { recursive: true });
        await exec('cp', ['-r', clone(dataDir, from.repoId), clone(server.dataDir, id)]);
      }
      await copyRows(db, from.repoId, { id, url: overHttp ? `${http.url}/${id}.git` : path });
      return { id, remote: openRemote(path), own: structuredClone(OWN) };
    },
    served: (repo) => `${repo.id}.git`,
    async dispose() {
      db.$client.close();
      for (const { server } of nodes) {
        signal({ server }, 'SIGCONT');
        await server.stop();
        await server.dispose();
      }
      await http.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function clone(dataDir: string, repoId: string): string {
  return join(dataDir, 'clones', `${repoId}.git`);
}

/** Gives a repo's rows to another one, with the jobs that can be undone. */
async function copyRows(db: Db, from: string, to: { id: string; url: string }): Promise<void> {
  const [repo] = await db.select().from(repos).where(eq(repos.id, from));
  const rows = await db.select().from(branches).where(eq(branches.repoId, from));
  const tips = await db.select().from(branchTips).where(eq(branchTips.repoId, from)).orderBy(branchTips.id);
  const done = await db.select().from(jobs).where(eq(jobs.repoId, from));
  const moves = await db
    .select()
    .from(jobMoves)
    .where(sql`${jobMoves.jobId} in (select id from jobs where repo_id = ${from})`)
    .orderBy(jobMoves.id);
  if (!repo) throw new Error(`There is no repo ${from}.`);
  const ids = new Map(done.map((job) => [job.id, uuid()]));
  const newId = (id: string) => ids.get(id) ?? id;
  await write(db, [
    db.insert(repos).values({ ...repo, ...to }),
    db.insert(branches).values(rows.map((row) => ({ ...row, repoId: to.id }))),
    db.insert(branchTips).values(tips.map(({ id: _, ...row }) => ({ ...row, repoId: to.id }))),
    db.insert(jobs).values(done.map(({ seq: _, ...row }) => ({ ...row, id: newId(row.id), repoId: to.id }))),
    db.insert(jobMoves).values(moves.map(({ id: _, ...row }) => ({ ...row, jobId: newId(row.jobId) }))),
  ]);
}

export async function jobRow(db: Db, id: string): Promise<JobRow> {
  const [job] = await db.select().from(jobs).where(eq(jobs.id, id));
  if (!job) throw new Error(`There is no job ${id}.`);
  return job;
}

/** Waits until something is so. @throws Error saying what did not come */
export async function until(what: string, is: () => Promise<boolean> | boolean, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await is())) {
    if (performance.now() > deadline) throw new Error(`${what} did not come within ${withinMs / 1000} s`);
    await sleep(80);
  }
}

/** Stops a server's process where it stands, but never inside a write, which would lock the database for all. */
export async function freeze(db: Db, node: Node): Promise<void> {
  for (;;) {
    signal(node, 'SIGSTOP');
    try {
      await db.run(sql`update jobs set message = message where seq = 0`);
      return;
    } catch {
      // SQLITE_BUSY: it was writing.
      signal(node, 'SIGCONT');
    }
  }
}

export function signal({ server }: Pick<Node, 'server'>, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(server.pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** How long a job may take that a fault has met: generous, since what matters is that it ends. */
const ENDS_WITHIN_MS = 240_000;

export const isOpen = (job: JobRow) => job.status === 'queued' || job.status === 'running';

/** Waits until a job has ended. @throws Error with where it stands when it does not */
export async function ended(db: Db, jobId: string): Promise<void> {
  try {
    await until('the end of the job', async () => !isOpen(await jobRow(db, jobId)), ENDS_WITHIN_MS);
  } catch (error) {
    const { seq: _, result: __, ...job } = await jobRow(db, jobId);
    throw new Error(`${error instanceof Error ? error.message : error}: ${JSON.stringify(job)}`);
  }
}
