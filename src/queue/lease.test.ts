import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { asc, eq, sql } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { config } from '@/config';
import { openDatabase } from '@/db/client';
import { setProblem } from '@/db/problems';
import { type JobRow, jobLogs, jobSteps, jobs } from '@/db/schema';
import { databaseServer } from '@/db/testing/database-server';
import { identifyProcess, isAlive } from '@/git/process/process';
import { machine } from '@/machine';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { endAbandoned } from '@/workflow/finish';
import { insertJob } from './accept';
import { JobCancelled, type Lease, LeaseLost, placesTaken, takeLease } from './lease';
import { dueJobs, turns } from './reconciler';
import { logLine, watched } from './record';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

const never = new AbortController().signal;

/** A job that was handed over once, so that dispatch 1 may take it. */
async function dispatched(repoId: string): Promise<string> {
  const id = uuid();
  await test.db.batch([
    insertJob(test.db, { id, repoId, kind: 'restack_repo', requestedBy: 'test' }),
    test.db.update(jobs).set({ dispatch: 1 }).where(eq(jobs.id, id)),
  ]);
  return id;
}

const take = (jobId: string, dispatch = 1) => takeLease(test.db, { jobId, dispatch }, 'inline', never);

async function taken(jobId: string, dispatch = 1): Promise<Lease> {
  const lease = await take(jobId, dispatch);
  if ('kind' in lease) throw new Error(`No lease: ${lease.kind}`);
  return lease;
}

async function row(jobId: string): Promise<JobRow> {
  const [job] = await test.db.select().from(jobs).where(eq(jobs.id, jobId));
  if (!job) throw new Error('no such job');
  return job;
}

const aborted = (lease: Lease) =>
  new Promise<unknown>((resolve) => {
    if (lease.signal.aborted) resolve(lease.signal.reason);
    lease.signal.addEventListener('abort', () => resolve(lease.signal.reason));
  });

