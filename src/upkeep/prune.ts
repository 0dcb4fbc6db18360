import { and, asc, eq, inArray, lt, lte, type SQL, sql } from 'drizzle-orm';
import { breather } from '@/breather';
import { type Db, deleteInPages, PAGE, snapshot, write } from '@/db/client';
import { branchTips, changes, events, jobLogs, jobs, meta, repos, tasks } from '@/db/schema';
import { PRUNED } from '@/feed/read';
import { undoOffer } from '@/queue/undo';

/** What is kept. */
export interface Retention {
  /** For how long ended jobs and events are kept, in milliseconds. */
  keepMs: number;
  /** The most events that are kept. */
  keepEvents: number;
}

/** Jobs that are looked at at once; each may have moved a thousand branches. */
const JOBS_PAGE = 100;

/** The newest tips of each branch are kept, however old: a branch that lies still must find its base again. */
const KEPT_TIPS = 50;

/** Branches that are asked for their tips at once. */
const BRANCHES_PAGE = 100;

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
  await pruneTips(db, cutoff);
  await deleteInPages(db, changes, sql`asked_at < ${cutoff}`);
  return pruned;
}

async function pruneJobs(db: Db, cutoff: SQL<string>): Promise<number> {
  const breathe = breather();
  let count = 0;
  for (let after = { endedAt: '', seq: 0 }; ; ) {
    const page = await db
      .select({
        id: jobs.id,
        seq: jobs.seq,
        endedAt: sql<string>`${jobs.finishedAt}`,
        moves: sql<number>`(select count(*) from job_moves where job_id = jobs.id)`,
        lines: sql<number>`(select count(*) from job_logs where job_id = jobs.id)`,
      })
      .from(jobs)
      .where(
        and(
          sql`(${jobs.finishedAt}, ${jobs.seq}) > (${after.endedAt}, ${after.seq})`,
          lt(jobs.finishedAt, cutoff),
          sql`not exists (select 1 from jobs undo where undo.undo_of = ${jobs.id} and undo.status in ('queued', 'running'))`,
          sql`not exists (select 1 from tasks where job_id = ${jobs.id} and archived_at is null)`,
        ),
      )
      .orderBy(asc(jobs.finishedAt), asc(jobs.seq))
      .limit(JOBS_PAGE);
    const last = page.at(-1);
    if (!last) return count;
    after = last;
    let doomed: string[] = [];
    let rows = 0;
    const end = async () => {
      if (doomed.length === 0) return;
      await write(db, [
        db.update(tasks).set({ jobId: null }).where(inArray(tasks.jobId, doomed)),
        db.delete(jobs).where(inArray(jobs.id, doomed)),
      ]);
      count += doomed.length;
      doomed = [];
      rows = 0;
    };
    for (const { id, moves, lines } of page) {
      await breathe();
      if (moves > 0 && (await canBeUndone(db, id))) continue;
      // Its moves go with it, in one: part of them would be offered as an undo of a part.
      if (lines > PAGE) await deleteInPages(db, jobLogs, sql`job_id = ${id}`);
      doomed.push(id);
      rows += moves + Math.min(lines, PAGE);
      if (rows >= PAGE) await end();
    }
    await end();
  }
}

async function canBeUndone(db: Db, id: string): Promise<boolean> {
  const [job] = await db.select().from(jobs).where(eq(jobs.id, id));
  return job !== undefined && (await undoOffer(db, job)).possible;
}

/** Of each branch by itself: of all at once it is one long statement. */
async function pruneTips(db: Db, cutoff: SQL<string>): Promise<void> {
  const breathe = breather();
  for (const { id } of await db.select({ id: repos.id }).from(repos)) {
    for (let last = ''; ; ) {
      const page = await branchesWithTips(db, id, last);
      const end = page.at(-1);
      if (!end) break;
      last = end.branch;
      for (const { branch, kept } of page) {
        if (kept === null) continue;
        const older = sql`repo_id = ${id} and branch = ${branch} and id < ${kept}`;
        await deleteInPages(db, branchTips, sql`${older} and seen_at < ${cutoff} and not anew`);
        await breathe();
      }
    }
  }
}

/**
 * The next branches of a repo that have tips, and the oldest of the newest that each one keeps; null where it has no
 * more than these. One seek leads from each branch to the next.
 */
function branchesWithTips(db: Db, repoId: string, last: string) {
  const next = (after: SQL) =>
    sql`(select min(branch) from branch_tips where repo_id = ${repoId} and branch > ${after})`;
  return db.all<{ branch: string; kept: number | null }>(sql`
    with recursive names(branch) as (
      select ${next(sql`${last}`)} union all select ${next(sql`names.branch`)} from names where names.branch is not null limit ${BRANCHES_PAGE})
    select branch, (select id from branch_tips where repo_id = ${repoId} and branch = names.branch
      order by id desc limit 1 offset ${KEPT_TIPS - 1}) as kept
    from names where branch is not null`);
}

/** From the oldest on, so that what is left has no gap; the cursors behind it are then told to start over. */
async function pruneEvents(db: Db, cutoff: SQL<string>, keep: number): Promise<number> {
  const breathe = breather();
  let count = 0;
  for (;;) {
    await breathe();
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
