import { and, eq, isNull, sql } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { type Db, type Statement, snapshot, write } from '@/db/client';
import { branches, repos, type TaskRow, tasks } from '@/db/schema';
import { clashRefusal, insertJob, isFirst, noteMade, type Once, onceFor, onceOnly } from '@/queue/accept';
import { badName, badRequest, conflict, noRepo, type Refusal } from '@/queue/refusal';
import { branchNameFor } from '@/repos/branch-name';
import { isLongLived, nameIsTaken } from '@/repos/branch-words';
import { isKept, type KeptBranch } from '@/repos/kept';
import { keptWords } from '@/repos/kept-words';

export interface TaskRequest {
  repoId: string;
  title: string;
  description?: string | undefined;
  /** A branch that is there, or that somebody will push; or, with `parent`, the name of a new one. */
  branch?: string | undefined;
  /** Asks for a new branch on top of this one. Without `branch` too, the new one stands on trunk. */
  parent?: string | undefined;
  idempotencyKey?: string | undefined;
  requestedBy: string;
}

type Created = { task: TaskRow };

/** Branch rows that are older than this are not taken for the remote's present state, in SQLite's words. */
const FRESH = '-10 minutes';

/**
 * Creates a task at once. A tracked branch of a freshly synced repo is attached from the start. Any other is
 * attached by a job whose status the task shows: `register_existing_branch` for a branch that we do not know,
 * do not track or have not looked at for a while, `create_branch` for a new one.
 */
export async function createTask(db: Db, request: TaskRequest): Promise<Created | { refused: Refusal }> {
  const { repoId, title, description = '', branch = null, parent = null } = request;
  const once = onceFor(request.idempotencyKey, ['task', repoId, title, description, branch, parent]);
  return onceOnly(
    db,
    once,
    () => create(db, request, once),
    async ({ taskId }) => ({ task: await taskOf(db, taskId) }),
  );
}

async function taskOf(db: Db, id: string | null): Promise<TaskRow> {
  const [task] = await db
    .select()
    .from(tasks)
    .where(eq(tasks.id, id ?? ''));
  if (!task) throw new Error('The key of a task names none.');
  return task;
}

async function create(db: Db, request: TaskRequest, once: Once | null): Promise<Created | { refused: Refusal }> {
  const { repoId, parent } = request;
  const isNew = request.branch === undefined || parent !== undefined;
  const branch = request.branch ?? branchNameFor(request.title);
  for (const [field, name] of [
    ['branch', branch],
    ['parent', parent],
  ] as const) {
    const refused = name === undefined ? null : badName(field, name);
    if (refused) return { refused };
  }
  const [[repo], [known], [active]] = await snapshot(db, [
    db
      .select({
        trunk: repos.trunk,
        fresh: sql<number>`${repos.syncedAt} > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ${FRESH})`,
      })
      .from(repos)
      .where(eq(repos.id, repoId)),
    db
      .select()
      .from(branches)
      .where(and(eq(branches.repoId, repoId), eq(branches.name, branch))),
    db
      .select({ title: tasks.title })
      .from(tasks)
      .where(and(eq(tasks.repoId, repoId), eq(tasks.branch, branch), isNull(tasks.archivedAt))),
  ]);
  const refused =
    refusalOf({ repoId, branch, isNew }, repo, known, active) ??
    (isNew ? await clashRefusal(db, repoId, branch) : null);
  if (refused) return { refused };

  const attached = !isNew && known?.tracked && !known.gone && !known.merged && Boolean(repo?.fresh);
  const id = uuid();
  const jobId = attached ? null : uuid();
  const insert: Statement = db.run(sql`
    insert into ${tasks} (id, repo_id, title, description, branch, job_id, branch_status)
    select ${id}, ${repoId}, ${request.title}, ${request.description ?? ''}, ${branch}, ${jobId},
           ${attached ? 'completed' : 'queued'}
    where ${isFirst(once)}
    on conflict do nothing`);
  const attach = (job: string) =>
    insertJob(
      db,
      {
        id: job,
        repoId,
        kind: isNew ? 'create_branch' : 'register_existing_branch',
        branch,
        parent: isNew ? parent : undefined,
        requestedBy: request.requestedBy,
        taskId: id,
      },
      // No job without its task, where another request has just taken the branch.
      sql`exists (select 1 from tasks where id = ${id})`,
    );
  await write(db, [insert, ...(jobId ? [attach(jobId)] : []), ...noteMade(db, once, { task: id })]);
  const [task] = await db.select().from(tasks).where(eq(tasks.id, id));
  return task ? { task } : { refused: taken(branch, 'another one') };
}

/** What the rows alone say against a task on a branch. */
export function refusalOf(
  { repoId, branch, isNew }: { repoId: string; branch: string; isNew: boolean },
  repo: { trunk: string | null } | undefined,
  known: (KeptBranch & { gone: boolean; merged: boolean; tracked: boolean }) | undefined,
  active: { title: string } | undefined,
): Refusal | null {
  if (!repo) return noRepo(repoId);
  if (branch === repo.trunk) {
    return badRequest('branch', { message: `${branch} is the trunk.`, hint: 'A task needs a branch of its own.' });
  }
  if (active) return taken(branch, active.title);
  if (known && !known.tracked && isKept(known)) return badRequest('branch', isLongLived(branch, keptWords(known)));
  if (known?.merged) {
    return badRequest('branch', {
      message: `${branch} was merged already.`,
      hint: 'Choose another branch, or a new one.',
    });
  }
  if (isNew && known && !known.gone) {
    return conflict('branch', nameIsTaken(branch).message, 'Leave "parent" out to use it, or choose another name.');
  }
  return null;
}

function taken(branch: string, title: string): Refusal {
  const message = `${branch} has an active task: ${title}.`;
  return conflict('branch', message, 'Archive that one first, or choose another branch.');
}
