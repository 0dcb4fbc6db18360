import { and, eq, isNull, ne, sql } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { type Db, snapshot, write } from '@/db/client';
import { branches, jobs, repos, tasks } from '@/db/schema';
import { type Accepted, acceptedJob, insertJob, isFirst, noteMade, type Once, onceFor, onceOnly } from '@/queue/accept';
import { badName, conflict, noTask, type Refusal } from '@/queue/refusal';
import { retryJob } from '@/queue/retry';
import { refusalOf } from './create';

export interface TaskRetry {
  taskId: string;
  /** Another one instead of that which it has. */
  branch?: string | undefined;
  idempotencyKey?: string | undefined;
  requestedBy: string;
}

/**
 * Tries again to attach the branch of a task whose job has ended without it; with `branch`, the task gets that
 * one instead, which is there or will be pushed.
 */
export async function retryTask(db: Db, request: TaskRetry): Promise<Accepted | { refused: Refusal }> {
  const once = onceFor(request.idempotencyKey, ['retry task', request.taskId, request.branch ?? null]);
  return onceOnly(db, once, () => retry(db, request, once), acceptedJob);
}

async function retry(db: Db, request: TaskRetry, once: Once | null): Promise<Accepted | { refused: Refusal }> {
  const { taskId, requestedBy } = request;
  const [task] = await db.select().from(tasks).where(eq(tasks.id, taskId));
  if (!task) return { refused: noTask(taskId) };
  if (!task.jobId || task.branchStatus === 'completed') {
    const message = 'The branch of this task is attached already.';
    return { refused: conflict('taskId', message, 'There is nothing to retry.') };
  }
  const branch = request.branch ?? task.branch;
  if (branch === task.branch) return retryJob(db, { jobId: task.jobId, requestedBy }, once);

  if (task.branchStatus === 'queued' || task.branchStatus === 'running') {
    const message = `${task.branch} is still being attached.`;
    return { refused: conflict('taskId', message, 'Wait for that, or cancel it.') };
  }
  const problem = badName('branch', branch);
  if (problem) return { refused: problem };
  const { repoId } = task;
  const [[repo], [known], [active]] = await snapshot(db, [
    db.select({ trunk: repos.trunk }).from(repos).where(eq(repos.id, repoId)),
    db
      .select()
      .from(branches)
      .where(and(eq(branches.repoId, repoId), eq(branches.name, branch))),
    db
      .select({ title: tasks.title })
      .from(tasks)
      .where(and(eq(tasks.repoId, repoId), eq(tasks.branch, branch), isNull(tasks.archivedAt), ne(tasks.id, taskId))),
  ]);
  const refused = refusalOf({ repoId, branch, isNew: false }, repo, known, active);
  if (refused) return { refused };
  const id = uuid();
  const job = {
    id,
    repoId,
    kind: 'register_existing_branch',
    branch,
    requestedBy,
    retryOf: task.jobId,
    taskId,
  } as const;
  await write(db, [
    insertJob(db, job, isFirst(once)),
    db
      .update(tasks)
      .set({ branch, jobId: id, branchStatus: 'queued' })
      .where(and(eq(tasks.id, taskId), sql`exists (select 1 from ${jobs} where id = ${id})`)),
    ...noteMade(db, once, { job: sql`id = ${id}` }),
  ]);
  return { accepted: true, jobId: id, status: 'queued' };
}
