import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { type JobMoveRow, jobMoves, jobs } from '@/db/schema';
import { cloneDir } from '@/git/clone/clone-dir';
import { findDamage } from '@/git/clone/fsck';
import { setAside } from '@/git/clone/init';
import { keepCommits, keepRef } from '@/git/clone/keep-ref';
import { isSetAside, removeAside, salvage } from '@/git/clone/salvage';
import { committerAt, committerLine } from '@/git/objects/identity';
import { existingCommits } from '@/git/objects/rev-list';
import { GitError, speaksToRemote } from '@/git/process/error';
import { fetchCommits } from '@/git/remote/fetch';
import { machine } from '@/machine';
import { EMPTY_RESULT, type JobResult } from '@/model/result';
import type { Lease } from '@/queue/lease';
import { logLine, setResult } from '@/queue/record';
import { inverseMoves } from '@/queue/undo-moves';
import { counted, named } from '@/text/words';
import { remoteOptions } from './commit-moves';

/** Looks at a clone that is suspected. One that proves damaged is set aside; then it is to be made anew. */
export async function setAsideIfDamaged(lease: Lease, suspicion: unknown): Promise<boolean> {
  const gitDir = cloneDir(lease.repo.id);
  const words = suspicion instanceof GitError ? suspicion.own : '';
  const damage = await findDamage(gitDir, words, lease.signal);
  const about = suspicion instanceof Error ? suspicion.message : String(suspicion);
  if (!damage) {
    await lease.write([logLine(lease, `The clone was looked at and is whole: ${about}`)]);
    return false;
  }
  await lease.write([logLine(lease, `The clone is damaged and is made anew (${damage}): ${about}`, 'warn')]);
  await setAside(gitDir);
  return true;
}

/** Words of damage that are not about our clone, which is whole: in what speaks to a remote they are about that. */
export function theirs({ message, args, stderr }: GitError): GitError {
  return new GitError(speaksToRemote(args) ? 'refused' : 'failed', message, args, stderr);
}

/**
 * Takes what undos and unsettled pushes need out of a clone that was set aside, into the one that was made and fetched
 * in its place; what is whole nowhere is asked of the remote. Only then it is deleted. A job whose old commits are lost
 * says so, and can no longer be undone.
 */
export async function bringOver(lease: Lease): Promise<void> {
  const { repo, signal } = lease;
  const gitDir = cloneDir(repo.id);
  if (!(await isSetAside(gitDir))) return;
  const kept = await keptHere(lease);
  const unsaved = await salvage(gitDir, kept.map(commitsOf), signal);
  let lost = 0;
  for (const [i, { id, createdAt, moves, result }] of kept.entries()) {
    const missing = new Set(unsaved[i]);
    if (missing.size > 0) {
      await fetchCommits(gitDir, [...missing], await remoteOptions(lease));
      for (const found of await existingCommits(gitDir, missing, signal)) missing.delete(found.id);
    }
    const saved = commitsOf({ moves }).filter((commit) => !missing.has(commit));
    const committer = committerLine(committerAt(createdAt));
    if (saved.length > 0) await keepCommits(gitDir, { ref: keepRef(id), commits: saved, committer }, signal);
    const branches = inverseMoves(moves).flatMap(({ branch, after }) => (after && missing.has(after) ? [branch] : []));
    if (branches.length === 0) continue;
    lost++;
    await lease.write(tellLoss(lease, id, result ?? EMPTY_RESULT, branches));
  }
  const words =
    lost === 0
      ? `What ${counted(kept.length, 'job')} may go back to was taken over from the damaged clone.`
      : `Of ${counted(kept.length, 'job')} ${lost} can no longer be undone: their commits were lost with the damaged clone.`;
  await lease.write([logLine(lease, words, lost > 0 ? 'warn' : 'info')]);
  await removeAside(gitDir);
}

interface KeptJob {
  id: string;
  createdAt: string;
  result: JobResult | null;
  moves: JobMoveRow[];
}

/** The jobs whose commits this machine's clone keeps: those that ran here and have moved something, or may have. */
async function keptHere({ db, repo }: Lease): Promise<KeptJob[]> {
  const rows = await db
    .select({ id: jobs.id, createdAt: jobs.createdAt, result: jobs.result, move: jobMoves })
    .from(jobMoves)
    .innerJoin(jobs, eq(jobs.id, jobMoves.jobId))
    .where(
      and(eq(jobs.repoId, repo.id), eq(jobs.leaseMachine, machine()), inArray(jobMoves.state, ['pushed', 'planned'])),
    )
    .orderBy(asc(jobMoves.id));
  const byJob = new Map<string, KeptJob>();
  for (const { move, ...job } of rows) {
    const known = byJob.get(job.id) ?? { ...job, moves: [] };
    known.moves.push(move);
    byJob.set(job.id, known);
  }
  return [...byJob.values()].filter(({ result, moves }) => !result?.lost && moves.some(movesRef));
}

const movesRef = ({ before, after }: JobMoveRow) => before !== after;

function commitsOf({ moves }: Pick<KeptJob, 'moves'>): string[] {
  return [...new Set(moves.flatMap(({ before, after }) => [after, before].filter((id) => id !== null)))];
}

function tellLoss(lease: Lease, jobId: string, result: JobResult, lost: string[]) {
  const words = `It can no longer be undone: what ${named(lost)} would go back to was lost with a damaged clone.`;
  const told: JobResult = { ...result, lost, notes: [...result.notes, words] };
  return [
    setResult(lease, jobId, told),
    lease.db.run(sql`insert into job_logs (job_id, level, line) select ${jobId}, 'warn', ${words} where ${lease.held}`),
  ];
}
