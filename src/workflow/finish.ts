import { and, eq, sql } from 'drizzle-orm';
import { type Db, type Statement, write } from '@/db/client';
import { movedBranches, moveRows } from '@/db/job-moves';
import { type JobMoveRow, jobMoves, jobs } from '@/db/schema';
import { checkForecast, refusedBranches } from '@/forecast/check';
import { log } from '@/log';
import type { ForecastCheck } from '@/model/forecast';
import type { HeldBack } from '@/model/plan';
import { EMPTY_RESULT, type JobResult } from '@/model/result';
import { NOTHING_MOVED, STAYS_MOVED } from '@/queue/cancel';
import type { Failure } from '@/queue/failure';
import { beginsToWait } from '@/queue/kinds';
import { type JobRef, type Lease, NOW } from '@/queue/lease';
import { factsOf, logLine, setResult } from '@/queue/record';
import { attachArrived, restackAfterMerge } from '@/queue/schedule';
import { forMessage } from '@/text/foreign';
import { counted, named, sentence } from '@/text/words';
import { type MoveOutcome, summary } from './summary';

/**
 * The last step: says truthfully what happened, from the moves and what the remote has now, and ends the job.
 * One transaction: the steps, the job with its tasks, and (by the feed's triggers) the events.
 */
export async function finish(lease: Lease, failed: Failure | null): Promise<void> {
  const { job, repo } = lease;
  const result = await resultOf(lease);
  const { planned, pushed, outcomes } = await moveOutcomes(lease);
  const ending = failed?.tellsMoved ? { ...failed, hint: `${whatMoved(outcomes)} ${failed.hint}` } : failed;
  const done = summary(job, result, outcomes, repo.trunk ?? 'trunk');
  const whole = failed ? await failureMessage(lease, failed, outcomes.length > 0 ? done : null) : done;
  const message = forMessage(whole);
  const forecast = await checkForecast(lease, result, pushed, failed);
  const told = { ...result, ...(forecast ? { forecast } : {}), ...movedBy(planned, outcomes) };
  const surprises = outcomes.filter((outcome) => outcome.now !== 'there');
  await lease.end([
    ...surprises.map((o) =>
      logLine(
        lease,
        `${o.branch} is no longer where this job put it: it was ${o.now === 'gone' ? 'deleted' : 'pushed to'} since.`,
        'warn',
      ),
    ),
    ...(forecast || planned > 0 ? [setResult(lease, lease.job.id, told)] : []),
    ...(forecast ? forecastLines(lease, forecast, result.heldBack) : []),
    // The step that failed has said so in the log already.
    ...(whole === failed?.message ? [] : [logLine(lease, whole, failed ? 'error' : 'info')]),
    ...(failed ? [] : restackAfterMerge(lease, repo, job, result.merged.length)),
    ...(await attachArrived(lease)),
    ...ended(lease, ending ? 'error' : 'completed', message, ending),
  ]);
  if (result.heldBack.length > 0) {
    const kinds = [...new Set(result.heldBack.map(({ reason }) => reason.kind))].sort().join(', ');
    log('warn', 'held_back', 'Held back', { ...factsOf(lease), branches: result.heldBack.length, reasons: kinds });
  }
  sayEnded(lease, failed ? 'error' : 'completed', message, failed);
}

async function resultOf({ db, job }: Lease): Promise<JobResult> {
  const [row] = await db.select({ result: jobs.result }).from(jobs).where(eq(jobs.id, job.id));
  return row?.result ?? EMPTY_RESULT;
}

/**
 * What the result says of moves; nothing where there were none. Where they were planned and not pushed, it says so, for
 * lists leave out those too.
 */
function movedBy(planned: number, outcomes: MoveOutcome[]): Pick<JobResult, 'moved'> {
  if (planned === 0) return {};
  return { moved: { branches: outcomes.length, refs: outcomes.filter(({ refMoved }) => refMoved).length } };
}

/** A job may fail after its push: what it has moved stays moved, and is told; so is a push of which nobody knows. */
async function failureMessage({ db, job }: Lease, failed: Failure, done: string | null): Promise<string> {
  const open = job.committingAt
    ? await db
        .select({ branch: jobMoves.branch })
        .from(jobMoves)
        .where(and(eq(jobMoves.jobId, job.id), eq(jobMoves.state, 'planned')))
    : [];
  const unknown = `Whether its push of ${counted(open.length, 'branch', 'branches')} went through is not known: sync to see.`;
  const more = [...(done ? [`Before that: ${done}`] : []), ...(open.length > 0 ? [unknown] : [])];
  return more.length > 0 ? [sentence(failed.message), ...more].join(' ') : failed.message;
}

function forecastLines(lease: Lease, check: ForecastCheck, heldBack: HeldBack[]): Statement[] {
  if (check.agreed) {
    // Of the remote no forecast knows.
    const refused = [...refusedBranches(heldBack)];
    const but = refused.length > 0 ? `, but for what the remote did not take: ${named(refused)}` : '';
    return [logLine(lease, `It went as the forecast had said${but}.`)];
  }
  return check.differences.map((line) => logLine(lease, `The forecast was wrong: ${line}`, 'warn'));
}

