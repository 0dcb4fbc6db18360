import { and, eq, inArray, sql } from 'drizzle-orm';
import { type Db, write } from '@/db/client';
import { hasOpenJob } from '@/db/open-jobs';
import { cloneUpkeep, jobs } from '@/db/schema';
import { cloneDir } from '@/git/clone/clone-dir';
import { findDamage } from '@/git/clone/fsck';
import { cloneExists, setAside } from '@/git/clone/init';
import { keptJobs, releaseCommits } from '@/git/clone/keep-ref';
import { maintainClone, needsMaintenance } from '@/git/clone/maintenance';
import { GitError } from '@/git/process/error';
import { identifyProcess, isAlive, killGroup } from '@/git/process/process';
import type { ProcessGroup } from '@/git/process/run';
import { machine } from '@/machine';

/** Longest time of one command of maintenance. */
const COMMAND_MS = 30 * 60_000;

/** Somebody else has the clone now: a job of the repo, or another process. */
class CloneTaken extends Error {
  override readonly name = 'CloneTaken';
}

/** The right to work in this machine's clone of a repo while no job of it is open. */
interface HeldClone {
  /** For every command that changes the clone: it starts only if the clone is still held. */
  record(group: ProcessGroup): Promise<void>;
  release(): Promise<void>;
}

/**
 * Tends this machine's clone of a repo, if nobody has work for it: lets go of what pruned jobs kept alive, and packs
 * it where that is worth it. One that proves damaged is set aside; the next job makes it anew.
 *
 * It never makes a job wait. It holds the clone by a row of `clone_upkeep`, written only while no job of the repo
 * is open; a job that starts deletes the row and kills the process group on record, and a command can only start
 * by putting its group into that row. All of it can be killed at any moment; lock files left by that go when the
 * next job begins.
 * @returns `held` where a job or another process has the clone, or took it meanwhile
 * @throws GitError; the signal's reason when it is aborted
 */
export async function tendClone(db: Db, repoId: string, signal: AbortSignal): Promise<'tended' | 'held' | 'absent'> {
  const gitDir = cloneDir(repoId);
  if (!cloneExists(gitDir)) return 'absent';
  const clone = await holdClone(db, repoId);
  if (!clone) return 'held';
  try {
    const options = { signal, timeoutMs: COMMAND_MS, record: clone.record };
    const stale = await prunedJobs(db, await keptJobs(gitDir, signal));
    if (stale.length > 0) await releaseCommits(gitDir, stale, options);
    if (await needsMaintenance(gitDir, signal)) await maintainClone(gitDir, options);
    return 'tended';
  } catch (error) {
    // A command that was killed by a job fails with words of its own; whether the clone was taken says why.
    if (error instanceof CloneTaken || !(await isHeld(db, repoId))) return 'held';
    // Left by a process that was killed here before.
    if (error instanceof GitError && error.kind === 'lock') return 'held';
    const isOdd = error instanceof GitError && (error.kind === 'corrupt' || error.kind === 'failed');
    if (!isOdd || !(await findDamage(gitDir, error.stderr, signal))) throw error;
    await setAside(gitDir);
    return 'absent';
  } finally {
    await clone.release();
  }
}

async function holdClone(db: Db, repoId: string): Promise<HeldClone | null> {
  const self = identifyProcess(process.pid);
  if (self === null) return null;
  const ofClone = and(eq(cloneUpkeep.repoId, repoId), eq(cloneUpkeep.machine, machine()));
  const mine = and(ofClone, eq(cloneUpkeep.process, self));
  const [holder] = await db.select().from(cloneUpkeep).where(ofClone);
  // A process tends one clone at a time, so a row of our own is left from a release that failed.
  if (holder && holder.process !== self && isAlive(holder.process)) return null;
  const [held] = await db.all<{ repo: string }>(sql`
    insert into clone_upkeep (repo_id, machine, process)
    select id, ${machine()}, ${self} from repos where id = ${repoId}
      and not ${hasOpenJob(sql`repos.id`)}
    on conflict (repo_id, machine) do update set process = excluded.process, process_group = null
      where process = ${holder?.process ?? ''}
    returning repo_id as repo`);
  if (!held) return null;
  if (holder?.processGroup) killGroup(holder.processGroup);
  return {
    async record(group) {
      const leader = identifyProcess(group.pgid);
      const rows = await db.update(cloneUpkeep).set({ processGroup: leader }).where(mine).returning();
      if (rows.length === 0) throw new CloneTaken('The clone was taken by a job.');
    },
    async release() {
      await write(db, [db.delete(cloneUpkeep).where(mine)]);
    },
  };
}

async function isHeld(db: Db, repoId: string): Promise<boolean> {
  const self = identifyProcess(process.pid) ?? '';
  const rows = await db
    .select({ process: cloneUpkeep.process })
    .from(cloneUpkeep)
    .where(and(eq(cloneUpkeep.repoId, repoId), eq(cloneUpkeep.machine, machine())));
  return rows[0]?.process === self;
}

/** Those of the jobs that are no longer in the database. */
async function prunedJobs(db: Db, ids: string[]): Promise<string[]> {
  const known = new Set<string>();
  for (let i = 0; i < ids.length; i += 500) {
    const page = ids.slice(i, i + 500);
    const rows = await db.select({ id: jobs.id }).from(jobs).where(inArray(jobs.id, page));
    for (const row of rows) known.add(row.id);
  }
  return ids.filter((id) => !known.has(id));
}
