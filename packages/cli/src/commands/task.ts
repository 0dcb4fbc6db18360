import type { Task } from '@spicerack/client';
import { sentence } from '@/text/words';
import { asOf } from '../context/forecast';
import { type Place, repoOf, type Session } from '../context/session';
import { EXIT, notFound, usage } from '../out/exit';
import { paint, table } from '../out/line';
import { follow } from './act/follow';
import { overviewOf } from './look/overview';

export interface TaskFlags extends Place {
  json?: boolean | undefined;
  noWait?: boolean | undefined;
  archived?: boolean | undefined;
  title?: string | undefined;
  description?: string | undefined;
  parent?: string | undefined;
}

export async function taskList(session: Session, flags: TaskFlags) {
  const repo = await repoOf(session, flags);
  const input = { repoId: repo.id, archived: flags.archived ?? false };
  const tasks = await allTasks(session, input);
  session.out.result({ tasks }, () =>
    table(tasks.map((task) => [task.branch, state(task), [paint('bold', task.title)], [paint('dim', task.id)]])),
  );
  if (tasks.length === 0) session.out.say('There is no task: spicerack task create <title>');
  return EXIT.ok;
}

export async function taskShow(session: Session, flags: TaskFlags, given: string) {
  const task = await taskOf(session, flags, given);
  const waits = await waitsWords(session, task);
  session.out.result({ task }, () => [
    [paint('bold', task.title)],
    `branch ${task.branch}, ${state(task)}`,
    ...waits,
    ...(task.archivedReason ? [task.archivedReason] : []),
    ...(task.description ? task.description.split('\n') : []),
  ]);
  return EXIT.ok;
}

/** A task on a branch that is there or will be pushed, or on a new one on top of `--parent`. */
export async function taskCreate(session: Session, flags: TaskFlags, title: string) {
  const repo = await repoOf(session, flags);
  const { branch, parent, description } = flags;
  const task = await session.client().tasks.create(
    {
      repoId: repo.id,
      title,
      ...(branch === undefined ? {} : { branch }),
      ...(parent === undefined ? {} : { parent }),
      ...(description === undefined ? {} : { description }),
    },
    { signal: session.signal },
  );
  return attached(session, flags, task);
}

/** A new branch, and the task that it is for: on `--parent`, else on the branch of HEAD, else on the trunk. */
export async function create(session: Session, flags: TaskFlags, branch: string) {
  const repo = await repoOf(session, flags);
  const head = flags.repo === undefined ? (await session.clone())?.branch : null;
  const { branches: rows } = await overviewOf(session, repo.id);
  const { parent: named } = flags;
  // Before the first sync nothing is known.
  if (named !== undefined && named !== repo.trunk && repo.syncedAt !== null) {
    if (!rows.some(({ name, gone }) => name === named && !gone)) {
      throw notFound(`The remote had no branch ${named} at the last sync.`, 'spicerack sync looks again.');
    }
  }
  const onHead = rows.find((row) => row.name === head && row.tracked && !row.merged && !row.gone)?.name;
  const parent = named ?? onHead ?? repo.trunk;
  if (!parent) throw usage('The trunk is not known before the first sync.', 'Sync first: spicerack sync');
  session.out.say([
    paint('bold', 'forecast'),
    `: makes ${branch} on ${parent}`,
    paint('dim', ` (${asOf(repo, Date.now())})`),
  ]);
  const title = flags.title ?? branch;
  const task = await session
    .client()
    .tasks.create({ repoId: repo.id, title, branch, parent }, { signal: session.signal });
  return attached(session, flags, task);
}

export async function taskArchive(session: Session, flags: TaskFlags, given: string) {
  const { id } = await taskOf(session, flags, given);
  const task = await session.client().tasks.archive({ taskId: id }, { signal: session.signal });
  session.out.result({ task }, () => [sentence(`Archived ${task.title}`)]);
  return EXIT.ok;
}

export async function taskRetry(session: Session, flags: TaskFlags, given: string) {
  const { id } = await taskOf(session, flags, given);
  const input = { taskId: id, ...(flags.branch === undefined ? {} : { branch: flags.branch }) };
  await session.client().tasks.retry(input, { signal: session.signal });
  return attached(session, flags, await session.client().tasks.get({ taskId: id }, { signal: session.signal }));
}

async function attached(session: Session, { noWait }: TaskFlags, task: Task) {
  if (task.jobId) {
    const exit = await follow(session, task.jobId, { noWait, more: { task } });
    if (exit === EXIT.notFound) for (const line of await waitsWords(session, task)) session.out.say(line);
    return exit;
  }
  session.out.result({ task }, () => [`${task.title}: ${state(task)} to ${task.branch}`]);
  return EXIT.ok;
}

/** What a task waits for whose branch the last look has not found; nothing where it does not wait. */
async function waitsWords(session: Session, { id }: Task): Promise<string[]> {
  const { branch, branchStatus } = await session.client().tasks.get({ taskId: id }, { signal: session.signal });
  return branchStatus === 'waiting' ? [`It waits for a push of ${branch}: the sync that sees it attaches it.`] : [];
}

const state = (task: Task) => (task.branchStatus === 'completed' ? 'attached' : task.branchStatus);

/** All pages of a list. */
async function allTasks(session: Session, input: { repoId: string; archived: boolean }): Promise<Task[]> {
  const all: Task[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await session.client().tasks.list({ ...input, limit: 500, cursor }, { signal: session.signal });
    all.push(...page.tasks);
    if (page.nextCursor === null) return all;
    cursor = page.nextCursor;
  }
}

/** By its id, or by its branch: the active one, else the one that was archived last. */
async function taskOf(session: Session, flags: TaskFlags, given: string): Promise<Task> {
  const { signal } = session;
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(given)) return session.client().tasks.get({ taskId: given }, { signal });
  const repo = await repoOf(session, { repo: flags.repo });
  const { list } = session.client().tasks;
  const of = { repoId: repo.id, branch: given, limit: 1 };
  const active = await list(of, { signal });
  const [found] = active.tasks.length > 0 ? active.tasks : (await list({ ...of, archived: true }, { signal })).tasks;
  if (!found) throw notFound(`There is no task on ${given}.`, '"spicerack task list" lists them.');
  return found;
}
