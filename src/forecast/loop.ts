import { and, desc, eq, isNotNull, sql } from 'drizzle-orm';
import { type Db, write } from '@/db/client';
import { inRounds } from '@/db/rounds';
import { type ForecastRow, forecasts, repos } from '@/db/schema';
import { signal } from '@/db/signal';
import { logFailure } from '@/db/trouble';
import { sameDataDir } from '@/git/clone/data-dir';
import { failureOf } from '@/queue/failure';
import { inFuture, NOW } from '@/queue/lease';
import { timeLimit } from '@/time-limit';
import { type Computed, computeForecast } from './compute';
import { countsAsForeseen } from './last-restack';

/** Repos that this process computes for at the same time; jobs come first. */
const AT_ONCE = 2;

/** How long one forecast may take; a job may take longer. */
const LIMIT_MS = 60_000;

/** How long a claim holds after it was last renewed, and how often it is. */
const CLAIM_MS = 10_000;
const RENEW_MS = 3000;

/** How often forecasts of the past are deleted, and how many of a repo are kept. */
const PRUNE_MS = 60_000;
const KEPT = { current: 200, stale: 20 };

class ClaimLost extends Error {
  override readonly name = 'ClaimLost';
}

/**
 * Computes the forecasts that were asked for, the newest wish first, one of a repo at a time. It decides by the
 * rows alone and claims what it computes, so any number of processes may run one. Ends when `abort` aborts.
 * @param limitMs how long one forecast may take, in milliseconds
 */
export async function forecast(db: Db, abort: AbortSignal, limitMs = LIMIT_MS): Promise<void> {
  const atWork = new Map<string, Promise<void>>();
  /** What cannot be computed from this machine's clone as it is, with the repo's last sync. */
  const waiting = new Map<number, string | null>();
  let prunedAt = performance.now();
  await inRounds(abort, 'A forecast cannot be computed', async () => {
    if (performance.now() - prunedAt > PRUNE_MS) {
      prunedAt = performance.now();
      waiting.clear();
      await pruneForecasts(db);
    }
    const due = await dueForecasts(db);
    // Of clones that were moved away nobody can say that there are none: the next round looks again.
    if (due.length > 0) await sameDataDir();
    for (const { asked, syncedAt } of due) {
      const { repoId } = asked;
      if (atWork.size >= AT_ONCE) break;
      if (atWork.has(repoId) || (waiting.has(asked.id) && waiting.get(asked.id) === syncedAt)) continue;
      const work = computeOne(db, asked, abort, limitMs)
        .then((ended) => {
          if (ended === 'waiting') waiting.set(asked.id, syncedAt);
          else waiting.delete(asked.id);
        })
        .catch((error: unknown) => logFailure('forecast_failed', 'A forecast cannot be computed', error))
        .finally(() => {
          atWork.delete(repoId);
          signal().notify();
        });
      atWork.set(repoId, work);
    }
  });
  await Promise.allSettled(atWork.values());
}

/** The forecasts to compute, the newest wish first. */
function dueForecasts(db: Db): Promise<Array<{ asked: ForecastRow; syncedAt: string | null }>> {
  return db
    .select({ asked: forecasts, syncedAt: repos.syncedAt })
    .from(forecasts)
    .innerJoin(repos, eq(repos.id, forecasts.repoId))
    .where(isDue)
    .orderBy(desc(forecasts.askedAt), desc(forecasts.id))
    .limit(KEPT.current);
}

/** Wanted for the rows as they are, and nobody computes for its repo. Work in the clone is no hindrance: it never prunes. */
const isDue = sql`${forecasts.status} = 'pending' and not ${forecasts.stale}
  and not exists (select 1 from forecasts other where other.repo_id = ${forecasts.repoId} and other.claimed_until > ${NOW})`;

/** Claims one forecast, computes it and writes it down. Returns what came of it; null where another process has it. */
async function computeOne(
  db: Db,
  asked: ForecastRow,
  shutdown: AbortSignal,
  limitMs: number,
): Promise<Computed['kind'] | 'error' | null> {
  const claim = asked.claim + 1;
  const [claimed] = await db
    .update(forecasts)
    .set({ claim, claimedUntil: inFuture(CLAIM_MS) })
    .where(and(eq(forecasts.id, asked.id), eq(forecasts.claim, asked.claim), isDue))
    .returning({ id: forecasts.id });
  if (!claimed) return null;
  const mine = and(eq(forecasts.id, asked.id), eq(forecasts.claim, claim));
  const lost = new AbortController();
  const timer = setInterval(() => {
    // A beat that the database does not answer is made good by the next one.
    renew().catch((error: unknown) => logFailure('forecast_failed', 'A forecast cannot be claimed on', error));
  }, RENEW_MS);
  const renew = async () => {
    const rows = await db
      .update(forecasts)
      .set({ claimedUntil: inFuture(CLAIM_MS) })
      .where(and(mine, isNotNull(forecasts.claimedUntil)))
      .returning({ stale: forecasts.stale });
    // Deleted, taken over, or wanted no more: the rows have changed.
    if (rows[0]?.stale !== false) lost.abort(new ClaimLost());
  };
  try {
    const signal = AbortSignal.any([shutdown, lost.signal, timeLimit(limitMs)]);
    const computed = await computeForecast(db, asked, signal);
    await write(db, [
      db
        .update(forecasts)
        .set({ ...columns(computed), claimedUntil: null })
        .where(mine),
      ...(computed.kind === 'ready' ? await countsAsForeseen(db, asked, computed.outline) : []),
    ]);
    return computed.kind;
  } catch (error) {
    const over = shutdown.aborted || lost.signal.aborted;
    const message = isTimeout(error)
      ? `It took longer than ${limitMs / 1000} s. The job itself has no such limit.`
      : failureOf(error).failure.message;
    const end = over ? {} : { status: 'error' as const, message, computedAt: NOW };
    await write(db, [
      db
        .update(forecasts)
        .set({ ...end, claimedUntil: null })
        .where(mine),
    ]);
    return over ? 'stale' : 'error';
  } finally {
    clearInterval(timer);
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}

function columns(computed: Computed) {
  switch (computed.kind) {
    case 'ready':
      return { status: 'ready' as const, outline: computed.outline, message: '', computedAt: NOW };
    case 'stale':
      return { stale: true };
    case 'waiting':
      return { message: computed.message };
  }
}

/**
 * Deletes what nobody will ask for again: of each repo the newest wishes stay, fewer of those that are stale, and the
 * last outline of a Restack of the whole, which says how the branches stand until there is another.
 */
export async function pruneForecasts(db: Db): Promise<void> {
  await write(db, [
    db.run(sql`
      delete from forecasts where id in (
        select id from (
          select id, stale, row_number() over (partition by repo_id, stale order by asked_at desc, id desc) as age from forecasts)
        where age > case when stale then ${KEPT.stale} else ${KEPT.current} end)
      and id not in (select max(id) from forecasts where kind = 'restack_repo' and status = 'ready' group by repo_id)`),
  ]);
}
