import type { JobDetail } from '@/api/jobs';
import { visible } from '@/text/visible';
import { isActive } from '../jobs/active';
import { resultWords } from '../jobs/phase';
import { intent } from '../jobs/words';
import { keptHere } from '../kept-here';
import { between } from '../time';

/** Whether somebody wants to be told outside of the page, in this browser. */
export const wanted = keptHere<boolean>('spicerack-notices', (stored) => stored === true, false);

/** Who has pressed a button and has not waited for so long looks elsewhere. Milliseconds. */
const LONG_MS = 10_000;

/** What of a repo somebody may want to hear of. */
export interface Looked {
  /** Newest first. */
  jobs: readonly JobDetail[];
  /** The branches that conflict, each with its author. */
  conflicts: ReadonlyMap<string, string>;
}

/**
 * What is new for somebody who looks elsewhere: how long jobs of theirs have ended, and which branches of theirs
 * conflict since.
 * @param asks the name under which their jobs are asked for
 */
export function noticesOf(
  before: Looked,
  now: Looked,
  { author, asks }: { author: string | null; asks: string },
): string[] {
  const open = new Set(before.jobs.flatMap(({ job }) => (isActive(job.status) ? [job.id] : [])));
  const ended = now.jobs.filter(
    ({ job: { id, status, requestedBy, createdAt, finishedAt } }) =>
      open.has(id) &&
      !isActive(status) &&
      requestedBy === asks &&
      finishedAt !== null &&
      between(createdAt, finishedAt) >= LONG_MS,
  );
  const fresh = [...now.conflicts].filter(([branch, of]) => of === author && !before.conflicts.has(branch));
  return [
    ...ended.map((detail) => {
      const { job } = detail;
      return `#${job.seq} ${intent(job)}: ${job.status === 'completed' ? resultWords(detail) : visible(job.message)}`;
    }),
    ...fresh.map(([branch]) => `${visible(branch)} conflicts now`),
  ];
}
