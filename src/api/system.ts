import { and, asc, count, desc, eq, isNotNull, sql } from 'drizzle-orm';
import { snapshot } from '@/db/client';
import { jobs } from '@/db/schema';
import { runtimeStatus } from '@/jobs/runtime-status';
import { procedure, router } from './trpc';

export const systemRouter = router({
  /** What runs this server's jobs and why, how the queue stands, and the last errors. */
  status: procedure.query(async ({ ctx }) => {
    const [queue, [oldest], errors] = await snapshot(ctx.db, [
      ctx.db
        .select({ status: jobs.status, count: count() })
        .from(jobs)
        .where(sql`${jobs.status} in ('queued', 'running')`)
        .groupBy(jobs.status),
      ctx.db
        .select({ createdAt: jobs.createdAt })
        .from(jobs)
        .where(eq(jobs.status, 'queued'))
        .orderBy(asc(jobs.seq))
        .limit(1),
      ctx.db
        .select({
          jobId: jobs.id,
          seq: jobs.seq,
          kind: jobs.kind,
          code: jobs.errorCode,
          message: jobs.message,
          at: jobs.finishedAt,
        })
        .from(jobs)
        .where(and(eq(jobs.status, 'error'), isNotNull(jobs.finishedAt)))
        .orderBy(desc(jobs.seq))
        .limit(5),
    ]);
    const depth = (status: string) => queue.find((row) => row.status === status)?.count ?? 0;
    return {
      now: new Date().toISOString(),
      ...runtimeStatus(),
      queue: { queued: depth('queued'), running: depth('running'), oldestQueuedAt: oldest?.createdAt ?? null },
      errors,
    };
  }),
});
