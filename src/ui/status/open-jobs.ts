import type { FeedEvent, JobView } from '@/feed/events';
import { isActive } from '../jobs/active';
import { outcomeOf } from '../jobs/outcome';

/** The queue of all repos. */
export interface OpenJobs {
  /** The jobs that have yet to end, oldest first. */
  jobs: JobView[];
  /** Those that ended with an error since they were loaded, newest first. */
  failed: JobView[];
  cursor: number;
}

/** How the feed's changes go into the queue. */
export function mergeOpenJobs(open: OpenJobs, events: FeedEvent[]): OpenJobs {
  let { jobs, failed } = open;
  for (const event of events) {
    if (event.type !== 'jobs') continue;
    const job = event.row;
    const known = jobs.some((other) => other.id === job.id);
    const others = known ? jobs.filter((other) => other.id !== job.id) : jobs;
    jobs = isActive(job.status) ? [...others, job].sort((a, b) => a.seq - b.seq) : others;
    if (outcomeOf(job) === 'error') {
      failed = [job, ...failed.filter((other) => other.id !== job.id)].sort((a, b) => b.seq - a.seq);
    }
  }
  return jobs === open.jobs && failed === open.failed ? open : { ...open, jobs, failed };
}
