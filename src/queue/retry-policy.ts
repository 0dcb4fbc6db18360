import { sql } from 'drizzle-orm';
import { config } from '@/config';
import type { JobRow } from '@/db/schema';
import { sentence } from '@/text/words';
import type { Failure } from './failure';
import { inFuture, type Lease } from './lease';
import { logLine } from './record';

/** The longest pause between two attempts, in milliseconds. */
const LONGEST_MS = 60_000;

/** Past the point of no return a job can only go forward, so it is tried this many times as often. */
const PATIENCE_AFTER_PUSH = 10;

/** Servers are restarted, too: a job that has pushed nothing may be begun this many times as often as it is tried. */
const RESTARTS = 2;

/**
 * How often a job may be begun at all, whatever ended its runs: where each run takes its server down with it, nobody
 * is left to say that it failed, and no other job comes to its end either.
 */
export function mostBegun({ committingAt }: Pick<JobRow, 'committingAt'>): number {
  return config().maxAttempts * (committingAt === null ? RESTARTS : PATIENCE_AFTER_PUSH);
}

/** The pause after a job's n-th attempt: doubling from `SPICERACK_RETRY_DELAY`. */
function delayAfter(attempt: number): number {
  return Math.min(LONGEST_MS, config().retryDelayMs * 2 ** Math.min(attempt - 1, 20));
}

/**
 * Puts off a job after a transient failure and returns the pause in milliseconds; null when it was tried
 * often enough, or for as long as a person would wait (`SPICERACK_PATIENCE`), and the failure is its end.
 */
export async function backOff(lease: Lease, failure: Failure): Promise<number | null> {
  const next = await nextTry(lease);
  if (next === null) return null;
  const { delayMs, until } = next;
  const words = `${sentence(failure.message)} Trying again in ${Math.ceil(delayMs / 1000)} s (${until}).`;
  await lease.write([
    lease.db.run(
      sql`update jobs set next_attempt_at = ${inFuture(delayMs)}, message = ${words} where id = ${lease.job.id} and ${lease.held}`,
    ),
    logLine(lease, words, 'warn'),
  ]);
  return delayMs;
}

/** Whether a transient failure would put the job off now, and not end it. */
export async function hasMoreTries(lease: Lease): Promise<boolean> {
  return (await nextTry(lease)) !== null;
}

/** How long the job would pause now, and for how long that goes on, in words; null when it would not be tried again. */
async function nextTry(lease: Lease): Promise<{ delayMs: number; until: string } | null> {
  const [row] = await lease.db.all<{ committing: number; waited: number }>(
    sql`select committing_at is not null as committing,
      (julianday('now') - julianday(coalesce(committing_at, started_at))) * 86400000 as waited
      from jobs where id = ${lease.job.id}`,
  );
  const most = config().maxAttempts * (row?.committing ? PATIENCE_AFTER_PUSH : 1);
  const { attempt } = lease.job;
  const delayMs = delayAfter(attempt);
  const leftMs = config().patienceMs - (row?.waited ?? 0);
  if (attempt >= most || leftMs < delayMs) return null;
  const until = row?.committing
    ? `for ${Math.ceil(leftMs / 60_000)} more min at most`
    : `attempt ${attempt + 1} of ${most}`;
  return { delayMs, until };
}
