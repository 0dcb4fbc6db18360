import type { BranchRow, JobMoveRow, JobRow } from '@/db/schema';
import { named } from '@/text/words';

/**
 * What an undo would do, from rows alone. Nothing here knows the database, so that the page can tell it as the rows
 * change.
 */

export type UndoMove = Pick<
  JobMoveRow,
  'branch' | 'before' | 'after' | 'parentBefore' | 'parentAfter' | 'baseBefore' | 'baseAfter'
> &
  Partial<Pick<JobMoveRow, 'baseNamedBefore' | 'baseNamedAfter'>>;

/**
 * What would put everything back that a job has moved. A branch that it moved more than once goes back all the way, but
 * never further than to what somebody else has pushed to it in between.
 * @param moves the job's moves in the order in which they were made
 */
export function inverseMoves(moves: Array<UndoMove & Pick<JobMoveRow, 'state'>>): UndoMove[] {
  const ends = new Map<string, { first: UndoMove; last: UndoMove }>();
  for (const move of moves) {
    if (move.state !== 'pushed') continue;
    const before = ends.get(move.branch);
    const goesOn = before && before.last.after === move.before;
    ends.set(move.branch, { first: goesOn ? before.first : move, last: move });
  }
  return [...ends.values()].map(({ first, last }) => ({
    branch: last.branch,
    before: last.after,
    after: first.before,
    parentBefore: last.parentAfter,
    parentAfter: first.parentBefore,
    baseBefore: last.baseAfter,
    baseAfter: first.baseBefore,
    baseNamedAfter: first.baseNamedBefore ?? null,
  }));
}

/** A branch that is no longer where a job has put it. */
export interface MovedSince {
  branch: string;
  /** What it did instead, in words. */
  how: string;
}

/** Which branches stand in the way of an undo: those that are no longer where the job has put them. */
export function movedSince(
  inverse: UndoMove[],
  rows: Array<Pick<BranchRow, 'name' | 'tip' | 'parent' | 'gone'>>,
): MovedSince[] {
  const byName = new Map(rows.map((row) => [row.name, row]));
  return inverse.flatMap(({ branch, before, parentBefore }): MovedSince[] => {
    const row = byName.get(branch);
    if (before === null) return row && !row.gone ? [{ branch, how: 'is there again' }] : [];
    if (!row || row.gone) return [{ branch, how: 'is gone from the remote' }];
    if (row.tip !== before) return [{ branch, how: 'has moved' }];
    if (row.parent !== parentBefore) return [{ branch, how: `stands on ${row.parent ?? 'no parent'} now` }];
    return [];
  });
}

/**
 * What of an undo that has begun can still go back, where others have moved some of it: what stands on those, or would,
 * stays with them.
 */
export function stillUndoable(inverse: UndoMove[], since: readonly MovedSince[]): UndoMove[] {
  const stays = new Set<string | null>(since.map(({ branch }) => branch));
  for (let before = -1; before < stays.size; ) {
    before = stays.size;
    for (const { branch, parentBefore, parentAfter } of inverse) {
      if (stays.has(parentBefore) || stays.has(parentAfter)) stays.add(branch);
    }
  }
  return inverse.filter(({ branch }) => !stays.has(branch));
}

/** A job that cannot be undone, in words. */
export function cannotBeUndone({ seq }: Pick<JobRow, 'seq'>, reason: string): string {
  return `#${seq} cannot be undone: ${reason}`;
}

/** Whether a job can be undone, from the rows alone. */
export type UndoOffer = { possible: true; branches: string[] } | { possible: false; reason: string };

/** Names what stands in the way; more would be a list, not a sentence. */
const NAMED = 3;

/**
 * Whether an ended job can be undone, and if not, why.
 * @param moves the job's moves in the order in which they were made
 * @param movers the later job, by its number, that moved a branch last
 */
export function offerUndo(
  job: Pick<JobRow, 'seq' | 'status' | 'result'>,
  moves: Parameters<typeof inverseMoves>[0],
  rows: Parameters<typeof movedSince>[1],
  movers: ReadonlyMap<string, number>,
): UndoOffer {
  if (job.status === 'queued' || job.status === 'running')
    return { possible: false, reason: `#${job.seq} has not ended yet.` };
  const inverse = inverseMoves(moves);
  if (inverse.length === 0) return { possible: false, reason: `#${job.seq} has moved nothing.` };
  const lost = job.result?.lost ?? [];
  if (lost.length > 0) {
    return { possible: false, reason: `what ${named(lost)} would go back to was lost with a damaged clone.` };
  }
  const since = movedSince(inverse, rows);
  if (since.length === 0) return { possible: true, branches: inverse.map((move) => move.branch) };
  const words = since.map(({ branch, how }) =>
    movers.has(branch) ? `${branch} moved in #${movers.get(branch)}` : `${branch} ${how}`,
  );
  const more = words.length - NAMED;
  return { possible: false, reason: `${words.slice(0, NAMED).join('; ')}${more > 0 ? `; and ${more} more` : ''}.` };
}
