import { and, eq, gt, inArray } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { type Db, snapshot, write } from '@/db/client';
import { type BranchRow, branches, type JobMoveRow, type JobRow, jobMoves, jobs } from '@/db/schema';
import { type Accepted, insertJob, type Refusal } from './accept';

type UndoMove = Pick<
  JobMoveRow,
  'branch' | 'before' | 'after' | 'parentBefore' | 'parentAfter' | 'baseBefore' | 'baseAfter'
>;

/**
 * What would put everything back that a job has moved. A branch that it moved more than once goes back all the
 * way.
 * @param moves the job's moves in the order in which they were made
 */
export function inverseMoves(moves: Array<UndoMove & Pick<JobMoveRow, 'state'>>): UndoMove[] {
  const ends = new Map<string, { first: UndoMove; last: UndoMove }>();
  for (const move of moves) {
    if (move.state === 'pushed') ends.set(move.branch, { first: ends.get(move.branch)?.first ?? move, last: move });
  }
  return [...ends.values()].map(({ first, last }) => ({
    branch: last.branch,
    before: last.after,
    after: first.before,
    parentBefore: last.parentAfter,
    parentAfter: first.parentBefore,
    baseBefore: last.baseAfter,
    baseAfter: first.baseBefore,
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

/** Whether a job can be undone, from the rows alone. */
export type UndoOffer = { possible: true; branches: string[] } | { possible: false; reason: string };

/** Says whether a job can be undone now, and if not, why: naming what has moved since, and by which job. */
export async function undoOffer(db: Db, job: Pick<JobRow, 'id' | 'seq' | 'repoId' | 'status'>): Promise<UndoOffer> {
  if (job.status === 'queued' || job.status === 'running')
    return { possible: false, reason: `#${job.seq} has not ended yet.` };
  const [moves, rows] = await snapshot(db, [
    db.select().from(jobMoves).where(eq(jobMoves.jobId, job.id)).orderBy(jobMoves.id),
    db
      .select({ name: branches.name, tip: branches.tip, parent: branches.parent, gone: branches.gone })
      .from(branches)
      .where(eq(branches.repoId, job.repoId)),
  ]);
  const inverse = inverseMoves(moves);
  if (inverse.length === 0) return { possible: false, reason: `#${job.seq} has moved nothing.` };
  const since = movedSince(inverse, rows);
  if (since.length === 0) return { possible: true, branches: inverse.map((move) => move.branch) };
  const names = since.map((moved) => moved.branch);
  const later = await db
    .select({ branch: jobMoves.branch, seq: jobs.seq })
    .from(jobMoves)
    .innerJoin(jobs, eq(jobs.id, jobMoves.jobId))
    .where(
      and(
        eq(jobs.repoId, job.repoId),
        gt(jobs.seq, job.seq),
        eq(jobMoves.state, 'pushed'),
        inArray(jobMoves.branch, names),
      ),
    );
  const movers = new Map(later.map(({ branch, seq }) => [branch, seq]));
  const words = since.map(({ branch, how }) =>
    movers.has(branch) ? `${branch} moved in #${movers.get(branch)}` : `${branch} ${how}`,
  );
  return {
    possible: false,
    reason: `${words.slice(0, 3).join('; ')}${words.length > 3 ? `; and ${words.length - 3} more` : ''}.`,
  };
}

/** Queues the job that puts back what an ended job has moved. The workflow checks again on fresh refs. */
export async function undoJob(db: Db, jobId: string, requestedBy: string): Promise<Accepted | { refused: Refusal }> {
  const [job] = await db.select().from(jobs).where(eq(jobs.id, jobId));
  if (!job) {
    return {
      refused: { code: 'NOT_FOUND', field: 'jobId', message: `There is no job ${jobId}. List them with jobs.list.` },
    };
  }
  const offer = await undoOffer(db, job);
  if (!offer.possible) {
    return { refused: { code: 'CONFLICT', field: 'jobId', message: `#${job.seq} cannot be undone: ${offer.reason}` } };
  }
  const id = uuid();
  await write(db, [insertJob(db, { id, repoId: job.repoId, kind: 'undo', requestedBy, undoOf: jobId })]);
  return { accepted: true, jobId: id, status: 'queued' };
}
