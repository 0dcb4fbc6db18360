import { and, eq } from 'drizzle-orm';
import { type Db, snapshot } from '@/db/client';
import { branches, type JobRow, jobs, repos } from '@/db/schema';
import { nameIsTaken } from '@/repos/branch-words';
import { type Accepted, clashRefusal, type NoteJob, onceFor, queueJob } from './accept';
import { badName, badRequest, conflict, noJob, type Refusal } from './refusal';

/** What is to be kept: a commit that a job's result names as left, and the name of the branch to put it on. */
export interface KeepRequest {
  jobId: string;
  commit: string;
  branch: string;
  idempotencyKey?: string | undefined;
  requestedBy: string;
  note?: NoteJob | undefined;
}

/** Queues the job that puts a commit which has left the branches onto a new one. It is untracked then. */
export async function keepCommit(db: Db, request: KeepRequest): Promise<Accepted | { refused: Refusal }> {
  const { jobId, commit, branch, requestedBy, note, idempotencyKey } = request;
  return queueJob(db, onceFor(idempotencyKey, ['keep', jobId, commit, branch]), async () => {
    const [job] = await db.select().from(jobs).where(eq(jobs.id, jobId));
    if (!job) return { refused: noJob(jobId) };
    const refused = await refusalOf(db, job, commit, branch);
    if (refused) return { refused };
    return { repoId: job.repoId, kind: 'create_branch', branch, atCommit: commit, requestedBy, note };
  });
}

async function refusalOf(db: Db, job: JobRow, commit: string, branch: string): Promise<Refusal | null> {
  const problem = badName('branch', branch);
  if (problem) return problem;
  if (!job.result?.left?.some((left) => left.commit === commit)) {
    return badRequest('commit', {
      message: `#${job.seq} names no such commit among those that left.`,
      hint: 'Give one of result.left, with its whole id.',
    });
  }
  const [[there], [repo]] = await snapshot(db, [
    db
      .select({ gone: branches.gone })
      .from(branches)
      .where(and(eq(branches.repoId, job.repoId), eq(branches.name, branch), eq(branches.gone, false))),
    db.select({ trunk: repos.trunk }).from(repos).where(eq(repos.id, job.repoId)),
  ]);
  if (!there && repo?.trunk !== branch) return clashRefusal(db, job.repoId, branch);
  const { message, hint } = nameIsTaken(branch);
  return conflict('branch', message, hint);
}
