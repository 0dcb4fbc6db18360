import { type SQL, sql } from 'drizzle-orm';
import { config } from '@/config';
import { count } from '@/counters';
import { type Db, type Statement, write, writeAndRead } from '@/db/client';
import { takesJobs } from '@/db/problems';
import { cloneUpkeep, type JobRow, jobs, type RepoRow, repos } from '@/db/schema';
import { signal } from '@/db/signal';
import { identifyProcess, isDead, killGroup } from '@/git/process/process';
import type { ProcessGroup } from '@/git/process/run';
import { log } from '@/log';
import { machine } from '@/machine';

/** Which run of which job: what an executor hands over. */
export interface JobRef {
  jobId: string;
  /** Number of the dispatch; once a newer one was sent, a run of this one does nothing. */
  dispatch: number;
}

/** Why a step did not get the lease. */
export type NoLease =
  /** The job has ended, or a newer dispatch has taken over: nothing is left to do for this run. */
  | { kind: 'over' }
  /** It is not this job's turn, or there is no room beside those at work; the reconciler sends it again when there is. */
  | { kind: 'not_yet' }
  /** Another copy of this very step is at work, or this server lacks what jobs need: ask again later, here or elsewhere. */
  | { kind: 'busy' };

/** The reasons for which a lease's signal aborts. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
  constructor({ seq }: Pick<JobRow, 'seq'>) {
    super(`Another run has taken over job #${seq}.`);
  }
}
export class JobCancelled extends Error {
  override readonly name = 'JobCancelled';
  constructor() {
    super('Cancelled.');
  }
}

/** What is told of work goes out so soon, in milliseconds, unless something is written before. */
const TOLD_WITHIN_MS = 50;

/**
 * How long a git command may wait for its remote before the job leaves its place to others, in milliseconds. Where it has
 * waited so long the last time, the job leaves at once.
 */
const AWAY_MS = 1000;

/** The repos whose remote has kept git waiting so long the last time that this process asked it. */
const waitedLong = new Set<string>();

/** As many jobs may have left their places so; more of them take one each, so that processes do not gather without end. */
const MOST_AWAY = 64;

/** How often who waits for a place looks for one by itself, in milliseconds. */
const LOOK_MS = 500;

/** How often the holder renews the lease and looks whether it is asked to cancel, in milliseconds. */
const BEAT_MS = 500;

/**
 * The right to work on a job. Every write of a step goes through `write`, which writes nothing at all when
 * somebody else has taken the lease meanwhile.
 */
export interface Lease {
  readonly job: JobRow;
  readonly repo: RepoRow;
  readonly db: Db;
  /** Aborts when the lease is lost, the job is cancelled, or the server shuts down. Give it to every process. */
  readonly signal: AbortSignal;
  /** SQL that is true while this holder has the lease. Every statement given to `write` must ask for it. */
  readonly held: SQL;
  /** Runs fenced statements as one transaction. @throws LeaseLost, having written nothing */
  write(statements: Statement[]): Promise<void>;
  /**
   * Fenced statements that go out with the next ones that are written, before them, and otherwise in a moment: for what
   * is told of work. They are made when they go out. Lost where the process ends before.
   */
  later(statements: () => Statement[]): void;
  /** Puts a process group on record, so that whoever takes over can end it. @throws LeaseLost */
  record(group: ProcessGroup): Promise<void>;
  /**
   * Told that git begins to wait for the remote: where that takes long, the job takes no place meanwhile. What it gives
   * is called when git has ended, and resolves once the job has a place, or its signal has aborted.
   */
  away(): () => Promise<void>;
  /** Runs the fenced statements that end the job as one transaction; the lease is over then. @throws LeaseLost */
  end(statements: Statement[]): Promise<void>;
  /**
   * The lease of the run's next step, which follows at once in this process: a new fence, and the job and the repo as
   * they are now, in one transaction. Where it is not to be had so, this one rests, and the next step has to take its own.
   */
  next(): Promise<Lease | null>;
  /** Stops renewing. The lease then covers the wait until the same run's next step, which takes it anew. */
  rest(): Promise<void>;
}

/** A time on the database's clock, so many milliseconds from now. */
export function inFuture(ms: number): SQL<string> {
  return sql`strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ${`${(ms / 1000).toFixed(3)} seconds`})`;
}
/** No lease and no pause reaches so far ahead, in milliseconds: such a time is from before the clock was set back. */
export function farMs(): number {
  return Math.max(600_000, 10 * config().leaseMs);
}

export const NOW = sql<string>`strftime('%Y-%m-%dT%H:%M:%fZ', 'now')`;

/** Whether a job waits for its next try: it needs nothing meanwhile, so it takes no place among those at work. */
export function isWaiting(job: Pick<JobRow, 'status' | 'leaseHeld' | 'nextAttemptAt'>): boolean {
  return job.status === 'running' && !job.leaseHeld && job.nextAttemptAt !== null;
}

