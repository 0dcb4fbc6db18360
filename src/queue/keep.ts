import { eq } from 'drizzle-orm';
import type { Db } from '@/db/client';
import { jobs } from '@/db/schema';
import { branchNameProblem } from '@/repos/branch-name';
import { newBranchProblem } from '@/repos/new-branch';
import { type Accepted, onceFor, queueJob } from './accept';
import { nameTaken, noJob, type Refusal } from './refusal';

/** What is to be kept: a commit that a job's result names as left, and the name of the branch to put it on. */
export interface KeepRequest {
  jobId: string;
  commit: string;
  branch: string;
  idempotencyKey?: string | undefined;
  requestedBy: string;
}

/** Queues the job that puts a commit which has left the branches onto a new one. It is untracked then. */
export async function keepCommit(db: Db, request: KeepRequest): Promise<Accepted | { refused: Refusal }> {
  const { jobId, commit, branch, requestedBy, idempotencyKey } = request;
  const [job] = await db.select().from(jobs).where(eq(jobs.id, jobId));
  if (!job) return { refused: noJob(jobId) };
  const refusal = async (): Promise<Refusal | null> => {
    const problem = branchNameProblem(branch);
    if (problem) return { code: 'BAD_REQUEST', field: 'branch', message: problem };
    if (!job.result?.left?.some((left) => left.commit === commit)) {
      return {
        code: 'BAD_REQUEST',
        field: 'commit',
        message: `#${job.seq} names no such commit among those that left. Give one of result.left, with its whole id.`,
      };
    }
    const taken = await newBranchProblem(db, job.repoId, branch);
    return taken && nameTaken(taken);
  };
  const once = onceFor(idempotencyKey, ['keep', jobId, commit, branch]);
  return queueJob(
    db,
    { repoId: job.repoId, kind: 'create_branch', branch, atCommit: commit, requestedBy },
    once,
    refusal,
  );
}
