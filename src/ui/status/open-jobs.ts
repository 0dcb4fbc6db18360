import type { FeedEvent, JobView } from '@/feed/events';
import { isActive } from '../jobs/active';
import { outcomeOf } from '../jobs/outcome';

/** The queue of all repos. */
export interface OpenJobs {
  /** The jobs that have yet to end, oldest first. */
  jobs: JobView[];
  /** Those of them that have ended since, the last ones. */
  ended: JobView[];
  /** Those that ended with an error since they were loaded, newest first. */
  failed: JobView[];
  cursor: number;
}

/** As many are remembered. */
const ENDED_KEPT = 100;

/** How the feed's changes go into the queue. */
export function mergeOpenJobs(open: OpenJobs, events: FeedEvent[]): OpenJobs {
  let { jobs, ended, failed } = open;
  for (const event of events) {
    if (event.type !== 'jobs') continue;
    const job = event.row;
    const known = jobs.some((other) => other.id === job.id);
    const others = known ? jobs.filter((other) => other.id !== job.id) : jobs;
    jobs = isActive(job.status) ? [...others, job].sort((a, b) => a.seq - b.seq) : others;
    if (known && !isActive(job.status)) ended = [...ended, job].slice(-ENDED_KEPT);
    if (outcomeOf(job) === 'error') {
      failed = [job, ...failed.filter((other) => other.id !== job.id)].sort((a, b) => b.seq - a.seq);
    }
  }
  return jobs === open.jobs && failed === open.failed ? open : { ...open, jobs, ended, failed };
}

/** The queue as it is shown, oldest first: with those that have ended meanwhile where somebody is at them. */
export function shownJobs({ jobs, ended }: Pick<OpenJobs, 'jobs' | 'ended'>, held: ReadonlySet<string>): JobView[] {
  return [...jobs, ...ended.filter(({ id }) => held.has(id))].sort((a, b) => a.seq - b.seq);
}
