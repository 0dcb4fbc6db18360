import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { type Db, write } from '@/db/client';
import { hasProblem, setProblem, type Trouble, takesJobs } from '@/db/problems';
import { meta } from '@/db/schema';
import { databaseTrouble, logFailure, SILENT } from '@/db/trouble';
import { hostConfigProblem } from '@/git/process/host-config';
import { gitVersion } from '@/git/process/version';
import { inTime } from '@/time-limit';
import { diskProblem } from './disk';
import { modesProblem } from './modes';

/** How often it looks, in milliseconds; the second where jobs wait for what it finds. */
const LOOK_MS = 5000;
const LOOK_SOON_MS = 1000;

/** How long the database has for its answer, in milliseconds: longer than a lock is waited for. */
const ANSWERS_WITHIN_MS = 10_000;

/** So far apart two clocks may be before somebody is told, in milliseconds: Inngest and providers of sign-ins ask for a few minutes at most. */
const APART_MS = 60_000;

/** A clock that was set back is told of until it has caught up, but no longer than this: then it was simply wrong before. */
const CLOCK_TOLD_MS = 600_000;

/** Looks after what the server needs until `abort` aborts: room to write, a data directory that is nobody else's, a database that takes writes, a steady clock. */
export async function watchHealth(db: Db, dataDir: string, abort: AbortSignal): Promise<void> {
  const clock = watchClock();
  while (!abort.aborted) {
    const problem = await diskProblem(dataDir);
    setProblem('disk', problem);
    // Without the data directory git cannot be started, which says nothing of git.
    if (!problem?.stopsJobs) await lookAtGit(dataDir).catch(untilNextLook);
    const apart = await inTime(ANSWERS_WITHIN_MS, lookAtDatabase(db), 'late');
    if (apart === 'late') setProblem('database', SILENT);
    setProblem('clock', clock(Date.now(), performance.now()) ?? clockProblem(apart === 'late' ? null : apart));
    await sleep(takesJobs() ? LOOK_MS : LOOK_SOON_MS, undefined, { signal: abort }).catch(() => undefined);
  }
}

type Found = Trouble | null;

async function lookAtGit(dataDir: string): Promise<void> {
  setProblem('modes', await modesProblem(dataDir));
  setProblem('git', hostConfigProblem());
  setProblem('git_program', gitProgramProblem(await gitVersion()));
}

/** A disk that fails only now is told by the next look at it. */
function untilNextLook(error: unknown): void {
  logFailure('look_failed', 'git cannot be looked at; it is tried again', error);
}

/** Whether jobs can run with this git. */
export function gitProgramProblem({ problem }: Awaited<ReturnType<typeof gitVersion>>): Found {
  if (problem === null) return null;
  return {
    what: `This server takes no jobs. ${problem.what}`,
    hint: `They wait, or another server on the same database takes them, and go on by themselves once it can be used. ${problem.remedy}`,
    stopsJobs: true,
  };
}

/**
 * A database in trouble is written to, to see whether that is over; one that is well is only asked for its lock,
 * which writes nothing: trouble shows itself at the next write (`openDatabase` reports it).
 * @returns by how many milliseconds this machine's clock is ahead of the database's; null where that is not known
 */
export async function lookAtDatabase(db: Db): Promise<number | null> {
  let ahead: number | null = null;
  try {
    if (hasProblem('database')) {
      const value = sql<string>`strftime('%Y-%m-%dT%H:%M:%fZ', 'now')`;
      await write(db, [
        db.insert(meta).values({ key: 'written_at', value }).onConflictDoUpdate({ target: meta.key, set: { value } }),
      ]);
    } else {
      const asked = Date.now();
      const [answer] = await db.$client.batch([`select (julianday('now') - 2440587.5) * 86400000 as at`], 'write');
      // It may have been waited for: only what lies outside of that time is the clock's.
      const at = Number(answer?.rows[0]?.at);
      ahead = Math.max(0, asked - at) + Math.min(0, Date.now() - at);
    }
    setProblem('database', null);
  } catch (error) {
    const unknown = { what: `The database fails: ${String(error)}`, hint: 'It is tried again.' };
    setProblem('database', databaseTrouble(error) ?? unknown);
  }
  return ahead;
}

/** What follows from the clocks of this machine and the database: none of the queue's times, which are the database's. */
export function clockProblem(aheadMs: number | null): Found {
  if (aheadMs === null || Math.abs(aheadMs) < APART_MS) return null;
  return {
    what: `This machine's clock is ${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the database's.`,
    hint: 'Jobs go on, by the clock of the database. Set it right: Inngest and whoever signs people in do not believe a wrong clock.',
  };
}

/**
 * Tells when the clock was set back, by a clock that nobody can set.
 * @returns a function of both clocks, in milliseconds
 */
export function watchClock(): (wall: number, steady: number) => Found {
  let last: { wall: number; steady: number } | null = null;
  let back: { until: number; steady: number; by: number } | null = null;
  return (wall, steady) => {
    const expected = last ? last.wall + (steady - last.steady) : wall;
    // Less is the ordinary discipline of a clock.
    if (wall < expected - 2000) back = { until: expected, steady, by: expected - wall };
    last = { wall, steady };
    if (back && (wall >= back.until || steady - back.steady > CLOCK_TOLD_MS)) back = null;
    if (!back) return null;
    return {
      what: `This machine's clock was set back by ${Math.round(back.by / 1000)} s.`,
      hint: 'Jobs go on. Times shown for what happened just before may lie in the future.',
    };
  };
}
