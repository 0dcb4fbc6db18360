import type { JobDetail } from '@/api/jobs';
import { isActive } from '../active';
import { outcomeOf } from '../outcome';
import { progressWords, resultWords } from '../phase';

/** What the dock tells: the job that runs, or waits to, and how many wait behind it; or what came of the last one. */
export type Docked = { is: 'active'; detail: JobDetail; behind: number } | { is: 'ended'; detail: JobDetail };

/**
 * @param jobs newest first
 * @param isLookedAt whether somebody has looked at how a job ended
 * @param since when the page was opened: what ended before is told only where it held something back. Milliseconds.
 */
export function dockedOf(
  jobs: readonly JobDetail[],
  isLookedAt: (job: JobDetail['job']) => boolean,
  since: number,
): Docked | null {
  const active = jobs.filter(({ job }) => isActive(job.status));
  const first = active.find(({ job }) => job.status === 'running') ?? active.at(-1);
  if (first) return { is: 'active', detail: first, behind: active.length - 1 };
  const isNew = ({ finishedAt }: JobDetail['job']) => finishedAt !== null && Date.parse(finishedAt) >= since;
  // A failure is told too: else what an earlier job moved would stand there, with its tick, as if it were the answer.
  const last = jobs.find(({ job, moves }) => {
    const outcome = outcomeOf(job);
    return (
      outcome === 'held_back' || (outcome === 'error' && isNew(job)) || (job.status === 'completed' && moves.length > 0)
    );
  });
  if (!last || isLookedAt(last.job)) return null;
  return isNew(last.job) || outcomeOf(last.job) === 'held_back' ? { is: 'ended', detail: last } : null;
}

/** How the job that is told ended, in a few words. */
export function endedWords(detail: JobDetail): string {
  return outcomeOf(detail.job) === 'error' ? 'Failed' : resultWords(detail);
}

/** What the page's title begins with, for who looks at another tab: `⟳ Pushing 412/990 · `; empty where nothing is told. */
export function titleMark(docked: Docked | null): string {
  if (docked === null) return '';
  const { detail } = docked;
  if (docked.is === 'active') return `⟳ ${detail.job.status === 'queued' ? 'Waiting' : progressWords(detail)} · `;
  return `${outcomeOf(detail.job) === 'completed' ? '✓' : '!'} ${endedWords(detail)} · `;
}
