import { and, eq, exists, isNotNull, isNull, sql } from 'drizzle-orm';
import { type Db, write } from '@/db/client';
import { jobMoves, jobs, now } from '@/db/schema';
import type { JobStatus } from '@/model/kinds';
import { conflict, noJob, type Refusal } from './refusal';

/** What of a job that ends before its time is told of what it has moved. */
export const NOTHING_MOVED = 'Nothing was moved.';
export const STAYS_MOVED = 'What it had moved before stays moved.';

/**
 * Cancels a job: one that is queued, or waits for its next try, at once; a running one is asked to stop, which it does
 * where its step next looks (within a second), unless its push has begun.
 */
export async function cancelJob(
  db: Db,
  jobId: string,
): Promise<{ jobId: string; status: JobStatus } | { refused: Refusal }> {
  // `isWaiting` of the lease, of a job whose push has not begun: nobody is there to be asked.
  const waits = and(
    eq(jobs.status, 'running'),
    eq(jobs.leaseHeld, false),
    isNotNull(jobs.nextAttemptAt),
    isNull(jobs.committingAt),
  );
  await write(db, [
    db
      .update(jobs)
      .set({ status: 'cancelled', message: 'Cancelled before it began.', finishedAt: now, cancelRequestedAt: now })
      .where(and(eq(jobs.id, jobId), eq(jobs.status, 'queued'))),
    db
      .update(jobMoves)
      .set({ state: 'abandoned' })
      .where(
        and(
          eq(jobMoves.jobId, jobId),
          eq(jobMoves.state, 'planned'),
          exists(
            db
              .select({ id: jobs.id })
              .from(jobs)
              .where(and(eq(jobs.id, jobId), waits)),
          ),
        ),
      ),
    db
      .update(jobs)
      .set({
        status: 'cancelled',
        message: sql`case when exists (select 1 from ${jobMoves} where ${jobMoves.jobId} = ${jobId} and ${jobMoves.state} = 'pushed')
          then ${`Cancelled. ${STAYS_MOVED}`} else ${`Cancelled. ${NOTHING_MOVED}`} end`,
        finishedAt: now,
        cancelRequestedAt: now,
        nextAttemptAt: null,
        leaseUntil: null,
      })
      .where(and(eq(jobs.id, jobId), waits)),
    db
      .update(jobs)
      .set({ cancelRequestedAt: now })
      .where(
        and(eq(jobs.id, jobId), eq(jobs.status, 'running'), isNull(jobs.committingAt), isNull(jobs.cancelRequestedAt)),
      ),
  ]);
  const [job] = await db
    .select({ seq: jobs.seq, status: jobs.status, asked: sql<boolean>`${jobs.cancelRequestedAt} is not null` })
    .from(jobs)
    .where(eq(jobs.id, jobId));
  if (!job) return { refused: noJob(jobId) };
  if (job.asked) return { jobId, status: job.status };
  const refused =
    job.status === 'running'
      ? conflict(
          'jobId',
          `#${job.seq} has begun its push and can only go on.`,
          'Wait for it to end; then it can be undone.',
        )
      : conflict('jobId', `#${job.seq} has ended already (${job.status}).`, 'To put back what it has moved, undo it.');
  return { refused };
}
