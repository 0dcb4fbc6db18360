import type { JobDetail } from '@/api/jobs';
import type { BranchRow } from '@/db/schema';
import { lacksMoves, movedBy } from '@/model/result';
import { cannotBeUndone, inverseMoves, movedSince, offerUndo, type UndoOffer } from '@/queue/undo-moves';
import { isActive } from './active';

/** Each branch that a later job has moved, with the newest such job's number. */
export function moversAfter(seq: number, jobs: readonly JobDetail[]): Map<string, number> {
  const movers = new Map<string, number>();
  for (const { job, moves } of jobs.toReversed()) {
    if (job.seq <= seq) continue;
    for (const { branch, state } of moves) if (state === 'pushed') movers.set(branch, job.seq);
  }
  return movers;
}

/** Whether a job can be undone; where it cannot, why in a sentence, and in so few words that a list has room for them. */
export type Undoable = (UndoOffer & { possible: true }) | (UndoOffer & { possible: false; inShort: string });

/**
 * Whether an ended job can be undone; null where it has moved nothing.
 * @param jobs newest first
 */
export function undoableOf(detail: JobDetail, jobs: readonly JobDetail[], branches: BranchRow[]): Undoable | null {
  const { job, moves } = detail;
  if (isActive(job.status) || movedBy(detail).branches === 0) return null;
  if (lacksMoves(detail)) return offerOfMany(detail, jobs);
  const inverse = inverseMoves(moves);
  const movers = moversAfter(job.seq, jobs);
  const offer = offerUndo(job, moves, branches, movers);
  if (offer.possible) return offer;
  const since = movedSince(inverse, branches);
  // Of one branch the sentence is short.
  if (since.length < 2) return { ...offer, inShort: offer.reason };
  const by = new Set(since.map(({ branch }) => movers.get(branch)));
  const [only] = by;
  const how = by.size === 1 && only !== undefined ? `moved in #${only}` : 'have moved since';
  return { ...offer, inShort: `${since.length} branches ${how}.` };
}

/**
 * The same of a job whose moves the list has left out: what others have pushed since the server says, when it is asked to
 * undo it. Null too where later jobs have moved branches, and nobody here knows whether those: its page tells.
 */
function offerOfMany({ job }: JobDetail, jobs: readonly JobDetail[]): Undoable | null {
  const not = (reason: string): Undoable => ({ possible: false, reason, inShort: reason });
  if (job.result?.lost?.length) return not('some of it was lost with a damaged clone.');
  const undo = jobs.find((other) => other.job.undoOf === job.id);
  if (undo && (undo.job.status === 'completed' || isActive(undo.job.status))) return not(`#${undo.job.seq} undoes it.`);
  const isLast = !jobs.some((other) => other.job.seq > job.seq && movedBy(other).branches > 0);
  return isLast ? { possible: true, branches: [] } : null;
}

/**
 * The newest job that has moved something, where it can be undone; else why not.
 * @param jobs newest first
 */
export function lastUndo(
  jobs: readonly JobDetail[],
  branches: BranchRow[],
): { job: JobDetail['job'] } | { why: string } {
  const last = jobs.find(
    (detail) => !isActive(detail.job.status) && detail.job.undoOf === null && movedBy(detail).branches > 0,
  );
  if (!last) return { why: 'Nothing was moved that could be undone.' };
  const { job, moves } = last;
  const undo = jobs.find((other) => other.job.undoOf === job.id && other.job.status === 'completed');
  if (undo) return { why: `#${job.seq} is undone already, by #${undo.job.seq}.` };
  const offer = lacksMoves(last)
    ? offerOfMany(last, jobs)
    : offerUndo(job, moves, branches, moversAfter(job.seq, jobs));
  if (!offer) return { why: `Others have moved since #${job.seq}: its page says whether it can be undone.` };
  return offer.possible ? { job } : { why: cannotBeUndone(job, offer.reason) };
}

/**
 * Leads to the Undo of the newest job that has moved something. It may be anybody's job, and move many branches: so the
 * button gets the focus, which says how many, and is not pressed.
 * @param say tells what one is led to, or why there is nothing
 */
export function leadToUndo(jobs: readonly JobDetail[], branches: BranchRow[], say: (words: string) => void): void {
  const last = lastUndo(jobs, branches);
  if ('why' in last) {
    say(last.why);
    return;
  }
  const buttons = document.querySelectorAll<HTMLElement>(`[data-job="${last.job.seq}"] button`);
  [...buttons].find(({ textContent }) => textContent?.startsWith('Undo'))?.focus();
  say(`#${last.job.seq}: Enter undoes it.`);
}
