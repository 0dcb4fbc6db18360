import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '@/db/client';
import { jobs, tasks } from '@/db/schema';
import { type Accepted, type Once, queueJob } from './accept';
import { conflict, noJob, type Refusal } from './refusal';

/**
 * Queues a new job with an ended job's intent. A task that waited for the old one waits for the new one. A `sync_repo`
 * joins one that is queued.
 */
export async function retryJob(
  db: Db,
  { jobId, requestedBy }: { jobId: string; requestedBy: string },
  once: Once | null = null,
): Promise<Accepted | { refused: Refusal }> {
  const [old] = await db.select().from(jobs).where(eq(jobs.id, jobId));
  if (!old) return { refused: noJob(jobId) };
  const refusal = async (): Promise<Refusal | null> =>
    old.status === 'queued' || old.status === 'running'
      ? conflict('jobId', `#${old.seq} has not ended yet (${old.status}).`, 'Wait for it, or cancel it.')
      : null;
  const { repoId, kind, branch, parent, base, suggested, atCommit, move, undoOf } = old;
  return queueJob(
    db,
    { repoId, kind, branch, parent, base, suggested, atCommit, move, requestedBy, retryOf: jobId, undoOf },
    once,
    refusal,
    (id) => [
      db
        .update(tasks)
        .set({ jobId: id, branchStatus: 'queued' })
        .where(and(eq(tasks.jobId, jobId), sql`exists (select 1 from ${jobs} where id = ${id})`)),
    ],
  );
}
