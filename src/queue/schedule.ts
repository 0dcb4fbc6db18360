import { and, eq, isNull, sql } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { type Db, type Statement, write } from '@/db/client';
import { hasOpenJob } from '@/db/open-jobs';
import { branches, type JobRow, jobs, type RepoRow, repos, tasks } from '@/db/schema';
import { insertJob } from './accept';
import type { Lease } from './lease';
import { waitsFor } from './retry';

/**
 * Jobs that nobody asked for by hand: syncs by the clock and restacks after a merge, both off by default; and the
 * registration of a branch that a task has waited for.
 */

/** SQL: the repo is to be synced by the clock, its time has come, and nothing of it is queued or running. */
const DUE = sql`${repos.autoSyncMinutes} is not null
  and not ${hasOpenJob(repos.id)}
  and coalesce((select created_at from jobs where repo_id = ${repos.id} and kind in ('sync_repo', 'restack_repo')
    order by seq desc limit 1) <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-' || ${repos.autoSyncMinutes} || ' minutes'), true)`;

/** Queues a `sync_repo` for every repo whose automatic sync is due. A failed one is not due again before its time. */
export async function queueDueSyncs(db: Db): Promise<void> {
  for (const { id, move } of await db.select({ id: repos.id, move: repos.autoSyncMoves }).from(repos).where(DUE)) {
    const job = { id: uuid(), repoId: id, kind: 'sync_repo' as const, move, requestedBy: 'automatic sync' };
    // Asked again within the insert: another process may have been quicker.
    await write(db, [insertJob(db, job, sql`exists (select 1 from repos where ${eq(repos.id, id)} and ${DUE})`)]);
  }
}

/** The statements that queue a restack when a sync has found merged branches and the repo wants that. */
export function restackAfterMerge(lease: Lease, repo: RepoRow, job: Pick<JobRow, 'kind'>, merged: number) {
  if (!repo.autoRestack || job.kind !== 'sync_repo' || merged === 0) return [];
  const restack = { id: uuid(), repoId: repo.id, kind: 'restack_repo' as const, requestedBy: 'automatic restack' };
  return [insertJob(lease.db, restack, lease.held)];
}

/** The tasks of a repo that wait for somebody to push their branch, and whose branch is there now. */
function arrived(db: Db, repoId: string) {
  return db
    .select({ taskId: tasks.id, branch: tasks.branch, retryOf: jobs.id, requestedBy: jobs.requestedBy })
    .from(tasks)
    .innerJoin(jobs, eq(jobs.id, tasks.jobId))
    .innerJoin(branches, and(eq(branches.repoId, tasks.repoId), eq(branches.name, tasks.branch)))
    .where(
      and(
        eq(tasks.repoId, repoId),
        isNull(tasks.archivedAt),
        eq(tasks.branchStatus, 'waiting'),
        sql`not ${branches.gone} and not ${branches.merged}`,
      ),
    );
}

/**
 * The statements that attach the tasks whose branch this job's fetch has seen for the first time: nobody has to come
 * back for them. A registration attaches none, so that one which fails is tried again with the next sync, not at once.
 */
export async function attachArrived(lease: Lease): Promise<Statement[]> {
  const { db, job, repo, held } = lease;
  if (job.kind === 'register_existing_branch') return [];
  return (await arrived(db, repo.id)).flatMap(({ taskId, branch, retryOf, requestedBy }) => {
    const next = uuid();
    return [
      insertJob(
        db,
        { id: next, repoId: repo.id, kind: 'register_existing_branch', branch, requestedBy, retryOf, taskId },
        held,
      ),
      waitsFor(db, retryOf, next),
    ];
  });
}
