import { setImmediate } from 'node:timers/promises';
import { eq, type SQL, sql } from 'drizzle-orm';
import { breather } from '@/breather';
import { type Db, snapshot } from '@/db/client';
import { hasRunningJob } from '@/db/open-jobs';
import { type BranchRow, repos } from '@/db/schema';
import { changesSince, MOST_EVENTS } from '@/feed/since';
import { countsFrom, lastRestackQuery, restackOf } from '@/forecast/last-restack';
import type { BranchCounts } from '@/model/counts';
import type { RestackForecast } from '@/model/forecast';
import { noRepo } from '@/queue/refusal';
import type { BranchStates } from '@/repos/branch-state';
import { type NeedsPart, needsIn, needsTogether } from '@/repos/needs';
import { refuse } from '../trpc';
import { type Kept, keptRows, rowsAfter } from './rows';
import { statesAt } from './states';

/** A repo's branches as a change by hand finds them. */
export interface Found {
  /** By name. */
  rows: readonly BranchRow[];
  /** Whether a job of it runs. */
  isRunning: boolean;
  /** What the list of repos says once these are its rows, and this its trunk where that is to be another. */
  countsOf(rows: readonly BranchRow[], trunk?: string): Promise<BranchCounts>;
  /** SQL for whether nothing has changed since on which that depends: for what writes it, and then what changes rows. */
  holds: SQL;
}

/** After so many times that something has changed before ours was written, it is written all the same. */
const TRIES = 5;

/** Who changes a repo's rows now. */
interface Line {
  last: Promise<unknown>;
  length: number;
  /** Handed on in it, also where there are more rows than a process keeps. */
  kept: Kept | null;
}

const lines = new Map<string, Line>();

/**
 * Changes branch rows by hand, and in the same transaction what the list of repos says of them. That is made from the
 * rows that this process keeps, in turns of the loop, and written only where nothing has changed meanwhile, whoever has
 * changed it; else it is made again. Changes of one repo come one after another: each would undo what the other has made.
 * @param change writes it, given what is found; null where that did not hold
 * @returns null where it did not hold in the end
 */
export async function changeRows<T>(
  db: Db,
  repoId: string,
  change: (found: Found) => Promise<T | null>,
): Promise<T | null> {
  const line = lines.get(repoId) ?? { last: Promise.resolve(), length: 0, kept: null };
  lines.set(repoId, line);
  line.length += 1;
  const mine = line.last.then(async () => {
    for (let tries = 1; tries < TRIES; tries += 1) {
      const done = await change(await find(db, repoId, line));
      if (done !== null) return done;
    }
    return change({ ...(await find(db, repoId, line)), holds: sql`true` });
  });
  // Whatever becomes of it, the next has its turn, and in between whoever wants something else.
  line.last = Promise.allSettled([mine]).then(() => setImmediate());
  try {
    return await mine;
  } finally {
    line.length -= 1;
    if (line.length === 0) lines.delete(repoId);
  }
}

async function find(db: Db, repoId: string, line: Line): Promise<Found> {
  // Where more has changed than is worth it, rows are read anew, and whatever changes meanwhile is taken in.
  for (let most = MOST_EVENTS; ; most = Number.MAX_SAFE_INTEGER - 1) {
    const kept = line.kept ?? (await keptRows.of(db, repoId));
    const [[changes], [repo], [last]] = await snapshot(db, [
      changesSince(db, repoId, kept.at.seq, most),
      db
        .select({ trunk: repos.trunk, isRunning: sql<number>`${hasRunningJob(repoId)}` })
        .from(repos)
        .where(eq(repos.id, repoId)),
      lastRestackQuery(db, repoId),
    ]);
    const at = rowsAfter(kept.at, changes, most);
    line.kept = repo && at ? kept : null;
    if (!line.kept) keptRows.forget(repoId);
    if (!repo) return refuse(noRepo(repoId));
    if (!at) continue;
    keptRows.keep(repoId, kept, at);
    const { trunk } = repo;
    const restack = restackOf(last);
    const holds = sql`${trunk} is (select trunk from repos where id = ${repoId})
      and not exists (select 1 from events where repo_id = ${repoId} and seq > ${at.seq} and (type = 'branches'
        or (type = 'forecasts' and row ->> 'kind' = 'restack_repo' and row ->> 'status' = 'ready')))`;
    return {
      rows: at.rows,
      isRunning: Boolean(repo.isRunning),
      holds,
      countsOf: (its, over) => countsInTurns(kept, its, over ?? trunk, restack && { ...restack, stale: true }),
    };
  }
}

/** What `needsIn` says of a part, as long as its branches stand like this. */
const needs = new WeakMap<BranchStates, NeedsPart>();

/** What `countStates` says, of each stack alone; only of those again in which a branch has changed since the last time. */
export async function countsInTurns(
  kept: Kept,
  rows: readonly BranchRow[],
  trunk: string | null,
  restack: RestackForecast | null,
): Promise<BranchCounts> {
  const breath = breather();
  const { counts, parts } = await statesAt(kept, { rows }, { trunk, restack }, new Set());
  const wanted: NeedsPart[] = [];
  for (const { rows: its, states } of parts) {
    const known = needs.get(states);
    if (!known) await breath();
    const part = known ?? needsIn(its, trunk, states);
    needs.set(states, part);
    wanted.push(part);
  }
  return countsFrom(counts, needsTogether(wanted), restack);
}
