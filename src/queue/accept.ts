import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { type Db, type Statement, snapshot, writeAndRead } from '@/db/client';
import { clashingName } from '@/db/name-clash';
import { openJobsOf } from '@/db/open-jobs';
import { branches, idempotencyKeys, jobs, repos, tasks } from '@/db/schema';
import type { ActionKind, JobKind, JobStatus } from '@/model/kinds';
import { clashes, isLongLived, isTrunk, wouldStandOnItself } from '@/repos/branch-words';
import { isKept } from '@/repos/kept';
import { keptWords } from '@/repos/kept-words';
import { type ActionFields, fieldsProblem } from './kinds';
import { badName, badRequest, conflict, noRepo, type Refusal } from './refusal';

/** An action as it was asked for. */
export interface ActionRequest extends ActionFields {
  repoId: string;
  kind: ActionKind;
  idempotencyKey?: string | undefined;
  /** The fingerprint of the rows that the asker has seen a forecast for. */
  expected?: string | undefined;
  /** Of a `sync_repo`: whether it moves what stands on merged branches, as it does where this is left out. */
  move?: boolean | undefined;
  requestedBy: string;
  note?: NoteJob | undefined;
}

/** The statement that writes down who asked for a job, given its id; it does nothing where the job has no row. */
export type NoteJob = (jobId: string) => Statement;

export type Accepted = { accepted: true; jobId: string; status: JobStatus };

/** The columns of a new job. */
export interface NewJob {
  id: string;
  repoId: string;
  kind: JobKind;
  branch?: string | null | undefined;
  branches?: readonly string[] | null | undefined;
  parent?: string | null | undefined;
  suggested?: boolean | undefined;
  atCommit?: string | null;
  base?: string | null | undefined;
  move?: boolean | undefined;
  requestedBy: string;
  /** The fingerprint of the rows that its asker has seen a forecast for. */
  expected?: string | undefined;
  retryOf?: string | null;
  undoOf?: string | null;
  taskId?: string | null;
}

/**
 * The statement that puts a job into the queue, where its repo is there and `onlyIf` holds. A `sync_repo` is left out
 * silently while another one of its repo, which moves as it does, is queued.
 */
export function insertJob(db: Db, job: NewJob, onlyIf: SQL = sql`true`): Statement {
  return db.run(sql`
    insert into jobs (id, repo_id, kind, branch, branches, parent, base, suggested, at_commit, move, requested_by, expected, retry_of, undo_of, task_id)
    select ${job.id}, ${job.repoId}, ${job.kind}, ${job.branch ?? null}, ${asJson(job.branches)}, ${job.parent ?? null}, ${job.base ?? null},
           ${job.suggested ? 1 : 0}, ${job.atCommit ?? null}, ${job.move === false ? 0 : 1}, ${job.requestedBy}, ${job.expected ?? null}, ${job.retryOf ?? null}, ${job.undoOf ?? null}, ${job.taskId ?? null}
    where exists (select 1 from repos where id = ${job.repoId}) and ${onlyIf}
    on conflict do nothing`);
}

/** A list of names as a column of JSON holds it. */
export const asJson = (names: readonly string[] | null | undefined) => (names ? JSON.stringify(names) : null);

/** A client's key for its request: the same key with the same input is the same request, and gets the same answer. */
export interface Once {
  key: string;
  /** The request as canonical JSON. */
  input: string;
}

/** @param input what tells this request from others, whatever was left out as null */
export function onceFor(key: string | undefined, input: unknown[]): Once | null {
  return key === undefined ? null : { key, input: JSON.stringify(input) };
}

/** What a key's request has made. */
export interface Made {
  jobId: string | null;
  status: JobStatus | null;
  taskId: string | null;
}

/**
 * Does something once a key: one that was used already gets its answer again, also where the other request of that key
 * is only just done. `work` does nothing unless `isFirst`, and notes what it has made, in one transaction.
 */
export async function onceOnly<T extends object>(
  db: Db,
  once: Once | null,
  work: () => Promise<T | { refused: Refusal }>,
  answer: (made: Made) => Promise<T>,
): Promise<T | { refused: Refusal }> {
  const before = once && (await madeBefore(db, once, answer));
  if (before) return before;
  const done = await work();
  return (once && (await madeBefore(db, once, answer))) ?? done;
}

async function madeBefore<T extends object>(
  db: Db,
  once: Once,
  answer: (made: Made) => Promise<T>,
): Promise<T | { refused: Refusal } | null> {
  const [made] = await madeBy(db, once);
  return made ? answerOf(once, made, answer) : null;
}

