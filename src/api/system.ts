import { and, asc, count, desc, eq, isNotNull, sql } from 'drizzle-orm';
import { config } from '@/config';
import { type Db, snapshot } from '@/db/client';
import { problems, setProblem, type Trouble } from '@/db/problems';
import { type JobRow, jobs } from '@/db/schema';
import { notPushed } from '@/db/triggers';
import { databaseTrouble, SILENT } from '@/db/trouble';
import { runtimeStatus } from '@/runtime/status';
import { inTime } from '@/time-limit';
import { knownDiskUse } from '@/upkeep/disk-use';
import { listNodes, type NodeView } from '@/upkeep/nodes';
import { procedure, router } from './trpc';

/** How long the database has for its answer, in milliseconds: longer than it is waited for where it is away. */
const ANSWERS_WITHIN_MS = 7000;

export const systemRouter = router({
  /**
   * What runs this server's jobs and why, what is wrong with it, how the queue stands, and the last errors. It
   * answers also while the database does not: `queue` is null then.
   */
  status: procedure.query(async ({ ctx }) => {
    const away = (trouble: Trouble): QueueStatus => {
      setProblem('database', trouble);
      return { queue: null, errors: [], nodes: [] };
    };
    const asked = queueStatus(ctx.db).catch((error: unknown) => {
      const trouble = databaseTrouble(error);
      if (!trouble) throw error;
      return away(trouble);
    });
    const queue = (await inTime(ANSWERS_WITHIN_MS, asked, null)) ?? away(SILENT);
    return {
      now: new Date().toISOString(),
      ...runtimeStatus(),
      problems: problems(),
      disk: knownDiskUse(),
      /** How many jobs may be at work at once. */
      concurrency: config().concurrency,
      /** Whether people and programs are asked who they are. */
      asksForToken: config().guarded,
      ...queue,
    };
  }),
});

interface QueueStatus {
  /** The servers of this database, this one first; empty while it does not answer. */
  nodes: NodeView[];
  /** Null while the database does not answer. */
  queue: { queued: number; running: number; oldestQueuedAt: string | null } | null;
  errors: Array<
    Pick<JobRow, 'seq' | 'kind' | 'message'> & { jobId: string; code: JobRow['errorCode']; at: string | null }
  >;
}

/** A job by which a task only began to wait for the push of its branch is no error. */
const NOT_WAITING = sql`not (${jobs.taskId} is not null and ${sql.raw(notPushed('jobs'))})`;

async function queueStatus(db: Db): Promise<QueueStatus> {
  const [queue, [oldest], errors] = await snapshot(db, [
    db
      .select({ status: jobs.status, count: count() })
      .from(jobs)
      .where(sql`${jobs.status} in ('queued', 'running')`)
      .groupBy(jobs.status),
    db
      .select({ createdAt: jobs.createdAt })
      .from(jobs)
      .where(eq(jobs.status, 'queued'))
      .orderBy(asc(jobs.seq))
      .limit(1),
    db
      .select({
        jobId: jobs.id,
        seq: jobs.seq,
        kind: jobs.kind,
        code: jobs.errorCode,
        message: jobs.message,
        at: jobs.finishedAt,
      })
      .from(jobs)
      .where(and(eq(jobs.status, 'error'), isNotNull(jobs.finishedAt), NOT_WAITING))
      .orderBy(desc(jobs.seq))
      .limit(5),
  ]);
  const depth = (status: string) => queue.find((row) => row.status === status)?.count ?? 0;
  return {
    queue: { queued: depth('queued'), running: depth('running'), oldestQueuedAt: oldest?.createdAt ?? null },
    errors,
    nodes: await listNodes(db),
  };
}
