import type { JobDetail } from '@/api/jobs';
import type { FeedEvent } from '@/feed/events';

/** How the feed's changes go into jobs with their steps and moves, wherever these are shown. */

/** A list of a repo's jobs, newest first; jobs that it does not have are added. */
export function mergeJobs(jobs: JobDetail[], events: FeedEvent[]): JobDetail[] {
  let merged = jobs;
  for (const event of events) {
    if (event.type === 'jobs') {
      const known = merged.find((detail) => detail.job.id === event.row.id);
      merged = known
        ? merged.map((detail) => (detail === known ? { ...known, job: event.row } : detail))
        : [...merged, { job: event.row, steps: [], moves: [] }].sort((a, b) => b.job.seq - a.job.seq);
    } else if (event.type === 'job_steps' || event.type === 'job_moves') {
      merged = merged.map((detail) => (detail.job.id === event.row.jobId ? mergeDetail(detail, event) : detail));
    }
  }
  return merged;
}

/** One job; steps and moves are put by their ids, in whatever order they come. */
export function mergeDetail<D extends JobDetail>(detail: D, event: FeedEvent): D {
  const { id } = detail.job;
  switch (event.type) {
    case 'jobs':
      return event.row.id === id ? { ...detail, job: event.row } : detail;
    case 'job_steps':
      return event.row.jobId === id ? { ...detail, steps: putById(detail.steps, event.row) } : detail;
    case 'job_moves':
      return event.row.jobId === id ? { ...detail, moves: putById(detail.moves, event.row) } : detail;
    default:
      return detail;
  }
}

/** Puts a row in its place: over the one with its id, or else where its id belongs. */
export function putById<R extends { id: number }>(rows: R[], row: R): R[] {
  const at = rows.findIndex((other) => other.id >= row.id);
  if (at === -1) return [...rows, row];
  return rows.toSpliced(at, rows[at]?.id === row.id ? 1 : 0, row);
}
