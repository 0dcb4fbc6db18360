import { eq } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { type Db, write } from '@/db/client';
import { jobs, tasks } from '@/db/schema';
import { type Accepted, insertJob, type Refusal } from './accept';

/** Queues a new job with an ended job's intent. A task that waited for the old one waits for the new one. */
export async function retryJob(db: Db, jobId: string, requestedBy: string): Promise<Accepted | { refused: Refusal }> {
  const [old] = await db.select().from(jobs).where(eq(jobs.id, jobId));
  if (!old)
    return {
      refused: { code: 'NOT_FOUND', field: 'jobId', message: `There is no job ${jobId}. List them with jobs.list.` },
    };
  if (old.status === 'queued' || old.status === 'running') {
    return {
      refused: {
        code: 'CONFLICT',
        field: 'jobId',
        message: `#${old.seq} has not ended yet (${old.status}). Wait for it, or cancel it.`,
      },
    };
  }
  const id = uuid();
  const { repoId, kind, branch, parent, suggested, undoOf } = old;
  await write(db, [
    insertJob(db, { id, repoId, kind, branch, parent, suggested, requestedBy, retryOf: jobId, undoOf }),
    db.update(tasks).set({ jobId: id, branchStatus: 'queued' }).where(eq(tasks.jobId, jobId)),
  ]);
  const [job] = await db.select({ id: jobs.id, status: jobs.status }).from(jobs).where(eq(jobs.id, id));
  if (job) return { accepted: true, jobId: job.id, status: job.status };
  return {
    refused: {
      code: 'CONFLICT',
      field: 'jobId',
      message: 'A sync of this repo is queued already; it will do the same.',
    },
  };
}
