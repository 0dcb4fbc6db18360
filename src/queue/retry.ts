import { and, eq, sql } from 'drizzle-orm';
import type { Db, Statement } from '@/db/client';
import { jobs, tasks } from '@/db/schema';
import { type Accepted, type Asked, type NoteJob, type Once, queueJob } from './accept';
import { conflict, noJob, type Refusal } from './refusal';

/**
 * Queues a new job with an ended job's intent. A task that waited for the old one waits for the new one. A `sync_repo`
 * joins one that is queued.
 * @param alsoRefused what can be said against it in its repo besides; asked last, and only where the key is new
 */
export async function retryJob(
  db: Db,
  {
    jobId,
    expected,
    requestedBy,
    note,
  }: { jobId: string; expected?: string | undefined; requestedBy: string; note?: NoteJob | undefined },
  once: Once | null = null,
  alsoRefused: (repoId: string) => Promise<Refusal | null> = async () => null,
): Promise<Accepted | { refused: Refusal }> {
  const ask = async (): Promise<Asked> => {
    const [old] = await db.select().from(jobs).where(eq(jobs.id, jobId));
    if (!old) return { refused: noJob(jobId) };
    const { repoId, kind, branch, branches, parent, base, suggested, atCommit, move, undoOf, taskId } = old;
    const refused =
      old.status === 'queued' || old.status === 'running'
        ? conflict('jobId', `#${old.seq} has not ended yet (${old.status}).`, 'Wait for it, or cancel it.')
        : await alsoRefused(repoId);
    if (refused) return { refused };
    return {
      ...{ repoId, kind, branch, branches, parent, base, suggested, atCommit, move, undoOf, taskId },
      ...{ expected, requestedBy, note, retryOf: jobId },
    };
  };
  return queueJob(db, once, ask, (id) => [waitsFor(db, jobId, id)]);
}

/** The statement by which a task that waits for the old job waits for the new one, if that has come to be. */
export function waitsFor(db: Db, oldJobId: string, newJobId: string): Statement {
  return db
    .update(tasks)
    .set({ jobId: newJobId, branchStatus: 'queued' })
    .where(and(eq(tasks.jobId, oldJobId), sql`exists (select 1 from ${jobs} where id = ${newJobId})`));
}
