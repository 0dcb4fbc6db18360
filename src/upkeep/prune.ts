import { and, asc, gt, inArray, lt, lte, type SQL, sql } from 'drizzle-orm';
import { type Db, snapshot, write } from '@/db/client';
import { branches, changes, events, jobMoves, jobs, meta, tasks } from '@/db/schema';
import { PRUNED } from '@/feed/read';
import { inverseMoves, movedSince } from '@/queue/undo-moves';

/** What is kept. */
export interface Retention {
  /** For how long ended jobs and events are kept, in milliseconds. */
  keepMs: number;
  /** The most events that are kept. */
  keepEvents: number;
}

/** Rows of one transaction, so that no writer waits long. */
const PAGE = 500;

/** The newest tips of each branch are kept, however old: a branch that lies still must find its base again. */
const KEPT_TIPS = 50;

/**
 * Deletes what is older than it has to be: ended jobs with all that belongs to them, events, old tips of
 * branches, and changes that nobody has looked at since. A job stays, whatever its age, while
 * - it can still be undone (`undoOffer`'s own rule), or an undo of it is yet to end;
 * - a task that is not archived has its branch from it.
 *
 * Any number of processes may do it at once. Clones are not touched: what a job kept alive in them goes when its
 * clone is tended (`tend-clone.ts`).
 * @returns how many jobs and events went
 */
export async function prune(db: Db, { keepMs, keepEvents }: Retention): Promise<{ jobs: number; events: number }> {
  const cutoff = ago(keepMs);
  const pruned = { jobs: await pruneJobs(db, cutoff), events: await pruneEvents(db, cutoff, keepEvents) };
  await db.run(sql`
    delete from branch_tips where seen_at < ${cutoff} and not anew and id not in (
      select id from (select id, row_number() over (partition by repo_id, branch order by id desc) as age from branch_tips)
      where age <= ${KEPT_TIPS})`);
  await db.delete(changes).where(lt(changes.askedAt, cutoff));
  return pruned;
}

async function pruneJobs(db: Db, cutoff: SQL<string>): Promise<number> {
  let count = 0;
  for (let after = 0; ; ) {
    const page = await db
      .select({ id: jobs.id, seq: jobs.seq, repoId: jobs.repoId })
      .from(jobs)
      .where(
        and(
          gt(jobs.seq, after),
          inArray(jobs.status, ['completed', 'error', 'cancelled']),
          lt(jobs.finishedAt, cutoff),
          sql`not exists (select 1 from jobs undo where undo.undo_of = ${jobs.id} and undo.status in ('queued', 'running'))`,
          sql`not exists (select 1 from tasks where job_id = ${jobs.id} and archived_at is null)`,
        ),
      )
      .orderBy(asc(jobs.seq))
      .limit(PAGE);
    const last = page.at(-1);
    if (!last) return count;
    after = last.seq;
    const undoable = await undoableJobs(db, page);
    const doomed = page.map((job) => job.id).filter((id) => !undoable.has(id));
    if (doomed.length === 0) continue;
    await write(db, [
      db.update(tasks).set({ jobId: null }).where(inArray(tasks.jobId, doomed)),
      db.delete(jobs).where(inArray(jobs.id, doomed)),
    ]);
    count += doomed.length;
  }
}

/** Those of the jobs that have moved something which still stands where they have put it. */
async function undoableJobs(db: Db, page: Array<{ id: string; repoId: string }>): Promise<Set<string>> {
  const [moves, rows] = await snapshot(db, [
    db
      .select({
        jobId: jobMoves.jobId,
        branch: jobMoves.branch,
        before: jobMoves.before,
        after: jobMoves.after,
        parentBefore: jobMoves.parentBefore,
        parentAfter: jobMoves.parentAfter,
        baseBefore: jobMoves.baseBefore,
        baseAfter: jobMoves.baseAfter,
        state: jobMoves.state,
      })
      .from(jobMoves)
      .where(
        inArray(
          jobMoves.jobId,
          page.map((job) => job.id),
        ),
      )
      .orderBy(asc(jobMoves.id)),
    db
      .select({
        repoId: branches.repoId,
        name: branches.name,
        tip: branches.tip,
        parent: branches.parent,
        gone: branches.gone,
      })
      .from(branches)
      .where(inArray(branches.repoId, [...new Set(page.map((job) => job.repoId))])),
  ]);
  const movesOf = groupedBy(moves, (move) => move.jobId);
  const rowsOf = groupedBy(rows, (row) => row.repoId);
  const undoable = page.filter(({ id, repoId }) => {
    const inverse = inverseMoves(movesOf.get(id) ?? []);
    return inverse.length > 0 && movedSince(inverse, rowsOf.get(repoId) ?? []).length === 0;
  });
  return new Set(undoable.map((job) => job.id));
}

/** From the oldest on, so that what is left has no gap; the cursors behind it are then told to start over. */
async function pruneEvents(db: Db, cutoff: SQL<string>, keep: number): Promise<number> {
  let count = 0;
  for (;;) {
    const [page, [head]] = await snapshot(db, [
      db.select({ seq: events.seq, at: events.at }).from(events).orderBy(asc(events.seq)).limit(PAGE),
      db.select({ newest: sql<number>`(select max(seq) from events)`, cutoff }).from(sql`(select 1)`),
    ]);
    if (!head) return count;
    const young = page.findIndex(({ seq, at }) => seq > head.newest - keep && at >= head.cutoff);
    const until = (young === -1 ? page : page.slice(0, young)).at(-1)?.seq;
    if (until === undefined) return count;
    const [gone] = await write(db, [
      db.delete(events).where(lte(events.seq, until)).returning({ seq: events.seq }),
      db
        .insert(meta)
        .values({ key: PRUNED, value: String(until) })
        .onConflictDoUpdate({ target: meta.key, set: { value: sql`max(cast(${meta.value} as integer), ${until})` } }),
    ]);
    count += gone.length;
  }
}

function ago(ms: number): SQL<string> {
  return sql`strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ${`-${(ms / 1000).toFixed(3)} seconds`})`;
}

function groupedBy<K, T>(items: T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