async function answerOf<T extends object>(
  once: Once,
  made: Made & { input: string },
  answer: (made: Made) => Promise<T>,
): Promise<T | { refused: Refusal }> {
  if (made.input === once.input) return answer(made);
  const message = 'This idempotency key was used for another request.';
  return { refused: conflict('idempotencyKey', message, 'Use a new key for each new one.') };
}

/** SQL for whether nothing has been made for a key yet. */
export function isFirst(once: Once | null): SQL {
  return once ? sql`not exists (select 1 from idempotency_keys where key = ${once.key})` : sql`true`;
}

/** The statements that note what a key's request has made; none without a key, nothing where no such row is there. */
export function noteMade(db: Db, once: Once | null, made: { job?: SQL | undefined; task?: string }): Statement[] {
  if (!once) return [];
  const job = made.job ? sql`(select id from ${jobs} where ${made.job} limit 1)` : sql`null`;
  const task = made.task ? sql`(select id from ${tasks} where id = ${made.task})` : sql`null`;
  return [
    db.run(sql`
      insert into ${idempotencyKeys} (key, job_id, task_id, input)
      select ${once.key}, job, task, ${once.input} from (select ${job} as job, ${task} as task)
      where job is not null or task is not null
      on conflict do nothing`),
  ];
}

/** The statement that reads what a key's request has made. */
function madeBy(db: Db, { key }: Once) {
  const { jobId, taskId, input } = idempotencyKeys;
  return db
    .select({ jobId, taskId, input, status: jobs.status })
    .from(idempotencyKeys)
    .leftJoin(jobs, eq(jobs.id, idempotencyKeys.jobId))
    .where(eq(idempotencyKeys.key, key));
}

/** The answer of a request that made a job. */
export async function acceptedJob({ jobId, status }: Pick<Made, 'jobId' | 'status'>): Promise<Accepted> {
  if (!jobId || !status) throw new Error('The key of a job names none.');
  return { accepted: true, jobId, status };
}

/**
 * Accepts an action: checks what the database alone can answer, writes the job's row, returns its id. It runs
 * no git and waits for nobody. A `sync_repo` joins a queued one that moves as it does; the same idempotency key
 * with the same input answers with the same job.
 * @param alsoRefused what can be said against it besides; asked last, and only where the key is new
 */
export async function acceptAction(
  db: Db,
  request: ActionRequest,
  alsoRefused: () => Promise<Refusal | null> = async () => null,
): Promise<Accepted | { refused: Refusal }> {
  const { repoId, kind, branch, parent, suggested, base, idempotencyKey, expected, move, requestedBy, note } = request;
  const several = request.branches && [...new Set(request.branches)];
  const input = [
    ...[repoId, kind, branch ?? null, parent ?? null, suggested ?? false],
    ...(several ? [several] : []),
    ...(base ? [base] : []),
    ...(expected ? [{ expected }] : []),
    ...(move === false ? [{ move }] : []),
  ];
  const once = onceFor(idempotencyKey, input);
  return queueJob(db, once, async () => {
    const refused = (await refusalOf(db, request)) ?? (await alsoRefused());
    if (refused) return { refused };
    return { repoId, kind, branch, branches: several, parent, suggested, base, expected, move, requestedBy, note };
  });
}

/** The job that is asked for, with who asks; or what is said against it. */
export type Asked = (Omit<NewJob, 'id'> & { note?: NoteJob | undefined }) | { refused: Refusal };

/**
 * Puts a job into the queue, unless its key has one already or it is refused. A `sync_repo` joins a queued one of its
 * repo that moves as it does.
 * @param ask asked only where the key is new; its `note` is of the same transaction, so that the disk is waited for once
 * @param more statements of the same transaction, given the new job's id; they must do nothing where it has no row
 */
