import { and, eq, gt, sql } from 'drizzle-orm';
import { type Db, snapshot } from '@/db/client';
import { branches, type JobRow, jobMoves, jobs } from '@/db/schema';
import { type Accepted, onceFor, queueJob } from './accept';
import { noJob, type Refusal } from './refusal';
import { offerUndo, type UndoOffer } from './undo-moves';

/** Says whether a job can be undone now, and if not, why: naming what has moved since, and by which job. */
export async function undoOffer(
  db: Db,
  job: Pick<JobRow, 'id' | 'seq' | 'repoId' | 'status' | 'result'>,
): Promise<UndoOffer> {
  const [moves, rows, later] = await snapshot(db, [
    db.select().from(jobMoves).where(eq(jobMoves.jobId, job.id)).orderBy(jobMoves.id),
    db
      .select({ name: branches.name, tip: branches.tip, parent: branches.parent, gone: branches.gone })
      .from(branches)
      .where(eq(branches.repoId, job.repoId)),
    db
      .select({ branch: jobMoves.branch, seq: sql<number>`max(${jobs.seq})` })
      .from(jobMoves)
      .innerJoin(jobs, eq(jobs.id, jobMoves.jobId))
      .where(and(eq(jobs.repoId, job.repoId), gt(jobs.seq, job.seq), eq(jobMoves.state, 'pushed')))
      .groupBy(jobMoves.branch),
  ]);
  return offerUndo(job, moves, rows, new Map(later.map(({ branch, seq }) => [branch, seq])));
}

/** Queues the job that puts back what an ended job has moved. The workflow checks again on fresh refs. */
export async function undoJob(
  db: Db,
  { jobId, requestedBy, idempotencyKey }: { jobId: string; requestedBy: string; idempotencyKey?: string | undefined },
): Promise<Accepted | { refused: Refusal }> {
  const [job] = await db.select().from(jobs).where(eq(jobs.id, jobId));
  if (!job) return { refused: noJob(jobId) };
  const refusal = async (): Promise<Refusal | null> => {
    const offer = await undoOffer(db, job);
    return offer.possible
      ? null
      : { code: 'CONFLICT', field: 'jobId', message: `#${job.seq} cannot be undone: ${offer.reason}` };
  };
  return queueJob(
    db,
    { repoId: job.repoId, kind: 'undo', requestedBy, undoOf: jobId },
    onceFor(idempotencyKey, ['undo', jobId]),
    refusal,
  );
}
