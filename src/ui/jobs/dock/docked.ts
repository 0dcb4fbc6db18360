import type { JobDetail } from '@/api/jobs';
import { movedBy } from '@/model/result';
import { isActive } from '../active';
import { outcomeOf, wantsALook } from '../outcome';
import { progressWords, resultWords } from '../phase';
import { isIn, type LookedAt } from './looked-at';

/**
 * What the dock tells: the job that runs, or waits to, and how many wait behind it; or what came of the last one, and the
 * earlier ones that nobody has looked at, the newest first, with the number of the oldest of all these.
 */
export type Docked =
  | { is: 'active'; detail: JobDetail; behind: number }
  | { is: 'ended'; detail: JobDetail; earlier: readonly JobDetail[]; oldest: number };

/**
 * @param jobs newest first
 * @param looked which results were looked at: undefined where none was, null where that is not known yet
 * @param since when the repo was first opened in this tab: what ended before is told only where it wants a look.
 *   Milliseconds.
 */
export function dockedOf(
  jobs: readonly JobDetail[],
  looked: LookedAt | undefined | null,
  since: number,
): Docked | null {
  const active = jobs.filter(({ job }) => isActive(job.status));
  const first = active.find(({ job }) => job.status === 'running') ?? active.at(-1);
  if (first) return { is: 'active', detail: first, behind: active.length - 1 };
  if (looked === null) return null;
  const isNew = ({ finishedAt }: JobDetail['job']) => finishedAt !== null && Date.parse(finishedAt) >= since;
  const isSeen = ({ seq }: JobDetail['job']) => looked !== undefined && isIn(looked, seq);
  // A failure is told too: else what an earlier job moved would stand there, with its tick, as if it were the answer.
  const quiet = jobs.find((detail) => {
    const { job } = detail;
    const outcome = outcomeOf(job);
    if (outcome === 'error') return isNew(job);
    return !wantsALook(outcome) && job.status === 'completed' && movedBy(detail).branches > 0;
  });
  const unseen = jobs.filter(
    (detail) => wantsALook(outcomeOf(detail.job)) && !isSeen(detail.job) && !isOver(detail, jobs),
  );
  // Who comes for the first time is not told the repo's past, but for the last of it, and all that has come since.
  const left = new Set(looked === undefined ? unseen.filter(({ job }, at) => at === 0 || isNew(job)) : unseen);
  // What gives way to a later result is told after it, as long as nobody has dismissed it.
  if (quiet && isNew(quiet.job) && !isSeen(quiet.job) && !isOver(quiet, jobs)) left.add(quiet);
  const [told, ...earlier] = jobs.filter((detail) => left.has(detail));
  if (!told) return null;
  return { is: 'ended', detail: told, earlier, oldest: (earlier.at(-1) ?? told).job.seq };
}

/**
 * Whether a result is no news any more: it was undone, or later jobs have told of all that it left undone, or of all that
 * it has moved where it left nothing.
 */
function isOver(detail: JobDetail, jobs: readonly JobDetail[]): boolean {
  const { job } = detail;
  const later = jobs.filter((other) => other.job.seq > job.seq);
  if (later.some((other) => other.job.undoOf === job.id && other.job.status === 'completed')) return true;
  // Of what a list has left out nobody can say that it was told.
  if (job.result?.counts) return false;
  const about = branchesOf(detail);
  if (about.length === 0) return false;
  const told = new Set(
    later.flatMap(({ job: { result }, moves }) => [
      ...moves.flatMap(({ branch, state }) => (state === 'pushed' ? [branch] : [])),
      ...[...(result?.heldBack ?? []), ...(result?.merged ?? [])].map(({ branch }) => branch),
      ...(result?.gone ?? []),
    ]),
  );
  return about.every(({ branch }) => told.has(branch));
}

/** What a result is about: the branches that it left, or else those that it has moved. */
function branchesOf({ job, moves }: JobDetail): Array<{ branch: string }> {
  switch (outcomeOf(job)) {
    case 'held_back':
      return job.result?.heldBack ?? [];
    case 'completed':
      return moves.filter(({ state }) => state === 'pushed');
    default:
      return [];
  }
}

/** How the job that is told ended, in a few words. */
export function endedWords(detail: JobDetail): string {
  const outcome = outcomeOf(detail.job);
  if (outcome === 'error') return 'Failed';
  if (outcome !== 'cancelled') return resultWords(detail);
  // Where branches are pushed one by one, some may have moved before.
  return movedBy(detail).branches > 0 ? `Cancelled, ${resultWords(detail)}` : 'Cancelled';
}

/** What the page's title begins with, for who looks at another tab: `⟳ Pushing 412/990 · `; empty where nothing is told. */
export function titleMark(docked: Docked | null): string {
  if (docked === null) return '';
  const { detail } = docked;
  if (docked.is === 'active') return `⟳ ${detail.job.status === 'queued' ? 'Waiting' : progressWords(detail)} · `;
  return `${outcomeOf(detail.job) === 'completed' ? '✓' : '!'} ${endedWords(detail)} · `;
}
