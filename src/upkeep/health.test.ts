import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '@libsql/client';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { callerOn } from '@/api/testing/caller';
import { type Db, openDatabase } from '@/db/client';
import { problems, setProblem } from '@/db/problems';
import * as schema from '@/db/schema';
import { makeRemote, type Remote } from '@/demo/remote';
import { type InProcess, inProcess } from '@/testing/in-process';
import { writeBranch } from '@/testing/stack';
import { diskProblem } from './disk';
import { clockProblem, lookAtDatabase, watchClock } from './health';

const run = promisify(execFile);
const { jobLogs, jobSteps, jobs, repos } = schema;
const root = await mkdtemp(join(tmpdir(), 'spicerack-health-'));

const disk = join(root, 'disk');
// Before anything reads the settings, which is done once.
Object.assign(process.env, {
  SPICERACK_DATA_DIR: disk,
  SPICERACK_ENGINE: 'git',
  SPICERACK_RETRY_DELAY: '0.05',
  SPICERACK_LEASE: '1',
});

/** A small disk of its own; null where this user may not mount one. */
async function mountDisk(dir: string, size: string): Promise<(() => Promise<void>) | null> {
  await mkdir(dir, { recursive: true });
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'spicerack-test', dir]);
  } catch {
    return null;
  }
  return async () => {
    await run('umount', ['-l', dir]);
  };
}

const trial = await mountDisk(join(root, 'trial'), '1m');
await trial?.();
const noMount = trial ? null : 'mounting is not allowed here';

afterAll(() => rm(root, { recursive: true, force: true }));
afterEach(() => {
  for (const source of ['disk', 'database', 'clock'] as const) setProblem(source, null);
});

const asCaller = (db: Db) => callerOn(db);

describe('the database in trouble', () => {
  let dir: string;
  let db: Db;
  let lock: Awaited<ReturnType<ReturnType<typeof createClient>['transaction']>> | null = null;
  beforeEach(async () => {
    dir = await mkdtemp(join(root, 'db-'));
    db = await openDatabase(`file:${dir}/spicerack.db`);
  });
  afterEach(async () => {
    await lock?.rollback();
    lock = null;
    db.$client.close();
  });
  const add = (db: Db, name: string) => asCaller(db).repos.add({ url: `https://example.com/${name}.git` });

  it('locked by another program: says so, writes nothing, and goes on when it is free', async () => {
    const other = createClient({ url: `file:${dir}/spicerack.db` });
    lock = await other.transaction('write');
    await expect(add(db, 'one')).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: expect.stringMatching(/locked by another program.*Nothing was changed/),
    });
    const status = await asCaller(db).system.status();
    expect(status.problems).toMatchObject([
      { what: expect.stringMatching(/locked/), hint: expect.stringMatching(/\S/) },
    ]);
    expect(status.queue).toEqual({ queued: 0, running: 0, oldestQueuedAt: null });
    await lookAtDatabase(db);
    const [still] = problems();
    expect(still?.since).toBe(status.problems[0]?.since);
    await lock.rollback();
    lock = null;
    await lookAtDatabase(db);
    expect((await asCaller(db).system.status()).problems).toEqual([]);
    expect(await db.select().from(repos)).toEqual([]);
    expect(await add(db, 'one')).toMatchObject({ accepted: true });
    other.close();
  }, 60_000);

  it('read-only: says so, and goes on when it can be written', async () => {
    await db.run('pragma query_only = 1');
    await expect(add(db, 'one')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', message: /read-only/ });
    expect(problems()).toMatchObject([{ what: 'The database is read-only.' }]);
    // The setting went with its connection, as a remounted disk is found writable by a new one.
    await lookAtDatabase(db);
    expect(problems()).toEqual([]);
    expect(await add(db, 'one')).toMatchObject({ accepted: true });
  });

  it('with another clock than this machine: tells by how much, and of a few seconds nothing', async () => {
    expect(clockProblem(await lookAtDatabase(db))).toBeNull();
    const off = async (ms: number) => {
      const own = Date.now();
      vi.spyOn(Date, 'now').mockReturnValue(own + ms);
      return clockProblem(await lookAtDatabase(db).finally(() => vi.restoreAllMocks()))?.what;
    };
    expect(await off(600_000)).toMatch(/^This machine's clock is (599|600) s ahead of the database's/);
    expect(await off(-600_000)).toMatch(/^This machine's clock is 60[01] s behind the database's/);
    expect(await off(20_000)).toBeUndefined();
  });

  it('not reachable: the status answers all the same', async () => {
    const far = drizzle(createClient({ url: 'http://127.0.0.1:9' }), { schema });
    expect(await asCaller(far).system.status()).toMatchObject({
      queue: null,
      errors: [],
      problems: [{ what: expect.stringMatching(/cannot be reached/) }],
    });
    await lookAtDatabase(db);
  });
});