/** Ends a job that was cancelled before its push, or between two of them where branches are pushed one by one. */
export async function cancelled(lease: Lease): Promise<void> {
  const { planned, outcomes } = await moveOutcomes(lease);
  const message = `Cancelled. ${whatMoved(outcomes)}`;
  const told =
    planned > 0 ? [setResult(lease, lease.job.id, { ...(await resultOf(lease)), ...movedBy(planned, outcomes) })] : [];
  await lease.end([logLine(lease, message), ...told, ...ended(lease, 'cancelled', message, null)]);
  sayEnded(lease, 'cancelled', message, null);
}

function whatMoved(outcomes: MoveOutcome[]): string {
  return outcomes.length > 0 ? STAYS_MOVED : NOTHING_MOVED;
}

/** Ends a job of which nobody can tell what became of it: the telling itself failed. Its moves are in their table. */
export async function endUntold(lease: Lease, failed: Failure): Promise<void> {
  const message = `${sentence(failed.message)} What it has moved, if anything, is among its moves.`;
  await lease.end([logLine(lease, message, 'error'), ...ended(lease, 'error', message, failed)]);
  sayEnded(lease, 'error', message, failed);
}

function sayEnded(lease: Lease, status: string, message: string, failed: Failure | null): void {
  const facts = { ...factsOf(lease), status, code: failed?.code };
  const waits = beginsToWait({ ...lease.job, status, errorCode: failed?.code ?? null });
  log(status === 'error' && !waits ? 'error' : 'info', 'ended', `Ended: ${message}`, facts);
}

/** Ends a job whose run Inngest has given up, unless a newer run has it or it has ended. */
export async function endAbandoned(db: Db, ref: JobRef, why: string): Promise<void> {
  const hint = 'Inngest gave this run up. Retry the job; the log says how far it came.';
  const [given] = await write(db, [
    db
      .update(jobs)
      .set({
        status: 'error',
        message: forMessage(`The run was given up: ${why}`),
        errorCode: 'INTERNAL',
        errorHint: hint,
        finishedAt: NOW,
        leaseHeld: false,
        leaseUntil: null,
      })
      .where(
        and(
          eq(jobs.id, ref.jobId),
          eq(jobs.dispatch, ref.dispatch),
          eq(jobs.status, 'running'),
          // A job past its push is taken up again instead: it can only go forward.
          sql`not ${jobs.leaseHeld} and ${jobs.committingAt} is null`,
        ),
      )
      .returning({ seq: jobs.seq }),
  ]);
  for (const { seq } of given) log('error', 'given_up', 'Its run was given up', { job: seq, jobId: ref.jobId, why });
}

/** The statements that end a job; the job's own comes last, since after it the lease is over. */
function ended(
  lease: Lease,
  status: 'completed' | 'error' | 'cancelled',
  message: string,
  failed: Failure | null,
): Statement[] {
  const { db, job, held } = lease;
  return [
    // A plan that was not pushed never will be; past the point of no return nobody can say so.
    db.run(sql`update job_moves set state = 'abandoned' where job_id = ${job.id} and state = 'planned' and ${held}
                 and exists (select 1 from jobs where id = ${job.id} and committing_at is null)`),
    db.run(sql`update job_steps set status = ${status === 'completed' ? 'completed' : 'error'}, finished_at = ${NOW}
               where job_id = ${job.id} and status = 'running' and ${held}`),
    db.run(sql`insert into job_steps (job_id, attempt, step, phase, status, message, finished_at)
               select id, attempt, 'finish', null, 'completed', ${message}, ${NOW} from jobs where id = ${job.id} and ${held}`),
    db.run(sql`update jobs set status = ${status}, message = ${message}, error_code = ${failed?.code ?? null},
                 error_hint = ${failed?.hint ?? null}, finished_at = ${NOW}, next_attempt_at = null,
                 lease_held = 0, lease_until = null, lease_group = null, away_since = null, away_over = 0
               where id = ${job.id} and fence = ${job.fence} and status = 'running'`),
  ];
}

/**
 * Holds what was pushed of each branch against the branch rows that the last fetch has brought. A branch that somebody
 * pushed to meanwhile was moved again, and is held against where it was put last.
 */
async function moveOutcomes(lease: Lease): Promise<{ planned: number; pushed: JobMoveRow[]; outcomes: MoveOutcome[] }> {
  const moves = await moveRows(lease.db, lease.job.id);
  const pushed = moves.filter(({ state }) => state === 'pushed');
  const rows = moves.length === 0 ? [] : await movedBranches(lease.db, lease.job);
  const tips = new Map(rows.flatMap(({ name, tip, gone }) => (gone ? [] : [[name, tip] as const])));
  const outcomes = new Map<string, MoveOutcome>();
  for (const { branch, before, after, parentAfter, baseNamedBefore } of pushed) {
    const earlier = outcomes.get(branch);
    const refMoved = before !== after || earlier?.refMoved === true;
    // What it did not move it has put nowhere.
    const now = refMoved ? placeNow(after, tips.get(branch) ?? null) : 'there';
    outcomes.set(branch, {
      ...{ branch, parent: parentAfter, refMoved, now },
      baseNamed: baseNamedBefore === true || earlier?.baseNamed === true,
    });
  }
  return { planned: moves.length, pushed, outcomes: [...outcomes.values()] };
}

/** @param after where the job put the branch; null where it deleted it */
function placeNow(after: string | null, tip: string | null): MoveOutcome['now'] {
  if (tip === after) return 'there';
  return tip === null ? 'gone' : 'moved_on';
}
