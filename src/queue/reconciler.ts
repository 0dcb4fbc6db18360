import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import { config } from '@/config';
import type { Db } from '@/db/client';
import { takesJobs } from '@/db/problems';
import { inRounds } from '@/db/rounds';
import { type JobRow, jobs } from '@/db/schema';
import { logTrouble } from '@/log';
import type { Executor } from './executor';
import { farMs, holderIsDead, isHeldHere, isWaiting, NOW, placesTaken } from './lease';
import { queueDueSyncs } from './schedule';

/** How long a handed-over run may take to claim its job before it counts as lost, in milliseconds. */
const CLAIM_MS = 15_000;

/** How long Inngest may be late with a retry that it promised. */
const LATE_MS = 20_000;

/** How often it looks for automatic syncs that are due: their times are minutes. */
const SYNCS_MS = 5000;

/** Which executors there are: the one that is used, and for `auto` what stands in while that one fails. */
export interface Executors {
  main: Executor;
  standIn: Executor | null;
}

/**
 * Sends jobs to the executor: the head jobs of idle repos in a fair order, jobs whose pause is over, and whatever was lost
 * (a run that nobody began, a holder that died, a lease that ran out). It decides by the rows alone, so any
 * number of processes may run one.
 */
export async function reconcile(db: Db, executors: Executors, abort: AbortSignal): Promise<void> {
  let lookedForSyncsAt = Number.NEGATIVE_INFINITY;
  await inRounds(abort, 'The queue cannot be read', async () => {
    if (performance.now() - lookedForSyncsAt > SYNCS_MS) {
      lookedForSyncsAt = performance.now();
      await queueDueSyncs(db);
    }
    if (takesJobs()) await dispatchDue(db, executors);
  });
}

/** One round: finds every job that wants a run and sends it. */
export async function dispatchDue(db: Db, executors: Executors): Promise<void> {
  const open = await turns(db);
  const now = await clock(db);
  // Not awaited: an Inngest server that accepts and never answers must not keep the other repos waiting.
  for (const job of dueJobs(open, now, executors.main.name)) {
    void send(db, executors, job).catch((error: unknown) =>
      logTrouble('dispatch_failed', 'A job cannot be sent yet', error, { job: job.seq, jobId: job.id }),
    );
  }
}

/**
 * The running jobs, and of the repos that have none the first queued job of each, as many as may be at work at once.
 * Whoever was served longest ago comes first: no repo gets a second turn while another one waits for its first.
 * One seek for each repo with something queued, and none for what stands further back in its queue: left to itself,
 * SQLite goes through all that is queued by status.
 */
export async function turns(db: Db): Promise<JobRow[]> {
  return db
    .select(getTableColumns(jobs))
    .from(
      sql`(
    with recursive waiting(repo) as (
      select min(repo_id) from jobs indexed by jobs_queue where status = 'queued'
      union all
      select (select min(repo_id) from jobs indexed by jobs_queue where status = 'queued' and repo_id > waiting.repo)
      from waiting where waiting.repo is not null
    ),
    heads(seq, served) as (
      select (select min(seq) from jobs where status = 'queued' and repo_id = waiting.repo),
             (select max(started_at) from jobs where repo_id = waiting.repo)
      from waiting
      where waiting.repo is not null
        and not exists (select 1 from jobs where status = 'running' and repo_id = waiting.repo)
      order by 2 nulls first, 1 limit ${config().concurrency}
    )
    select seq as turn, next_attempt_at as served from jobs where status = 'running'
    union all
    select seq, served from heads)`,
    )
    .innerJoin(jobs, sql`${jobs.seq} = turn`)
    .orderBy(sql`served nulls first`, jobs.seq);
}

/**
 * The jobs that want a run.
 * @param open the running jobs and the first queued one of each idle repo, in the order of their turns
 * @param now the database's time as ISO 8601
 */
export function dueJobs(open: JobRow[], now: string, executor: Executor['name']): JobRow[] {
  const atWork = open.filter((job) => job.status === 'running' && !isWaiting(job));
  const next = open.filter((job) => job.status === 'queued' || (isWaiting(job) && isAbandoned(job, now, executor)));
  const room = Math.max(0, config().concurrency - placesTaken(open));
  return [...atWork.filter((job) => isAbandoned(job, now, executor)), ...next.slice(0, room)].filter(
    (job) => !isUnderWay(job, now),
  );
}

/** Whether its newest dispatch may still be on its way to a run. */
function isUnderWay(job: JobRow, now: string): boolean {
  const sentAt = job.dispatchedAt;
  // A time in the future is one from before the clock was set back.
  return job.dispatch > job.claimed && sentAt !== null && sentAt <= now && later(sentAt, CLAIM_MS) > now;
}

/** Whether a running job has nobody who goes on with it. */
function isAbandoned(job: JobRow, now: string, executor: Executor['name']): boolean {
  if (holderIsDead(job)) return true;
  const far = later(now, farMs());
  if (isWaiting(job) && job.nextAttemptAt !== null) {
    // Inngest comes back by itself, unless its run has left because there was no room.
    const comesBack = executor === 'inngest' && job.dispatchedAt !== null;
    return job.nextAttemptAt > far || later(job.nextAttemptAt, comesBack ? LATE_MS : 0) <= now;
  }
  return job.leaseUntil !== null && (job.leaseUntil < now || job.leaseUntil > far) && !isHeldHere(job);
}

function later(time: string, ms: number): string {
  return new Date(Date.parse(time) + ms).toISOString();
}

async function clock(db: Db): Promise<string> {
  const [row] = await db.all<{ now: string }>(sql`select ${NOW} as now`);
  return row?.now ?? new Date().toISOString();
}

async function send(db: Db, executors: Executors, job: JobRow): Promise<void> {
  // Guarded by the number we read: of several processes that see the same job, one sends it.
  const [sent] = await db
    .update(jobs)
    .set({ dispatch: job.dispatch + 1, dispatchedAt: NOW })
    .where(
      and(eq(jobs.id, job.id), eq(jobs.dispatch, job.dispatch), eq(jobs.fence, job.fence), eq(jobs.status, job.status)),
    )
    .returning({ dispatch: jobs.dispatch });
  if (!sent) return;
  const ref = { jobId: job.id, dispatch: sent.dispatch };
  // The run before this one never began: with `auto`, the stand-in takes this one.
  const lost = job.dispatch > job.claimed && job.dispatchedAt !== null;
  if (lost) executors.main.lost?.();
  if (lost && executors.standIn) return executors.standIn.dispatch(ref);
  try {
    await executors.main.dispatch(ref);
  } catch (error) {
    if (executors.standIn) return executors.standIn.dispatch(ref);
    // Sent again in the next round; should this one have arrived after all, its number is old by then.
    await db
      .update(jobs)
      .set({ dispatchedAt: null })
      .where(and(eq(jobs.id, job.id), eq(jobs.dispatch, ref.dispatch), sql`${jobs.claimed} < ${ref.dispatch}`));
    throw error;
  }
}