it('what a killed server has left of its look for room is gone after the next one', async () => {
  const dir = await mkdtemp(join(root, 'left-'));
  await writeFile(join(dir, '.room'), 'left');
  expect(await diskProblem(dir)).toBeNull();
  expect(await readdir(dir)).toEqual([]);
});

describe.skipIf(noMount)(`a full disk${noMount ? ` (${noMount})` : ''}`, () => {
  const filler = join(disk, 'filler');
  let unmount: (() => Promise<void>) | null = null;
  let db: Db;
  let app: InProcess;
  let remote: Remote;
  let repoId: string;

  beforeAll(async () => {
    unmount = await mountDisk(disk, '6m');
    db = await openDatabase(`file:${disk}/spicerack.db`);
    app = inProcess(db);
    remote = await makeRemote(join(root, 'remote.git'));
    await writeBranch(remote);
    repoId = (await app.add(remote)).id;
    await app.run({ repoId, kind: 'register_existing_branch', suggested: true });
  });
  afterAll(async () => {
    db?.$client.close();
    await unmount?.();
  });
  afterEach(() => rm(filler, { force: true }));

  /** Fills the disk, down to this many bytes. */
  async function fill(left = 0): Promise<void> {
    await writeFile(filler, Buffer.alloc(16 * 1024 * 1024)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOSPC') throw error;
    });
    if (left > 0) {
      await truncate(filler, (await stat(filler)).size - left);
    }
  }

  it('is told, and is over when there is room', async () => {
    await fill();
    expect(await diskProblem(disk)).toMatchObject({ what: expect.stringMatching(/disk is full/) });
    await rm(filler);
    expect(await diskProblem(disk)).toMatchObject({ what: expect.stringMatching(/nearly full: \d MB/) });
    expect(await diskProblem(root)).toBeNull();
  });

  it('lets no request write half of anything, says why, and goes on by itself', async () => {
    await fill();
    const before = await db.select({ id: jobs.id }).from(jobs);
    const title = 'x'.repeat(200);
    let refused: unknown;
    // A few may still fit into what the log of the database has allotted.
    for (let i = 0; i < 50 && !refused; i++) {
      refused = await asCaller(db)
        .repos.add({ url: `https://example.com/${i}-${title}.git`, name: title })
        .then(() => null)
        .catch((error: unknown) => error);
    }
    expect(refused).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: expect.stringMatching(/disk of the database is full/),
    });
    expect(problems()).toMatchObject([{ what: 'The disk of the database is full.' }]);
    const added = await db.select().from(repos);
    expect((await db.select({ id: jobs.id }).from(jobs)).length - before.length).toBe(added.length - 1);
    await rm(filler);
    await lookAtDatabase(db);
    expect(problems()).toEqual([]);
    await db.delete(repos).where(eq(repos.name, title));
    expect((await app.run({ repoId, kind: 'sync_repo' })).job.status).toBe('completed');
  });

  it('in the middle of a job lets nothing move; the job goes on from there when there is room', async () => {
    await remote.from('main').commit('Main moves', { 'main.txt': 'x\n' }).write();
    const before = await remote.tips();
    let full = false;
    let tries = 0;
    const { job } = await app.run(
      { repoId, kind: 'restack_repo' },
      {
        async before(step) {
          if (step === 'act' && !full && tries === 0) {
            await fill();
            full = true;
          } else if (full) {
            expect(await remote.tips()).toEqual(before);
            tries += 1;
            if (tries < 3) return;
            await rm(filler);
            full = false;
          }
        },
      },
    );
    expect([job.status, tries]).toEqual(['completed', 3]);
    expect(await remote.contains('a', await remote.tip('main'))).toBe(true);
    const steps = await db.select().from(jobSteps).where(eq(jobSteps.jobId, job.id));
    expect(steps.filter((step) => step.status === 'running')).toEqual([]);
    expect((await db.select().from(jobLogs).where(eq(jobLogs.jobId, job.id))).length).toBeGreaterThan(0);
  });
});

describe('a clock that is set back', () => {
  it('is told until it has caught up', () => {
    const look = watchClock();
    expect(look(1_000_000, 0)).toBeNull();
    expect(look(1_005_000, 5000)).toBeNull();
    expect(look(710_000, 10_000)?.what).toMatch(/set back by 300 s/);
    expect(look(715_000, 15_000)?.what).toMatch(/set back by 300 s/);
    expect(look(1_010_001, 310_001)).toBeNull();
  });

  it('is told for ten minutes at most, and not for a small correction', () => {
    const look = watchClock();
    look(10_000_000, 0);
    expect(look(10_004_000, 5000)).toBeNull();
    expect(look(5_000_000, 10_000)).not.toBeNull();
    expect(look(5_600_001, 610_001)).toBeNull();
  });
});
