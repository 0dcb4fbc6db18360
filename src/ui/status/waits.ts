import type { JobView } from '@/feed/events';
import { duration } from '../time';

/** What a job in the queue waits for, for people; null where it waits for nothing. */
export function waitsFor(
  job: JobView,
  /** All that have yet to end. */
  open: JobView[],
  { places, now }: { places: number; now: number },
): string | null {
  const free = places - open.filter(isAtWork).length;
  const noPlace = free > 0 ? null : `no free place: ${places} of ${places} at work`;
  if (job.status === 'running') {
    if (job.awaySince !== null) return `waiting for its remote for ${duration(now - Date.parse(job.awaySince))}`;
    if (job.nextAttemptAt === null) return null;
    const wait = Date.parse(job.nextAttemptAt) - now;
    const seconds = Math.ceil(wait / 1000);
    // Tenths would flicker.
    if (seconds > 0) return `tries again in ${seconds < 60 ? `${seconds} s` : duration(seconds * 1000)}`;
    return noPlace;
  }
  const ahead = open.filter((other) => other.repoId === job.repoId && other.id !== job.id && goesBefore(other, job));
  const last = ahead.at(-1);
  return last ? `queued behind #${last.seq} of the same repo` : noPlace;
}

/** Whether it takes one of the places: who waits for the next try, or long for a remote, takes none (`placesTaken`). */
function isAtWork(job: JobView): boolean {
  return job.status === 'running' && job.nextAttemptAt === null && job.awaySince === null;
}

const goesBefore = (other: JobView, job: JobView) => other.status === 'running' || other.seq < job.seq;
