import { and, eq, isNull, sql } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { type Db, snapshot, write } from '@/db/client';
import { branches, repos, type TaskRow, tasks } from '@/db/schema';
import { insertJob, type Refusal } from '@/jobs/accept';
import { branchNameProblem } from '@/repos/branch-name';

export interface TaskRequest {
  repoId: string;
  title: string;
  description?: string | undefined;
  branch: string;
  requestedBy: string;
}

/**
 * Creates a task at once. A tracked branch is attached from the start; one that we do not know (or do not
 * track) yet is attached by a `register_existing_branch` job, whose status the task shows.
 */
export async function createTask(db: Db, request: TaskRequest): Promise<{ task: TaskRow } | { refused: Refusal }> {
  const { repoId, branch } = request;
  const problem = branchNameProblem(branch);
  if (problem) return { refused: { code: 'BAD_REQUEST', field: 'branch', message: problem } };
  const [[repo], [known], [active]] = await snapshot(db, [
    db.select({ trunk: repos.trunk }).from(repos).where(eq(repos.id, repoId)),
    db
      .select()
      .from(branches)
      .where(and(eq(branches.repoId, repoId), eq(branches.name, branch))),
    db
      .select({ title: tasks.title })
      .from(tasks)
      .where(and(eq(tasks.repoId, repoId), eq(tasks.branch, branch), isNull(tasks.archivedAt))),
  ]);
  if (!repo)
    return {
      refused: {
        code: 'NOT_FOUND',
        field: 'repoId',
        message: `There is no repo ${repoId}. List them with repos.list.`,
      },
    };
  if (branch === repo.trunk) {
    return {
      refused: {
        code: 'BAD_REQUEST',
        field: 'branch',
        message: `${branch} is the trunk. A task needs a branch of its own.`,
      },
    };
  }
  if (active) return { refused: taken(branch, active.title) };

  const attached = known?.tracked && !known.gone && !known.merged;
  const id = uuid();
  const jobId = attached ? null : uuid();
  const row = {
    id,
    repoId,
    title: request.title,
    description: request.description ?? '',
    branch,
    jobId,
    branchStatus: attached ? ('completed' as const) : ('queued' as const),
  };
  const insert = db.insert(tasks).values(row).onConflictDoNothing().returning();
  const register = (job: string) =>
    insertJob(
      db,
      { id: job, repoId, kind: 'register_existing_branch', branch, requestedBy: request.requestedBy },
      // No job without its task, where another request has just taken the branch.
      sql`exists (select 1 from tasks where id = ${id})`,
    );
  const [created] = await write(db, [insert, ...(jobId ? [register(jobId)] : [])]);
  const [task] = created;
  return task ? { task } : { refused: taken(branch, 'another one') };
}

function taken(branch: string, title: string): Refusal {
  return {
    code: 'CONFLICT',
    field: 'branch',
    message: `${branch} has an active task: ${title}. Archive that one first, or choose another branch.`,
  };
}
