import { and, eq, isNull, ne } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { type Db, snapshot, write } from '@/db/client';
import { branches, repos, tasks } from '@/db/schema';
import { type Accepted, insertJob } from '@/queue/accept';
import { noTask, type Refusal } from '@/queue/refusal';
import { retryJob } from '@/queue/retry';
import { branchNameProblem } from '@/repos/branch-name';
import { refusalOf } from './create';

/**
 * Tries again to attach the branch of a task whose job has ended without it; with `branch`, the task gets that
 * one instead, which is there or will be.
 */
export async function retryTask(
  db: Db,
  request: { taskId: string; branch?: string | undefined; requestedBy: string },
): Promise<Accepted | { refused: Refusal }> {
  const { taskId, requestedBy } = request;
  const [task] = await db.select().from(tasks).where(eq(tasks.id, taskId));
  if (!task) return { refused: noTask(taskId) };
  if (!task.jobId || task.branchStatus === 'completed') {
    return { refused: { code: 'CONFLICT', field: 'taskId', message: 'The branch of this task is attached already.' } };
  }
  const branch = request.branch ?? task.branch;
  if (branch === task.branch) return retryJob(db, { jobId: task.jobId, requestedBy });

  if (task.branchStatus === 'queued' || task.branchStatus === 'running') {
    return {
      refused: {
        code: 'CONFLICT',
        field: 'taskId',
        message: `${task.branch} is still being attached. Wait for that, or cancel it.`,
      },
    };
  }
  const problem = branchNameProblem(branch);
  if (problem) return { refused: { code: 'BAD_REQUEST', field: 'branch', message: problem } };
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
  await write(db, [
    insertJob(db, { id, repoId, kind: 'register_existing_branch', branch, requestedBy, retryOf: task.jobId }),
    db.update(tasks).set({ branch, jobId: id, branchStatus: 'queued' }).where(eq(tasks.id, taskId)),
  ]);
  return { accepted: true, jobId: id, status: 'queued' };
}
