import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { type JobMoveRow, jobMoves, jobs } from '@/db/schema';
import { cloneDir } from '@/git/clone/clone-dir';
import { remoteBranches } from '@/git/clone/for-each-ref';
import type { Lease } from '@/queue/lease';
import { logLine } from '@/queue/record';
import { arrivedMoves, arrivedRefs, refMoves } from '@/stack/push';
import { movedOn, pushedMoves } from './commit-moves';

/**
 * A job can end without knowing whether its push went through: nobody answered, however often it asked. The next
 * fetch shows it. So the moves are settled, their tracking goes into the branch rows, and the ended job tells and may
 * be undone. After a fetch, before the rows are refreshed; no other job can have moved anything in between.
 */
export async function settlePushes(lease: Lease): Promise<void> {
  const { db, repo, signal } = lease;
  const open = await db
    .select({ seq: jobs.seq, move: jobMoves })
    .from(jobMoves)
    .innerJoin(jobs, eq(jobs.id, jobMoves.jobId))
    .where(
      and(eq(jobs.repoId, repo.id), inArray(jobs.status, ['error', 'cancelled']), sql`${jobMoves.state} = 'planned'`),
    )
    .orderBy(asc(jobMoves.id));
  if (open.length === 0) return;
  const branches = await remoteBranches(cloneDir(repo.id), signal);
  const remote = new Map([...branches].map(([name, { tip }]) => [`refs/heads/${name}`, tip]));
  for (const seq of new Set(open.map((row) => row.seq))) {
    const moves = open.filter((row) => row.seq === seq).map(({ move }) => move);
    const refs = refMoves(moves);
    const arrived = arrivedRefs(refs, remote, await movedOn(lease, refs, remote));
    await lease.write(settled(lease, seq, moves, arrived));
  }
}

/** The statements that settle one job's moves. */
function settled(lease: Lease, seq: number, moves: JobMoveRow[], arrived: ReadonlySet<string>) {
  const { db, job, held } = lease;
  const pushed = arrivedMoves(moves, arrived);
  const jobId = moves[0]?.jobId ?? '';
  const outcome = pushed.length === moves.length ? 'it did' : pushed.length > 0 ? 'a part of it did' : 'it did not';
  const words = `#${job.seq} has seen since: ${outcome}.`;
  return [
    ...(pushed.length > 0 ? pushedMoves(lease, pushed, jobId) : []),
    db.run(sql`update job_moves set state = 'abandoned' where job_id = ${jobId} and state = 'planned' and ${held}`),
    db.run(sql`update jobs set message = message || ' ' || ${words} where id = ${jobId} and ${held}`),
    db.run(sql`insert into job_logs (job_id, level, line) select ${jobId}, 'info', ${words} where ${held}`),
    logLine(lease, `Whether the push of #${seq} went through was not known: ${outcome}.`),
  ];
}
