import { and, eq, type SQL, sql } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { type Db, snapshot, write } from '@/db/client';
import { type BranchRow, branches, repos } from '@/db/schema';
import type { BranchCounts } from '@/model/counts';
import { type Accepted, acceptedJob, insertJob, isFirst, noteMade, type Once, onceFor, onceOnly } from '@/queue/accept';
import { conflict, noRepo, type Refusal } from '@/queue/refusal';

/** Changes branch rows by hand together with what the list of repos says of them, as `changeRows` of the API does. */
export type ChangeRows = <T>(
  change: (found: {
    rows: readonly BranchRow[];
    isRunning: boolean;
    countsOf(rows: readonly BranchRow[]): Promise<BranchCounts>;
    holds: SQL;
  }) => Promise<T | null>,
) => Promise<T | null>;

/**
 * Takes a branch for the one that its row's `renamedFrom` names: it gets that one's parent and base, what stood there
 * stands on it, and tasks follow. Rows only, at once; a sync is queued to look at them. Refused while a job of the repo
 * runs, which works on the rows as they were.
 */
export async function acceptRename(
  db: Db,
  request: { repoId: string; branch: string; requestedBy: string; idempotencyKey?: string | undefined },
  changeRows: ChangeRows,
): Promise<Accepted | { refused: Refusal }> {
  const once = onceFor(request.idempotencyKey, ['rename', request.repoId, request.branch]);
  return onceOnly(db, once, () => rename(db, request, once, changeRows), acceptedJob);
}

async function rename(
  db: Db,
  { repoId, branch, requestedBy }: { repoId: string; branch: string; requestedBy: string },
  once: Once | null,
  changeRows: ChangeRows,
): Promise<Accepted | { refused: Refusal }> {
  const [[repo], [row]] = await snapshot(db, [
    db.select({ id: repos.id }).from(repos).where(eq(repos.id, repoId)),
    db
      .select({ renamedFrom: branches.renamedFrom })
      .from(branches)
      .where(and(eq(branches.repoId, repoId), eq(branches.name, branch))),
  ]);
  if (!repo) return { refused: noRepo(repoId) };
  const old = row?.renamedFrom ?? null;
  if (old === null) return { refused: isNoRename(branch) };

  const done = await changeRows(async ({ rows, isRunning, countsOf, holds }) => {
    const counts = await countsOf(renamed(rows, branch, old));
    const accepted = await writeRename(db, { repoId, branch, old, requestedBy }, once, counts, holds);
    return accepted ?? (isRunning ? { refused: notNow() } : null);
  });
  return done ?? { refused: notNow() };
}

/** The rows once a branch has taken the place of another. */
function renamed(rows: readonly BranchRow[], branch: string, old: string): BranchRow[] {
  const before = rows.find(({ name }) => name === old);
  return rows.flatMap((row) => {
    if (row.name === old) return [];
    if (row.name !== branch || !before) return [row.parent === old ? { ...row, parent: branch } : row];
    const { parent, base, baseNamed } = before;
    return [{ ...row, tracked: true, parent, base, baseNamed, kept: row.kept ?? before.kept, renamedFrom: null }];
  });
}

/** @returns null where the rows have changed, or a job runs */
async function writeRename(
  db: Db,
  { repoId, branch, old, requestedBy }: { repoId: string; branch: string; old: string; requestedBy: string },
  once: Once | null,
  counts: BranchCounts,
  areTheSame: SQL,
): Promise<Accepted | null> {
  const ofRepo = sql`repo_id = ${repoId}`;
  const holds = sql`exists (select 1 from branches new, branches old
      where new.repo_id = ${repoId} and new.name = ${branch} and new.renamed_from = ${old} and not new.tracked
        and old.repo_id = ${repoId} and old.name = ${old} and old.gone and old.tracked)
    and not exists (select 1 from jobs where ${ofRepo} and status = 'running') and ${isFirst(once)} and ${areTheSame}`;
  const done = sql`exists (select 1 from branches
    where ${ofRepo} and name = ${branch} and renamed_from = ${old} and tracked)`;
  const of = (column: string) => sql`(select ${sql.raw(column)} from branches where ${ofRepo} and name = ${old})`;
  const job = uuid();
  const sync = sql`(id = ${job} or (${ofRepo} and kind = 'sync_repo' and status = 'queued' and not move))`;
  await write(db, [
    db.run(sql`update branches set tracked = 1, parent = ${of('parent')}, base = ${of('base')}, base_named = ${of('base_named')},
        kept = coalesce(kept, ${of('kept')})
      where ${ofRepo} and name = ${branch} and ${holds}`),
    // What holds is over with that; the rest asks whether it was done.
    db.run(sql`update repos set counts = ${JSON.stringify(counts)} where id = ${repoId} and ${done}`),
    db.run(sql`update branches set parent = ${branch} where ${ofRepo} and parent = ${old} and ${done}`),
    db.run(sql`update tasks set branch = ${branch} where ${ofRepo} and branch = ${old} and archived_at is null and ${done}
      and not exists (select 1 from tasks where ${ofRepo} and branch = ${branch} and archived_at is null)`),
    db.run(sql`update branch_tips set branch = ${branch} where ${ofRepo} and branch = ${old} and ${done}`),
    db.run(sql`update landings set branch = ${branch} where ${ofRepo} and branch = ${old} and ${done}`),
    db.run(sql`update landings set landed_in = ${branch} where ${ofRepo} and landed_in = ${old} and ${done}`),
    db.run(sql`
      update landings set retargeted = (
        select json_group_array(json_object(
          'branch', iif(value ->> 'branch' = ${old}, ${branch}, value ->> 'branch'),
          'parent', iif(value ->> 'parent' = ${old}, ${branch}, value ->> 'parent')))
        from json_each(retargeted))
      where ${ofRepo} and retargeted <> '[]' and ${done}`),
    db.run(sql`delete from branches where ${ofRepo} and name = ${old} and ${done}`),
    insertJob(db, { id: job, repoId, kind: 'sync_repo', move: false, requestedBy }, done),
    ...noteMade(db, once, { job: sql`${sync} and ${done}` }),
    db.run(sql`update branches set renamed_from = null where ${ofRepo} and name = ${branch} and ${done}`),
  ]);
  const [after] = await db
    .select({ tracked: branches.tracked, renamedFrom: branches.renamedFrom })
    .from(branches)
    .where(and(eq(branches.repoId, repoId), eq(branches.name, branch)));
  if (!after?.tracked || after.renamedFrom !== null) return null;
  const [queued] = await db.all<{ id: string }>(sql`select id from jobs where ${sync} limit 1`);
  return { accepted: true, jobId: queued?.id ?? job, status: 'queued' };
}

function notNow(): Refusal {
  const message = 'A job of this repo is running, or the branches have changed.';
  return conflict('branch', message, 'Accept it when that has ended.');
}

function isNoRename(branch: string): Refusal {
  const message = `${branch} does not seem to be another branch under a new name.`;
  return conflict('branch', message, 'Register it on its parent instead.');
}