describe('the lease', () => {
  it('claims jobs of one repo in the order they were accepted, one at a time', async () => {
    const repoId = await test.addRepo();
    const [first, second] = [await dispatched(repoId), await dispatched(repoId)];
    expect(await take(second)).toEqual({ kind: 'not_yet' });
    const lease = await taken(first);
    expect(await take(second)).toEqual({ kind: 'not_yet' });
    await lease.rest();
    expect(await take(second)).toEqual({ kind: 'not_yet' });
    await test.db.update(jobs).set({ status: 'completed' }).where(eq(jobs.id, first));
    await (await taken(second)).rest();
    await test.db.update(jobs).set({ status: 'completed' }).where(eq(jobs.id, second));
  });

  it('is not given by a server that lacks what jobs need; the job is as it was, for another server or for later', async () => {
    const jobId = await dispatched(await test.addRepo());
    const before = await row(jobId);
    setProblem('git_program', { what: 'No git.', hint: 'Install it.', stopsJobs: true });
    expect(await take(jobId)).toEqual({ kind: 'busy' });
    expect(await row(jobId)).toEqual(before);
    // A disk that is nearly full is no reason yet.
    setProblem('git_program', { what: 'Little room.', hint: 'Free some.' });
    await (await taken(jobId)).rest();
    setProblem('git_program', null);
    await test.db.update(jobs).set({ status: 'completed' });
  });

  it('runs no more jobs side by side than the limit', async () => {
    const ids = await Promise.all(
      Array.from({ length: config().concurrency + 1 }, async () => dispatched(await test.addRepo())),
    );
    const leases = await Promise.all(ids.map((id) => take(id)));
    expect(leases.filter((lease) => !('kind' in lease))).toHaveLength(config().concurrency);
    for (const lease of leases) if (!('kind' in lease)) await lease.rest();
    await test.db.update(jobs).set({ status: 'completed' });
  });

  describe('when as many jobs wait for their next try as may be at work', () => {
    /** Jobs of a repo each, all put off until a time. */
    async function waiting(count: number, nextAttemptAt: string): Promise<string[]> {
      const ids: string[] = [];
      for (let i = 0; i < count; i++) {
        const id = await dispatched(await test.addRepo());
        const lease = await taken(id);
        await test.db.update(jobs).set({ nextAttemptAt }).where(eq(jobs.id, id));
        await lease.rest();
        ids.push(id);
      }
      return ids;
    }
    const due = async (executor: 'inline' | 'inngest') =>
      dueJobs(await turns(test.db), new Date().toISOString(), executor).map((job) => job.id);
    const FUTURE = new Date(Date.now() + 60_000).toISOString();
    const PAST = '2001-01-01T00:00:00.000Z';
    afterEach(() => test.db.update(jobs).set({ status: 'completed' }));

    it('jobs of other repos run all the same', async () => {
      await waiting(config().concurrency, FUTURE);
      const other = uuid();
      await test.db.batch([
        insertJob(test.db, { id: other, repoId: await test.addRepo(), kind: 'sync_repo', requestedBy: 'test' }),
      ]);
      expect(await due('inline')).toEqual([other]);
      await test.db.update(jobs).set({ dispatch: 1 }).where(eq(jobs.id, other));
      await (await taken(other)).rest();
    });

    it('another job of a repo that waits stays behind it', async () => {
      const [first] = await waiting(1, FUTURE);
      const { repoId } = await row(first ?? '');
      const second = await dispatched(repoId);
      expect(await due('inline')).toEqual([]);
      expect(await take(second)).toEqual({ kind: 'not_yet' });
    });

    it('one whose wait is over waits for room, and is sent as soon as there is some, on either executor', async () => {
      const [id = ''] = await waiting(1, PAST);
      const leases = [];
      for (let i = 0; i < config().concurrency; i++) leases.push(await taken(await dispatched(await test.addRepo())));
      expect(await due('inline')).toEqual([]);
      // Inngest comes back by itself at its time, and finds no room.
      expect(await take(id)).toEqual({ kind: 'not_yet' });
      expect(await due('inngest')).toEqual([]);
      const [done] = leases.splice(0, 1);
      await done?.rest();
      await test.db
        .update(jobs)
        .set({ status: 'completed' })
        .where(eq(jobs.id, done?.job.id ?? ''));
      expect(await due('inngest')).toEqual([id]);
      expect(await due('inline')).toEqual([id]);
      await (await taken(id)).rest();
      expect((await row(id)).attempt).toBe(2);
      for (const lease of leases) await lease.rest();
    });
  });

  describe('of a job whose git waits for its remote', () => {
    afterEach(() => test.db.update(jobs).set({ status: 'completed' }));
    const full = async () => {
      const leases: Lease[] = [];
      for (let i = 0; i < config().concurrency; i++) leases.push(await taken(await dispatched(await test.addRepo())));
      return leases;
    };
    const end = async ({ job, rest }: Lease) => {
      await rest();
      await test.db.update(jobs).set({ status: 'completed' }).where(eq(jobs.id, job.id));
    };
    const isAway = async ({ job }: Lease) => (await row(job.id)).awaySince !== null;

    it('leaves its place to others while that takes long, and goes on before them once it has one again', async () => {
      const [first, ...others] = await full();
      if (!first) throw new Error('no lease');
      const [next, last] = [await dispatched(await test.addRepo()), await dispatched(await test.addRepo())];
      expect(await take(next)).toEqual({ kind: 'not_yet' });
      const back = first.away();
      await expect.poll(() => isAway(first), { timeout: 30_000 }).toBe(true);
      others.push(await taken(next));
      expect(await take(last)).toEqual({ kind: 'not_yet' });

      let isBack = false;
      const returned = back().then(() => {
        isBack = true;
      });
      await expect.poll(async () => (await row(first.job.id)).awayOver).toBe(true);
      await end(others[0] as Lease);
      expect(await take(last)).toEqual({ kind: 'not_yet' });
      await returned;
      expect(isBack && (await row(first.job.id))).toMatchObject({ awaySince: null, awayOver: false });
      expect(await take(last)).toEqual({ kind: 'not_yet' });
      await end(others[1] as Lease);
      await (await taken(last)).rest();
      for (const lease of [first, ...others.slice(2)]) await lease.rest();
    }, 60_000);

    it('leaves it at once where the remote has kept it waiting the last time, until it answers soon again', async () => {
      const [first, ...others] = await full();
      if (!first) throw new Error('no lease');
      const long = first.away();
      await expect.poll(() => isAway(first), { timeout: 30_000 }).toBe(true);
      await long();
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      onTestFinished(() => void vi.useRealTimers());
      const answered = first.away();
      vi.advanceTimersByTime(1);
      await vi.waitUntil(() => isAway(first));
      await answered();
      const soon = first.away();
      vi.advanceTimersByTime(1);
      await soon();
      expect(await isAway(first)).toBe(false);
      for (const lease of [first, ...others]) await lease.rest();
    }, 60_000);

    it('keeps its place where the remote answers soon, and nothing is written of it', async () => {
      const leases = await full();
      const back = leases[0]?.away();
      const before = await row(leases[0]?.job.id ?? '');
      await back?.();
      const { leaseUntil: _, ...after } = await row(before.id);
      expect(before).toMatchObject(after);
      expect(await take(await dispatched(await test.addRepo()))).toEqual({ kind: 'not_yet' });
      for (const lease of leases) await lease.rest();
    });

    it('does not wait for a place where its signal has aborted, and whoever takes over is at work', async () => {
      const [first, ...others] = await full();
      if (!first) throw new Error('no lease');
      const back = first.away();
      await expect.poll(() => isAway(first), { timeout: 30_000 }).toBe(true);
      others.push(await taken(await dispatched(await test.addRepo())));
      await test.db.update(jobs).set({ cancelRequestedAt: new Date().toISOString() }).where(eq(jobs.id, first.job.id));
      expect(await aborted(first)).toBeInstanceOf(JobCancelled);
      await back();
      await first.rest();
      const again = await taken(first.job.id);
      expect(again.job).toMatchObject({ awaySince: null, awayOver: false });
      for (const lease of [again, ...others]) await lease.rest();
    }, 60_000);

    it('takes a place all the same where very many wait so', () => {
      const running = {
        status: 'running',
        leaseHeld: true,
        nextAttemptAt: null,
        awaySince: null,
        awayOver: false,
      } as const;
      const away = { ...running, awaySince: '2026-01-01T00:00:00.000Z' };
      expect(placesTaken([running, running, { ...running, status: 'queued' }])).toBe(2);
      expect(placesTaken([running, ...Array(64).fill(away)])).toBe(1);
      expect(placesTaken([running, ...Array(66).fill(away)])).toBe(3);
      expect(placesTaken([{ ...away, awayOver: true }])).toBe(1);
      expect(placesTaken([{ ...running, leaseHeld: false, nextAttemptAt: '2026-01-01T00:00:00.000Z' }])).toBe(0);
    });
  });

  it('lets a run of an older dispatch do nothing', async () => {
    const job = await dispatched(await test.addRepo());
    await test.db.update(jobs).set({ dispatch: 2 }).where(eq(jobs.id, job));
    expect(await take(job, 1)).toEqual({ kind: 'over' });
    const lease = await taken(job, 2);
    await lease.rest();
    await test.db.update(jobs).set({ status: 'completed' }).where(eq(jobs.id, job));
    expect(await take(job, 2)).toEqual({ kind: 'over' });
  });

  it('makes a second copy of a step wait for the first', async () => {
    const job = await dispatched(await test.addRepo());
    const lease = await taken(job);
    expect(await take(job)).toEqual({ kind: 'busy' });
    await lease.rest();
    const next = await taken(job);
    expect((await row(job)).attempt).toBe(1);
    await next.rest();
    await test.db.update(jobs).set({ status: 'completed' }).where(eq(jobs.id, job));
  });

  it('leaves what a copy has begun alone that was quicker', async () => {
    const job = await dispatched(await test.addRepo());
    const before = await row(job);
    const lease = await taken(job);
    let looks = 0;
    const late = new Proxy(test.db, {
      get(db, key) {
        // Its first look at the job was before the other copy took it.
        if (key === 'select' && looks++ === 0) return () => ({ from: () => ({ where: async () => [before] }) });
        const value: unknown = Reflect.get(db, key);
        return typeof value === 'function' ? value.bind(db) : value;
      },
    });
    await watched(lease, 'sync', 'fetch', 'Fetching', async () => {
      expect(await takeLease(late, { jobId: job, dispatch: 1 }, 'inline', never)).toEqual({ kind: 'busy' });
    });
    await lease.rest();
    const steps = await test.db.select().from(jobSteps).where(eq(jobSteps.jobId, job));
    expect(steps).toMatchObject([{ phase: 'fetch', status: 'completed' }]);
    await test.db.update(jobs).set({ status: 'completed' }).where(eq(jobs.id, job));
  });

  it('tells what an earlier holder left running as interrupted, and not its own', async () => {
    const job = await dispatched(await test.addRepo());
    const earlier = await taken(job);
    await watched(earlier, 'sync', 'fetch', 'Fetching', async () => {
      // What lasts is told without anything else being written.
      const told = test.db.select().from(jobSteps).where(eq(jobSteps.jobId, job));
      await vi.waitFor(async () => expect(await told).toMatchObject([{ status: 'running', message: 'Fetching' }]));
      await test.db.update(jobs).set({ leaseUntil: '2020-01-01T00:00:00.000Z', dispatch: 2 }).where(eq(jobs.id, job));
      const lease = await taken(job, 2);
      await watched(lease, 'sync', 'fetch', 'Fetching', async () => undefined);
      await lease.rest();
    });
    await earlier.rest();
    const steps = await test.db.select().from(jobSteps).where(eq(jobSteps.jobId, job)).orderBy(asc(jobSteps.attempt));
    expect(steps.map(({ attempt, status, message }) => [attempt, status, message])).toEqual([
      [1, 'error', 'interrupted'],
      [2, 'completed', 'Fetching'],
    ]);
    await test.db.update(jobs).set({ status: 'completed' }).where(eq(jobs.id, job));
  });

  it('goes on to the next step with a fence of its own, the rows as they are now and what was told', async () => {
    const jobId = await dispatched(await test.addRepo());
    const first = await taken(jobId);
    first.later(() => [logLine(first, 'told')]);
    await test.db.update(jobs).set({ engine: 'git' }).where(eq(jobs.id, jobId));
    const second = await first.next();
    if (!second) throw new Error('It does not go on.');
    expect([second.job.fence, second.job.attempt, second.job.engine]).toEqual([first.job.fence + 1, 1, 'git']);
    expect(await row(jobId)).toMatchObject({ leaseHeld: true, fence: second.job.fence });
    const lines = await test.db.select().from(jobLogs).where(eq(jobLogs.jobId, jobId));
    expect(lines.map((line) => line.line)).toEqual(['told']);
    // What the step before still does is that of a zombie.
    await expect(first.write([logLine(first, 'late')])).rejects.toBeInstanceOf(LeaseLost);
    await second.end([test.db.update(jobs).set({ status: 'completed', leaseHeld: false }).where(eq(jobs.id, jobId))]);
    await second.rest();
    expect(await row(jobId)).toMatchObject({ status: 'completed', leaseHeld: false });
  });

  it('does not go on where another run has taken over, where a newer one was sent, or the server takes no jobs', async () => {
    const jobId = await dispatched(await test.addRepo());
    const zombie = await taken(jobId);
    await test.db.update(jobs).set({ leaseUntil: '2020-01-01T00:00:00.000Z', dispatch: 2 }).where(eq(jobs.id, jobId));
    const lease = await taken(jobId, 2);
    expect(await zombie.next()).toBeNull();
    expect(await row(jobId)).toMatchObject({ fence: lease.job.fence, leaseHeld: true });
    setProblem('git_program', { what: 'No git.', hint: 'Install it.', stopsJobs: true });
    expect(await lease.next()).toBeNull();
    setProblem('git_program', null);
    expect(await row(jobId)).toMatchObject({ fence: lease.job.fence, leaseHeld: false });
    const again = await taken(jobId, 2);
    await test.db.update(jobs).set({ dispatch: 3 }).where(eq(jobs.id, jobId));
    expect(await again.next()).toBeNull();
    expect(await row(jobId)).toMatchObject({ fence: again.job.fence, leaseHeld: false });
    await test.db.update(jobs).set({ status: 'completed' }).where(eq(jobs.id, jobId));
  });

  it('is not taken from a step of the same process that is only late with renewing', async () => {
    const id = await dispatched(await test.addRepo());
    const lease = await taken(id);
    await test.db.update(jobs).set({ leaseUntil: '2000-01-01T00:00:00.000Z' }).where(eq(jobs.id, id));
    const late = await row(id);
    expect(dueJobs([late], new Date().toISOString(), 'inline')).toEqual([]);
    await lease.rest();
    expect(dueJobs([late], new Date().toISOString(), 'inline')).toEqual([late]);
  });

  it('lets a zombie change nothing once its lease has run out and another has taken it', async () => {
    const job = await dispatched(await test.addRepo());
    const zombie = await taken(job);
    await test.db.update(jobs).set({ leaseUntil: '2020-01-01T00:00:00.000Z', dispatch: 2 }).where(eq(jobs.id, job));
    const lease = await taken(job, 2);
    await expect(zombie.write([logLine(zombie, 'from the grave')])).rejects.toBeInstanceOf(LeaseLost);
    expect(zombie.signal.reason).toBeInstanceOf(LeaseLost);
    await lease.write([logLine(lease, 'alive')]);
    const lines = await test.db.select().from(jobLogs).where(eq(jobLogs.jobId, job));
    expect(lines.map((line) => line.line)).toEqual(['alive']);
    expect(await row(job)).toMatchObject({ attempt: 2, dispatch: 2 });
    await Promise.all([zombie.rest(), lease.rest()]);
    await test.db.update(jobs).set({ status: 'completed' }).where(eq(jobs.id, job));
  });

  it('is known to be lost where the database takes what renews it and never answers', async () => {
    const server = await databaseServer(`${test.dir}/test.db`);
    const far = await openDatabase(server.url);
    const lease = config().leaseMs;
    try {
      config().leaseMs = 1000;
      const jobId = await dispatched(await test.addRepo());
      const held = await takeLease(far, { jobId, dispatch: 1 }, 'inline', never);
      if ('kind' in held) throw new Error(`No lease: ${held.kind}`);
      server.behave('hang', Number.POSITIVE_INFINITY);
      expect(await aborted(held)).toBeInstanceOf(LeaseLost);
      // The step's end does not wait for it either.
      await held.rest();
    } finally {
      config().leaseMs = lease;
      far.$client.close();
      await server.stop();
    }
  });

  it('aborts the work within the beat when the job is asked to cancel, unless its push has begun', async () => {
    const job = await dispatched(await test.addRepo());
    const lease = await taken(job);
    await test.db.update(jobs).set({ cancelRequestedAt: 'now' }).where(eq(jobs.id, job));
    expect(await aborted(lease)).toBeInstanceOf(JobCancelled);
    await lease.rest();
    await test.db.update(jobs).set({ status: 'cancelled' }).where(eq(jobs.id, job));
  });

  it('takes over at once from a process that is dead, and kills the group that it left behind', async () => {
    const job = await dispatched(await test.addRepo());
    const left = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    await once(left, 'spawn');
    const group = identifyProcess(left.pid ?? 0);
    const gone = spawn('sleep', ['600'], { stdio: 'ignore' });
    await once(gone, 'spawn');
    const process = identifyProcess(gone.pid ?? 0);
    gone.kill('SIGKILL');
    await once(gone, 'exit');
    const held = sql`strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+600 seconds')`;
    await test.db
      .update(jobs)
      .set({
        status: 'running',
        leaseHeld: true,
        leaseUntil: held,
        leaseMachine: machine(),
        leaseProcess: process,
        leaseGroup: group,
      })
      .where(eq(jobs.id, job));
    const ended = once(left, 'exit');
    const lease = await taken(job);
    await ended;
    expect(isAlive(group ?? '')).toBe(false);
    await lease.rest();
    await test.db.update(jobs).set({ status: 'completed' }).where(eq(jobs.id, job));
  });

  it.each([
    ['of another process table, as that of a container beside it is', () => '12345:1@elsewhere/pid:[1]'],
    ['that a version named which knew no process tables', () => '12345:1'],
  ])('is not taken from a process %s while it lasts, and is afterwards', async (_, process) => {
    const job = await dispatched(await test.addRepo());
    const held = { status: 'running' as const, leaseHeld: true, leaseMachine: machine(), leaseProcess: process() };
    const later = sql`strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+600 seconds')`;
    await test.db
      .update(jobs)
      .set({ ...held, leaseUntil: later })
      .where(eq(jobs.id, job));
    expect(await take(job)).toEqual({ kind: 'busy' });
    expect(dueJobs([await row(job)], new Date().toISOString(), 'inline')).toEqual([]);
    await test.db.update(jobs).set({ leaseUntil: '2020-01-01T00:00:00.000Z' }).where(eq(jobs.id, job));
    expect(dueJobs([await row(job)], new Date().toISOString(), 'inline')).toHaveLength(1);
    await (await taken(job)).rest();
    await test.db.update(jobs).set({ status: 'completed' }).where(eq(jobs.id, job));
  });

  it('is not taken from a live process of another machine while it lasts', async () => {
    const job = await dispatched(await test.addRepo());
    const held = sql`strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+600 seconds')`;
    await test.db
      .update(jobs)
      .set({ status: 'running', leaseHeld: true, leaseUntil: held, leaseMachine: 'elsewhere', leaseProcess: '1:1' })
      .where(eq(jobs.id, job));
    expect(await take(job)).toEqual({ kind: 'busy' });
    await test.db.update(jobs).set({ status: 'completed' }).where(eq(jobs.id, job));
  });

  it('ends a job that Inngest has given up, but not one that a newer dispatch has taken', async () => {
    const job = await dispatched(await test.addRepo());
    await (await taken(job)).rest();
    await test.db.update(jobs).set({ dispatch: 2 }).where(eq(jobs.id, job));
    await endAbandoned(test.db, { jobId: job, dispatch: 1 }, 'no more retries');
    expect((await row(job)).status).toBe('running');
    await endAbandoned(test.db, { jobId: job, dispatch: 2 }, 'no more retries');
    expect(await row(job)).toMatchObject({ status: 'error', errorCode: 'INTERNAL' });
  });
});