/** How many of these jobs take a place: all that run but those that wait for their next try, or long for their remote. */
export function placesTaken(
  open: Array<Pick<JobRow, 'status' | 'leaseHeld' | 'nextAttemptAt' | 'awaySince' | 'awayOver'>>,
) {
  const running = open.filter((job) => job.status === 'running' && !isWaiting(job));
  const away = running.filter((job) => job.awaySince !== null && !job.awayOver);
  return running.length - Math.min(away.length, MOST_AWAY);
}

/** SQL: the jobs that run beside this one, but those that wait for their next try. */
const OTHERS = sql`jobs other where other.status = 'running' and other.id <> ${jobs.id}
  and (other.lease_held or other.next_attempt_at is null)`;

/** SQL for whether another job may be at work beside those that are; `placesTaken` in SQL. */
function hasRoom(): SQL {
  const isAway = sql`other.away_since is not null and not other.away_over`;
  return sql`(select count(*) - min(${MOST_AWAY}, count(*) filter (where ${isAway})) from ${OTHERS})
    < ${config().concurrency}`;
}

/** SQL for whether one whose remote has answered may go on: those that wait for the same as it does are not counted. */
function hasPlace(): SQL {
  return sql`(select count(*) from ${OTHERS} and other.away_since is null) < ${config().concurrency}`;
}

/**
 * Takes the lease for one step: claims a queued job when it is its turn, or goes on with a running one that
 * nobody works on. What an earlier holder on this machine left running is killed first.
 */
export async function takeLease(
  db: Db,
  ref: JobRef,
  executor: 'inngest' | 'inline',
  shutdown: AbortSignal,
): Promise<Lease | NoLease> {
  const [before] = await db.select().from(jobs).where(sql`${jobs.id} = ${ref.jobId}`);
  if (!before || before.dispatch !== ref.dispatch || !isOpen(before)) return { kind: 'over' };
  if (!takesJobs()) return { kind: 'busy' };
  const deadFence = before.leaseHeld && holderIsDead(before) ? before.fence : -1;
  const fence = before.fence + 1;
  const [[taken], tended, [repo]] = await write(
    db,
    [
      db
        .update(jobs)
        .set({
          status: 'running',
          startedAt: sql`coalesce(${jobs.startedAt}, ${NOW})`,
          executor,
          fence,
          attempt: sql`${jobs.attempt} + (${jobs.claimed} <> ${jobs.dispatch} or ${jobs.nextAttemptAt} is not null)`,
          claimed: ref.dispatch,
          nextAttemptAt: null,
          leaseUntil: inFuture(config().leaseMs),
          leaseHeld: true,
          leaseMachine: machine(),
          leaseProcess: identifyProcess(process.pid),
          leaseGroup: null,
          awaySince: null,
          awayOver: false,
        })
        .where(
          sql`${jobs.id} = ${ref.jobId} and ${jobs.dispatch} = ${ref.dispatch} and ${jobs.fence} = ${before.fence} and (
        (${jobs.status} = 'running' and (not ${jobs.leaseHeld} or ${jobs.leaseUntil} < ${NOW}
          or ${jobs.leaseUntil} > ${inFuture(farMs())} or ${jobs.fence} = ${deadFence})
          and (${jobs.leaseHeld} or ${jobs.nextAttemptAt} is null or ${hasRoom()}))
        or (${jobs.status} = 'queued'
          and not exists (select 1 from jobs other where other.repo_id = ${jobs.repoId} and other.status = 'running')
          and not exists (select 1 from jobs other where other.repo_id = ${jobs.repoId} and other.status = 'queued'
            and other.seq < ${jobs.seq})
          and ${hasRoom()}))`,
        )
        .returning(),
      // Whoever tends this machine's clone of the repo in a quiet moment has to leave it now; no job waits for that.
      db
        .delete(cloneUpkeep)
        .where(sql`${cloneUpkeep.repoId} = ${before.repoId} and ${cloneUpkeep.machine} = ${machine()}
        and ${isHeld(ref.jobId, fence)}`)
        .returning({ group: cloneUpkeep.processGroup }),
      db.select().from(repos).where(sql`${repos.id} = ${before.repoId}`),
    ],
    'news',
  );
  // Also where a copy of this step was quicker, which has the same fence then.
  for (const { group } of tended) if (group) killGroup(group);
  if (!taken) {
    const [after] = await db.select().from(jobs).where(sql`${jobs.id} = ${ref.jobId}`);
    if (!after || after.dispatch !== ref.dispatch || !isOpen(after)) return { kind: 'over' };
    if (after.status === 'running' && !isWaiting(after)) return { kind: 'busy' };
    // Nothing is on its way to it any more: the reconciler sends it when it can.
    await db
      .update(jobs)
      .set({ dispatchedAt: null })
      .where(sql`${jobs.id} = ${ref.jobId} and ${jobs.dispatch} = ${ref.dispatch} and ${jobs.fence} = ${after.fence}`);
    return { kind: 'not_yet' };
  }
  if (before.leaseGroup && before.leaseMachine === machine()) killGroup(before.leaseGroup);
  if (!repo) return { kind: 'over' };
  sayTaken(before, taken, repo.name, deadFence === before.fence);
  const lease = holdLease(db, taken, repo, shutdown);
  lease.later(() => [interruptedSteps(lease)]);
  return lease;
}