export async function queueJob(
  db: Db,
  once: Once | null,
  ask: () => Promise<Asked>,
  more: (id: string) => Statement[] = () => [],
): Promise<Accepted | { refused: Refusal }> {
  const before = once && (await madeBefore(db, once, acceptedJob));
  if (before) return before;
  const asked = await ask();
  // What is said may be said because another request of the key has made it meanwhile.
  if ('refused' in asked) return (once && (await madeBefore(db, once, acceptedJob))) ?? asked;
  const { note, ...job } = asked;
  const id = uuid();
  const joined = joinable(id, job);
  const writes = [insertJob(db, { ...job, id }, isFirst(once)), ...more(id), ...(note ? [note(id)] : [])] as const;
  // Read in the same transaction, so that nothing comes between: a queued sync that kept ours out is still queued.
  if (once) {
    const [[made]] = await writeAndRead(db, [...writes, ...noteMade(db, once, { job: joined })], [madeBy(db, once)]);
    if (made) return answerOf(once, made, acceptedJob);
  } else {
    const found = db.select({ jobId: jobs.id, status: jobs.status }).from(jobs).where(joined).limit(1);
    const [[made]] = await writeAndRead(db, writes, [found]);
    if (made) return acceptedJob(made);
  }
  return { refused: noRepo(job.repoId) };
}

/** SQL for the job just inserted, or the queued sync that kept it out. */
function joinable(id: string, { kind, repoId, move }: Pick<NewJob, 'kind' | 'repoId' | 'move'>): SQL {
  return kind === 'sync_repo'
    ? sql`(id = ${id} or (repo_id = ${repoId} and kind = 'sync_repo' and status = 'queued' and move = ${move === false ? 0 : 1}))`
    : sql`id = ${id}`;
}

/** Everything that can be said against an action from its fields and the cached rows alone. */
export async function refusalOf(
  db: Db,
  request: Pick<ActionRequest, 'repoId' | 'kind' | 'move'> & ActionFields,
): Promise<Refusal | null> {
  const { repoId, kind, branch, branches: several = [], parent } = request;
  const fields = fieldsProblem(kind, request);
  if (fields) return { code: 'BAD_REQUEST', ...fields };
  if (request.move !== undefined && kind !== 'sync_repo') {
    const message = `${kind} takes no field "move": only sync_repo can do without moving anything.`;
    return badRequest('move', { message, hint: 'Leave it out.' });
  }
  for (const field of ['branch', 'parent'] as const) {
    const name = request[field];
    const problem = name === undefined ? null : badName(field, name);
    if (problem) return problem;
  }
  for (const name of several) {
    const problem = badName('branches', name);
    if (problem) return problem;
  }
  const named = branch === undefined ? several : [branch];
  const field = branch === undefined ? 'branches' : 'branch';
  // The repo with the branches that are named; a row without one where none is there.
  const rows = await db
    .select({
      trunk: repos.trunk,
      branch: { name: branches.name, kept: branches.kept, keptReason: branches.keptReason },
    })
    .from(repos)
    .leftJoin(branches, and(eq(branches.repoId, repos.id), inArray(branches.name, [...named])))
    .where(eq(repos.id, repoId));
  const [repo] = rows;
  if (!repo) return noRepo(repoId);
  for (const name of named) if (name === repo.trunk) return badRequest(field, isTrunk(name));
  const kept = rows.flatMap((row) => row.branch ?? []).find(isKept);
  if (kept) return badRequest(field, isLongLived(kept.name, keptWords(kept)));
  if (branch === undefined || parent === undefined) return null;
  return branch === parent || (await standsBelow(db, repoId, branch, parent))
    ? badRequest('parent', wouldStandOnItself(branch, parent))
    : null;
}

/**
 * Whether a branch is among those that another stands on. Jobs that are still to run may change that; the workflow asks
 * again on fresh rows.
 */
async function standsBelow(db: Db, repoId: string, branch: string, above: string): Promise<boolean> {
  const [below, pending] = await snapshot(db, [
    db
      .select({ name: branches.name })
      .from(branches)
      .where(
        and(
          eq(branches.repoId, repoId),
          eq(branches.name, branch),
          sql`${branches.name} in ${namesFrom(repoId, above)}`,
        ),
      ),
    db.select({ seq: sql<number>`seq` }).from(openJobsOf(repoId)).limit(1),
  ]);
  return below.length > 0 && pending.length === 0;
}

/** What the rows say against the name of a new branch beside the others. */
export async function clashRefusal(db: Db, repoId: string, branch: string): Promise<Refusal | null> {
  const there = await clashingName(db, repoId, branch);
  return there === null ? null : badRequest('branch', clashes(branch, there));
}

/**
 * SQL for the names of a branch and of everything below it; `union` ends the walk where rows form a circle. Each step is
 * one row by its key: what stands above a branch has no index, so a walk up would read all rows at each step.
 */
function namesFrom(repoId: string, branch: string) {
  return sql`(with recursive below(name) as (
    select ${branch}
    union
    select b.parent from below join branches b on b.repo_id = ${repoId} and b.name = below.name where b.parent is not null
  ) select name from below)`;
}
