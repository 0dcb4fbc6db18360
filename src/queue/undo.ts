import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import { type Db, snapshot } from '@/db/client';
import { movedBranchesQuery } from '@/db/job-moves';
import { jsonRows, rowsIn } from '@/db/json-rows';
import { type JobRow, jobMoves, jobs } from '@/db/schema';
import { type Accepted, type NoteJob, onceFor, queueJob } from './accept';
import { noJob, type Refusal } from './refusal';
import { cannotBeUndone, offerUndo, type UndoOffer } from './undo-moves';

/** The columns of a move but its commits, which an undo needs none of. */
const { rewritten: _, ...MOVE } = getTableColumns(jobMoves);

/**
 * Says whether a job can be undone now, and if not, why: naming what has moved since, and by which job.
 * @param known the job's moves, by whoever has read them
 */
export async function undoOffer(
  db: Db,
  job: Pick<JobRow, 'id' | 'seq' | 'repoId' | 'status' | 'result'>,
  known?: Parameters<typeof offerUndo>[1],
): Promise<UndoOffer> {
  // Of a job that has ended they do not change any more.
  const moves = known ?? rowsIn(await jsonRows(db, MOVE, sql`from job_moves where job_id = ${job.id} order by id`));
  if (moves.length === 0) return offerUndo(job, moves, [], new Map());
  const [rows, later] = await snapshot(db, [
    movedBranchesQuery(db, job),
    db
      .select({ branch: jobMoves.branch, seq: sql<number | null>`max(${moverAfter(job)})` })
      .from(jobMoves)
      .where(and(eq(jobMoves.jobId, job.id), eq(jobMoves.state, 'pushed')))
      .groupBy(jobMoves.branch),
  ]);
  return offerUndo(
    job,
    moves,
    rowsIn(rows),
    new Map(later.flatMap(({ branch, seq }) => (seq === null ? [] : [[branch, seq]]))),
  );
}

/** SQL for the number of the last job of the repo that moved a move's branch after this job, by the index of moves. */
function moverAfter(job: Pick<JobRow, 'repoId' | 'seq'>) {
  return sql`(select mover.seq from job_moves as later join jobs as mover on mover.id = later.job_id
    where later.branch = ${jobMoves.branch} and later.state = 'pushed' and later.id > ${jobMoves.id}
      and mover.repo_id = ${job.repoId} and mover.seq > ${job.seq}
    order by later.id desc limit 1)`;
}

/** Queues the job that puts back what an ended job has moved. The workflow checks again on fresh refs. */
export async function undoJob(
  db: Db,
  {
    jobId,
    requestedBy,
    note,
    idempotencyKey,
  }: { jobId: string; requestedBy: string; note?: NoteJob | undefined; idempotencyKey?: string | undefined },
): Promise<Accepted | { refused: Refusal }> {
  return queueJob(db, onceFor(idempotencyKey, ['undo', jobId]), async () => {
    const [job] = await db.select().from(jobs).where(eq(jobs.id, jobId));
    if (!job) return { refused: noJob(jobId) };
    const offer = await undoOffer(db, job);
    if (offer.possible) return { repoId: job.repoId, kind: 'undo', requestedBy, note, undoOf: jobId };
    return {
      refused: { code: 'CONFLICT', field: 'jobId', message: cannotBeUndone(job, offer.reason), hint: null },
    };
  });
}