/** Steps of one attempt take the lease one after the other, of which nothing is said. */
function sayTaken(before: JobRow, taken: JobRow, repository: string, holderIsDead: boolean): void {
  const { seq, id, attempt, kind } = taken;
  const facts = { repository, job: seq, jobId: id, attempt, kind };
  if (before.status === 'queued') log('info', 'claimed', 'Claimed', facts);
  else if (before.leaseHeld) {
    const why = holderIsDead ? 'Taken over: its process has ended' : 'Taken over: its lease has run out';
    count('takeovers');
    log('warn', 'taken_over', why, { ...facts, from: before.leaseMachine });
  } else if (attempt > before.attempt) log('info', 'tried_again', 'Tried again', facts);
}

/** SQL for whether this holder has the lease. */
function isHeld(jobId: string, fence: number): SQL {
  return sql`exists (select 1 from jobs where id = ${jobId} and fence = ${fence} and status = 'running')`;
}

/** Marks what an earlier holder left running. */
function interruptedSteps({ db, job, held }: Lease): Statement {
  return db.run(
    sql`update job_steps set status = 'error', message = 'interrupted', finished_at = ${NOW}
        where job_id = ${job.id} and status = 'running' and ${held}`,
  );
}

function isOpen(job: JobRow): boolean {
  return job.status === 'queued' || job.status === 'running';
}

/** Whether the process that last took a job's lease is known to have ended; only where it ran can that be told. */
export function holderIsDead(job: Pick<JobRow, 'leaseMachine' | 'leaseProcess'>): boolean {
  return job.leaseMachine === machine() && job.leaseProcess !== null && isDead(job.leaseProcess);
}

// Next bundles its instrumentation hook and its routes apart, so module state is not shared between them.
const shared = globalThis as typeof globalThis & { __spicerackHeld?: Set<string> };

function heldHere(): Set<string> {
  shared.__spicerackHeld ??= new Set();
  return shared.__spicerackHeld;
}

const leaseName = ({ id, fence }: Pick<JobRow, 'id' | 'fence'>) => `${id} ${fence}`;

/**
 * Whether a step of this very process works under the job's lease. Where the machine is so busy that it renews too
 * late, it is late and not lost: to begin anew beside it would only make the machine busier.
 */
export function isHeldHere(job: Pick<JobRow, 'id' | 'fence'>): boolean {
  return heldHere().has(leaseName(job));
}

