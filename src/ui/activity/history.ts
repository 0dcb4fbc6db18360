import type { JobDetail } from '@/api/jobs';
import type { TaskRow } from '@/db/schema';
import type { FeedEvent } from '@/feed/events';
import type { JobKind, JobStatus } from '@/model/kinds';
import type { JobResult } from '@/model/result';
import { lacksMoves } from '@/model/result';
import { mergeJobs } from '../jobs/details';
import { outcomeOf } from '../jobs/outcome';
import { order } from '../order';
import { heldBackWords } from '../stack/state';
import { KIND_WORDS, STATUS_WORDS } from './words';

/** What the history keeps; nothing given keeps everything. */
export interface HistoryFilter {
  kind?: JobKind | 'task';
  status?: JobStatus;
  branch?: string;
  person?: string;
}

/** What was loaded of a repo's history. */
export interface History {
  repoId: string;
  /** Newest first. Jobs that the filter leaves out may be among them: all that were open, and all since. */
  jobs: JobDetail[];
  /** Where the next page of older jobs begins; null where there is none. */
  next: number | null;
  tasks: TaskRow[];
  /** Where the next page of older tasks begins; null where there is none. */
  nextTask: string | null;
  cursor: number;
}

export type HistoryEntry =
  | { key: string; at: string; what: 'job'; detail: JobDetail }
  | { key: string; at: string; what: 'task_created' | 'task_archived'; task: TaskRow };

/** The filter that an address names; what it does not understand is left out. */
export function parseFilter(query: Pick<URLSearchParams, 'get'>): HistoryFilter {
  const kind = keyOf(KIND_WORDS, query.get('kind'));
  const status = keyOf(STATUS_WORDS, query.get('status'));
  const branch = query.get('branch')?.trim();
  const person = query.get('person')?.trim();
  return {
    ...(kind ? { kind } : {}),
    ...(status ? { status } : {}),
    ...(branch ? { branch } : {}),
    ...(person ? { person } : {}),
  };
}

function keyOf<K extends string>(words: Record<K, string>, given: string | null): K | undefined {
  // Object.keys forgets that a record has no other keys.
  return (Object.keys(words) as K[]).find((key) => key === given);
}

/** How the feed's changes go into the history. */
export function mergeHistory(history: History, events: FeedEvent[]): History {
  const ours = events.filter((event) => event.repoId === history.repoId);
  const jobs = mergeJobs(history.jobs, ours);
  let { tasks } = history;
  for (const event of ours) {
    if (event.type === 'tasks') tasks = [event.row, ...tasks.filter((task) => task.id !== event.row.id)];
  }
  return jobs === history.jobs && tasks === history.tasks ? history : { ...history, jobs, tasks };
}

/**
 * What the history shows, newest first: a job at the time when it was asked for.
 * @param held the keys of entries that stay, though they are no longer what the filter keeps
 */
export function entriesOf(
  { jobs, tasks, next, nextTask }: History,
  filter: HistoryFilter,
  held: ReadonlySet<string> = new Set(),
): HistoryEntry[] {
  const entries: HistoryEntry[] = jobs
    .filter((detail) => held.has(detail.job.id) || keeps(filter, detail))
    .map((detail) => ({ key: detail.job.id, at: detail.job.createdAt, what: 'job', detail }));
  if (showsTasks(filter)) {
    // What is older waits for the jobs, and the tasks, beside it.
    const [lastJob, lastTask] = [jobs.at(-1)?.job.createdAt ?? '', oldest(tasks)];
    const from = [next === null ? '' : lastJob, nextTask === null ? '' : lastTask].sort(order).at(-1) ?? '';
    for (const task of tasks) {
      if (filter.branch && task.branch !== filter.branch) continue;
      entries.push({ key: `${task.id} created`, at: task.createdAt, what: 'task_created', task });
      if (task.archivedAt)
        entries.push({ key: `${task.id} archived`, at: task.archivedAt, what: 'task_archived', task });
    }
    return entries.filter((entry) => entry.at >= from).sort(newestFirst);
  }
  return entries;
}

/** Whether a filter keeps tasks at all: nobody is known to have asked for one, and its status is its job's. */
export function showsTasks({ kind, status, person }: HistoryFilter): boolean {
  return !status && !person && (!kind || kind === 'task');
}

/** When the first of these tasks was created: ids sort by creation. */
function oldest(tasks: TaskRow[]): string {
  return tasks.reduce((first, task) => (first.id < task.id ? first : task), tasks[0] ?? { id: '', createdAt: '' })
    .createdAt;
}

function newestFirst(a: HistoryEntry, b: HistoryEntry): number {
  if (a.what === 'job' && b.what === 'job') return b.detail.job.seq - a.detail.job.seq;
  return order(b.at, a.at);
}

/** Whether a filter keeps a job: `jobs.list`'s own rule, but that to wait for a push is no error. */
export function keeps(filter: HistoryFilter, detail: JobDetail): boolean {
  const { job } = detail;
  return (
    (!filter.kind || job.kind === filter.kind) &&
    (!filter.status || (job.status === filter.status && (filter.status !== 'error' || outcomeOf(job) === 'error'))) &&
    (!filter.person || job.requestedBy === filter.person) &&
    (!filter.branch || concernsBranch(detail, filter.branch))
  );
}

/** Whether a job was asked for on a branch, has moved it, or says something about it. */
function concernsBranch(detail: JobDetail, branch: string): boolean {
  const { job, moves } = detail;
  const { result } = job;
  return (
    // Whoever has left something of it out has chosen by that.
    lacksMoves(detail) ||
    result?.counts !== undefined ||
    job.branch === branch ||
    job.branches?.includes(branch) ||
    moves.some((move) => move.branch === branch && move.state === 'pushed') ||
    (result !== null &&
      (result.gone.includes(branch) ||
        [...result.merged, ...result.registered, ...result.heldBack].some((each) => each.branch === branch)))
  );
}

/** The newest job before this one that held something back; null where none is known, nor all that either held back. */
export function lastHeldBack({ seq, result }: JobDetail['job'], jobs: readonly JobDetail[]): JobDetail['job'] | null {
  const last = jobs.find(({ job }) => job.seq < seq && (job.result?.heldBack.length ?? 0) > 0)?.job;
  return last && !result?.counts && !last.result?.counts ? last : null;
}

/** What a job held back that the one before it did not hold back for the same reason. */
export function newlyHeldBack(result: JobResult, before: JobResult | null): JobResult['heldBack'] {
  const key = ({ branch, reason }: JobResult['heldBack'][number]) => `${branch} ${heldBackWords(reason)}`;
  const known = new Set(before?.heldBack.map(key));
  return result.heldBack.filter((each) => !known.has(key(each)));
}
