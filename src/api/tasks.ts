import { and, desc, eq, isNull, lt } from 'drizzle-orm';
import { z } from 'zod';
import { write } from '@/db/client';
import { now, tasks } from '@/db/schema';
import { noTask } from '@/queue/refusal';
import { createTask } from '@/tasks/create';
import { retryTask } from '@/tasks/retry';
import { branchName, idempotencyKey, procedure, refuse, repoId, router, taskId } from './trpc';

export const tasksRouter = router({
  /**
   * Creates a task. `branch` alone names one that is there or will be pushed; with `parent`, or without `branch`, a new
   * branch is made on top of `parent` (or trunk). It is attached in the background where need be.
   */
  create: procedure
    .input(
      z.strictObject({
        repoId,
        title: z.string().trim().min(1, 'Give the task a title.').max(300, 'Use at most 300 characters.'),
        description: z.string().max(20_000, 'Use at most 20,000 characters.').optional(),
        branch: branchName.optional(),
        parent: branchName.optional(),
        idempotencyKey,
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const answer = await createTask(ctx.db, { ...input, requestedBy: ctx.requestedBy });
      if ('refused' in answer) refuse(answer.refused);
      return answer.task;
    }),

  /** Tasks, newest first: the active ones, or with `archived` all. `cursor` is the `id` of the last one of the page before. */
  list: procedure
    .input(
      z.strictObject({
        repoId: repoId.optional(),
        branch: branchName.optional(),
        archived: z.boolean().default(false),
        limit: z.number().int().min(1).max(500).default(100),
        cursor: taskId.optional(),
      }),
    )
    .query(async ({ ctx, input }) => {
      const { repoId, branch, archived, limit, cursor } = input;
      const list = await ctx.db
        .select()
        .from(tasks)
        .where(
          and(
            repoId ? eq(tasks.repoId, repoId) : undefined,
            branch ? eq(tasks.branch, branch) : undefined,
            archived ? undefined : isNull(tasks.archivedAt),
            cursor ? lt(tasks.id, cursor) : undefined,
          ),
        )
        .orderBy(desc(tasks.id))
        .limit(limit + 1);
      const page = list.slice(0, limit);
      return { tasks: page, nextCursor: list.length > limit ? (page.at(-1)?.id ?? null) : null };
    }),

  get: procedure.input(z.strictObject({ taskId })).query(async ({ ctx, input }) => {
    const [task] = await ctx.db.select().from(tasks).where(eq(tasks.id, input.taskId));
    return task ?? refuse(noTask(input.taskId));
  }),

  archive: procedure.input(z.strictObject({ taskId })).mutation(async ({ ctx, input }) => {
    const [archived] = await write(ctx.db, [
      ctx.db
        .update(tasks)
        .set({ archivedAt: now, archivedReason: 'Archived by hand.' })
        .where(and(eq(tasks.id, input.taskId), isNull(tasks.archivedAt))),
      ctx.db.select().from(tasks).where(eq(tasks.id, input.taskId)),
    ]).then(([, rows]) => rows);
    return archived ?? refuse(noTask(input.taskId));
  }),

  /** Tries again to attach the branch of a task whose job has failed, or attaches another one instead. */
  retry: procedure
    .input(z.strictObject({ taskId, branch: branchName.optional(), idempotencyKey }))
    .mutation(async ({ ctx, input }) => {
      const answer = await retryTask(ctx.db, { ...input, requestedBy: ctx.requestedBy });
      if ('refused' in answer) refuse(answer.refused);
      return answer;
    }),
});