function holdLease(db: Db, job: JobRow, repo: RepoRow, shutdown: AbortSignal): Lease {
  const abort = new AbortController();
  heldHere().add(leaseName(job));
  const mine = sql`${jobs.id} = ${job.id} and ${jobs.fence} = ${job.fence} and ${jobs.status} = 'running'`;
  const renew = () =>
    db
      .update(jobs)
      .set({ leaseUntil: inFuture(config().leaseMs) })
      .where(mine)
      .returning({ cancel: jobs.cancelRequestedAt, committing: jobs.committingAt });
  const lost = () => {
    const reason = new LeaseLost(job);
    abort.abort(reason);
    return reason;
  };

  // Renewed well before it ends: the beat also brings the wish to cancel, which must act within two seconds.
  let lastRenewed = performance.now();
  let beating: Promise<void> | null = null;
  const beat = async () => {
    const rows = await renew();
    if (rows.length === 0) lost();
    else lastRenewed = performance.now();
    if (rows[0]?.cancel && !rows[0].committing) abort.abort(new JobCancelled());
  };
  // How many beats a renewal has gone without an answer. Counted, not timed: where this process stood still, the
  // answer may be there and only not have been read.
  let unanswered = 0;
  const timer = setInterval(() => {
    if (beating) {
      unanswered += 1;
      if (unanswered * BEAT_MS > config().leaseMs) lost();
      return;
    }
    unanswered = 0;
    beating = beat()
      .catch(() => {
        // The database does not answer (locked, unreachable): the lease may run out, and then it is not ours.
        if (performance.now() - lastRenewed > config().leaseMs) lost();
      })
      .finally(() => {
        beating = null;
      });
  }, BEAT_MS);
  const onShutdown = () => abort.abort(shutdown.reason);
  shutdown.addEventListener('abort', onShutdown, { once: true });
  if (shutdown.aborted) onShutdown();

  let untold: Array<() => Statement[]> = [];
  let telling: NodeJS.Timeout | undefined;
  const takeUntold = () => {
    clearTimeout(telling);
    telling = undefined;
    const told = untold;
    untold = [];
    return told.flatMap((make) => make());
  };
  // One after the other, so that what is told first is written first.
  let writing: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = writing.then(work, work);
    writing = done.catch(() => undefined);
    return done;
  };
  const writeAll = async (statements: Statement[]) => {
    const [renewed] = await write(db, [renew(), ...takeUntold(), ...statements], 'news');
    if (renewed.length === 0) throw lost();
  };
  const tell = () => {
    // Where the database does not answer, the next write of the step says so; the beat knows whether the lease is lost.
    void inTurn(async () => {
      const kept = untold;
      await writeAll([]).catch(() => {
        if (!abort.signal.aborted) untold.unshift(...kept);
      });
    });
  };
  let isOver = false;
  const letGo = () => {
    heldHere().delete(leaseName(job));
    clearInterval(timer);
    clearTimeout(telling);
    shutdown.removeEventListener('abort', onShutdown);
  };

  const lease: Lease = {
    job,
    repo,
    db,
    signal: abort.signal,
    held: isHeld(job.id, job.fence),
    write: (statements) => inTurn(() => writeAll(statements)),
    later(statements) {
      untold.push(statements);
      telling ??= setTimeout(tell, TOLD_WITHIN_MS);
    },
    record: (group) =>
      inTurn(() =>
        writeAll([
          db
            .update(jobs)
            .set({ leaseGroup: identifyProcess(group.pgid) })
            .where(mine),
        ]),
      ),
    away() {
      const begun = performance.now();
      const leavesAfter = waitedLong.has(repo.id) ? 0 : AWAY_MS;
      let leaving: Promise<void> | undefined;
      const leave = async () => {
        await writeAll([
          db
            .update(jobs)
            .set({ awaySince: inFuture(-leavesAfter) })
            .where(mine),
        ]);
        signal().notify();
      };
      const timer = setTimeout(() => {
        // Where nothing can be written, it keeps its place.
        leaving = inTurn(leave).catch(() => undefined);
      }, leavesAfter);
      return async () => {
        clearTimeout(timer);
        if (performance.now() - begun < AWAY_MS) waitedLong.delete(repo.id);
        else waitedLong.add(repo.id);
        await leaving;
        while (leaving && !abort.signal.aborted) {
          const there = hasPlace();
          const [now] = await db
            .update(jobs)
            .set({ awaySince: sql`case when ${there} then null else away_since end`, awayOver: sql`not ${there}` })
            .where(mine)
            .returning({ awaySince: jobs.awaySince });
          if (!now?.awaySince) return;
          await signal().wait('work', LOOK_MS, abort.signal);
        }
      };
    },
    async end(statements) {
      await inTurn(() => writeAll(statements));
      isOver = true;
    },
    async next() {
      if (abort.signal.aborted || !takesJobs()) {
        await lease.rest();
        return null;
      }
      const [[jobNow], [repoNow]] = await inTurn(() => {
        const claim = db
          .update(jobs)
          .set({ fence: job.fence + 1, leaseUntil: inFuture(config().leaseMs), leaseGroup: null })
          .where(sql`${mine} and ${jobs.dispatch} = ${job.dispatch}`)
          .returning();
        const itsRepo = db.select().from(repos).where(sql`${repos.id} = ${repo.id}`);
        return writeAndRead(db, [renew(), ...takeUntold()], [claim, itsRepo], 'news');
      });
      if (!jobNow || !repoNow) {
        await lease.rest();
        return null;
      }
      letGo();
      return holdLease(db, jobNow, repoNow, shutdown);
    },
    async rest() {
      letGo();
      if (isOver) {
        // It makes room for others.
        signal().notify();
        return;
      }
      // Nothing of it is left to give back, and a database that does not answer is not waited for.
      if (abort.signal.reason instanceof LeaseLost) return;
      await writing;
      await beating;
      // A server that shuts down hands the lease back: whoever is next need not wait.
      const leaseUntil = shutdown.aborted ? NOW : inFuture(config().leaseMs);
      const resting = db
        .update(jobs)
        .set({ leaseHeld: false, leaseUntil, leaseGroup: null, awaySince: null, awayOver: false })
        .where(mine)
        .returning({ pausesUntil: jobs.nextAttemptAt });
      const [rested] = await write(db, [resting, ...takeUntold()], 'news');
      // A job that goes on gives nobody anything to do; one that has ended, or pauses, makes room.
      if (rested[0]?.pausesUntil !== null) signal().notify();
    },
  };
  return lease;
}
