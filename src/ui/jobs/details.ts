import type { JobDetail } from '@/api/jobs';
import type { JobStepRow } from '@/db/schema';
import type { FeedEvent, JobView, MoveView } from '@/feed/events';

/** How the feed's changes go into jobs with their steps and moves, wherever these are shown. */

/** What the feed brings of one job: a large one moves its branches by hundreds at once. */
interface Its {
  job: JobView | null;
  steps: JobStepRow[];
  moves: MoveView[];
}

/** A list of a repo's jobs, newest first; jobs that it does not have are added. */
export function mergeJobs(jobs: JobDetail[], events: FeedEvent[]): JobDetail[] {
  const changes = byJob(events);
  if (changes.size === 0) return jobs;
  const known = new Set(jobs.map(({ job }) => job.id));
  const added = [...changes].flatMap(([id, { job, steps, moves }]) =>
    job && !known.has(id) ? [{ job, steps: putById([], steps), moves: putById([], moves) }] : [],
  );
  const merged = jobs.map((detail) => put(detail, changes.get(detail.job.id)));
  return added.length === 0 ? merged : [...merged, ...added].sort((a, b) => b.job.seq - a.job.seq);
}

/** One job; steps and moves are put by their ids, in whatever order they come. */
export function mergeDetail<D extends JobDetail>(detail: D, events: FeedEvent[]): D {
  return put(detail, byJob(events).get(detail.job.id));
}

function put<D extends JobDetail>(detail: D, its: Its | undefined): D {
  if (!its) return detail;
  const { job, steps, moves } = its;
  return {
    ...detail,
    job: job ?? detail.job,
    steps: putById(detail.steps, steps),
    moves: putById(detail.moves, moves),
  };
}

function byJob(events: FeedEvent[]): Map<string, Its> {
  const found = new Map<string, Its>();
  const of = (id: string) => {
    const its = found.get(id) ?? { job: null, steps: [], moves: [] };
    found.set(id, its);
    return its;
  };
  for (const event of events) {
    if (event.type === 'jobs') of(event.row.id).job = event.row;
    else if (event.type === 'job_steps') of(event.row.jobId).steps.push(event.row);
    else if (event.type === 'job_moves') of(event.row.jobId).moves.push(event.row);
  }
  return found;
}

/** Puts rows in their places: over those with their ids, or else where their ids belong. The same list where there are none. */
export function putById<R extends { id: number }>(rows: R[], changed: readonly R[]): R[] {
  if (changed.length === 0) return rows;
  const byId = new Map([...rows, ...changed].map((row) => [row.id, row]));
  return [...byId.values()].sort((a, b) => a.id - b.id);
}
