import { and, asc, desc, eq, getTableColumns, gt, inArray, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import { type Db, snapshot } from '@/db/client';
import { jsonRows, rowsIn } from '@/db/json-rows';
import { type JobStepRow, jobBranches, jobLogs, jobMoves, jobSteps, jobs } from '@/db/schema';
import { HIDDEN_JOB_COLUMNS, resultOutline } from '@/db/triggers';
import type { JobView, MoveView } from '@/feed/events';
import { cursorQuery } from '@/feed/read';
import { notAsExpected } from '@/forecast/expected';
import { JOB_KINDS, JOB_STATUSES } from '@/model/kinds';
import { EMPTY_RESULT, type JobResult } from '@/model/result';
import { acceptAction, onceFor } from '@/queue/accept';
import { cancelJob } from '@/queue/cancel';
import { keepCommit } from '@/queue/keep';
import { noJob } from '@/queue/refusal';
import { retryJob } from '@/queue/retry';
import { undoJob, undoOffer } from '@/queue/undo';
import { action, branchName, expected, idempotencyKey, jobId, procedure, refuse, repoId, router } from './trpc';

/**
 * A job with everything that people watch about it but its log and the commits of its moves. In lists an ended one that
 * has moved much has no `moves`, but `result.moved`; `jobs.get` has them.
 */
export interface JobDetail {
  job: JobView;
  steps: JobStepRow[];
  moves: MoveView[];
}

/** The columns of `JobView`. */
const view = Object.fromEntries(
  Object.entries(getTableColumns(jobs)).filter(([key]) => !HIDDEN_JOB_COLUMNS.some((hidden) => hidden === key)),
  // Object.fromEntries loses the keys' names; what was filtered is exactly what the type leaves out.
) as Omit<ReturnType<typeof getTableColumns<typeof jobs>>, (typeof HIDDEN_JOB_COLUMNS)[number]>;

/** The same as lists have it. */
const outline = {
  ...view,
  result: sql<JobResult | null>`${sql.raw(resultOutline('jobs'))}`.mapWith(jobs.result),
};

/** The columns of `MoveView`. */
const { rewritten: _, ...moveView } = getTableColumns(jobMoves);

/** What a job has pushed, as its `result.moved` says it. */
const pushedCounts = {
  id: jobMoves.jobId,
  branches: sql<number>`count(distinct case when state = 'pushed' then branch end)`,
  refs: sql<number>`count(distinct case when state = 'pushed' and "before" is not "after" then branch end)`,
};

/** Lists carry the moves of an ended job where there are no more than this; else its `result.moved` alone. */
const MOST_LISTED_MOVES = 50;
const LOG_PAGE = 1000;
const REWRITTEN_PAGE = 5000;

export const jobsRouter = router({
  /**
   * Accepts an action and answers at once; the work runs in the background. With `expected`, a forecast's `tipsKey`, it
   * is refused where the branch rows are no longer those that the forecast was for, or a job is still to end. A
   * `sync_repo` with `move: false` only reads: what stands on merged branches stays where it is.
   */
  run: procedure
    .input(action.extend({ idempotencyKey, expected, move: z.boolean().optional() }))
    .mutation(async ({ ctx, input }) => {
      const answer = await acceptAction(
        ctx.db,
        { ...input, requestedBy: ctx.requestedBy, note: ctx.noteJob },
        async () => (input.expected === undefined ? null : notAsExpected(ctx.db, input.repoId, input.expected)),
      );
      if ('refused' in answer) refuse(answer.refused);
      return answer;
    }),

  /** A job with its steps and moves. `feedCursor` is where to follow the feed from. */
  get: procedure.input(z.strictObject({ jobId })).query(async ({ ctx, input }) => {
    // The cursor is read first: what changes between the two reads comes again by the feed.
    const [head] = await cursorQuery(ctx.db);
    const rows = await ctx.db.select(view).from(jobs).where(eq(jobs.id, input.jobId));
    const [detail] = await details(ctx.db, rows, null);
    if (!detail) refuse(noJob(input.jobId));
    return { ...detail, undo: await undoOffer(ctx.db, detail.job), feedCursor: head?.cursor ?? 0 };
  }),

  /**
   * Jobs, newest first. `branch` keeps those that were asked for on it and those that did something to it. `cursor`
   * is the `seq` of the last one of the page before; `feedCursor` as in `get`.
   */
  list: procedure
    .input(
      z.strictObject({
        repoId: repoId.optional(),
        kind: z.enum(JOB_KINDS).optional(),
        status: z.enum(JOB_STATUSES).optional(),
        branch: branchName.optional(),
        requestedBy: z.string().min(1, 'Name who asked.').max(200, 'Use at most 200 characters.').optional(),
        limit: z.number().int().min(1).max(100).default(30),
        cursor: z.number().int().min(1, 'Give the nextCursor of the page before, or leave it out.').optional(),
      }),
    )
    .query(async ({ ctx, input }) => {
      const [head] = await cursorQuery(ctx.db);
      const list = await recentJobs(ctx.db, {
        ...input,
        limit: input.limit + 1,
      });
      const page = list.slice(0, input.limit);
      return {
        jobs: page,
        nextCursor: list.length > input.limit ? (page.at(-1)?.job.seq ?? null) : null,
        feedCursor: head?.cursor ?? 0,
      };
    }),

  /** A page of a job's log, oldest first; `after` is the `id` of the last line that is known. `feedCursor` as in `get`. */
  log: procedure
    .input(z.strictObject({ jobId, after: z.number().int().min(0).default(0) }))
    .query(async ({ ctx, input }) => {
      const [[job], lines, [head]] = await snapshot(ctx.db, [
        ctx.db.select({ id: jobs.id }).from(jobs).where(eq(jobs.id, input.jobId)),
        ctx.db
          .select()
          .from(jobLogs)
          .where(and(eq(jobLogs.jobId, input.jobId), gt(jobLogs.id, input.after)))
          .orderBy(asc(jobLogs.id))
          .limit(LOG_PAGE),
        cursorQuery(ctx.db),
      ]);
      if (!job) refuse(noJob(input.jobId));
      return { lines, more: lines.length === LOG_PAGE, feedCursor: head?.cursor ?? 0 };
    }),

  /**
   * A page of the commits that a job's moves have replayed, old to new, as they were pushed (or were to be): what one
   * needs to move one's own work after them. `cursor` is that of the page before.
   */
  rewritten: procedure
    .input(z.strictObject({ jobId, cursor: z.number().int().min(0).default(0) }))
    .query(async ({ ctx, input }) => {
      const [[job], commits] = await snapshot(ctx.db, [
        ctx.db.select({ id: jobs.id }).from(jobs).where(eq(jobs.id, input.jobId)),
        ctx.db
          .select({
            branch: jobMoves.branch,
            state: jobMoves.state,
            from: sql<string>`pair.value ->> 'from'`,
            to: sql<string>`pair.value ->> 'to'`,
          })
          .from(jobMoves)
          .innerJoin(sql`json_each(${jobMoves.rewritten}) as pair`, sql`true`)
          .where(eq(jobMoves.jobId, input.jobId))
          .orderBy(asc(jobMoves.id), sql`pair.key`)
          .limit(REWRITTEN_PAGE)
          .offset(input.cursor),
      ]);
      if (!job) refuse(noJob(input.jobId));
      return {
        commits,
        nextCursor: commits.length === REWRITTEN_PAGE ? input.cursor + REWRITTEN_PAGE : null,
      };
    }),

  /** Cancels a queued job at once, a running one before its push; after that it is refused. */
  cancel: procedure.input(z.strictObject({ jobId })).mutation(async ({ ctx, input }) => {
    const answer = await cancelJob(ctx.db, input.jobId);
    if ('refused' in answer) refuse(answer.refused);
    return answer;
  }),

  /** Puts a commit that a job's `result.left` names, and that no branch has any more, onto a new branch, untracked. */
  keep: procedure
    .input(
      z.strictObject({
        jobId,
        commit: z.string().min(1, 'Name a commit.').max(64),
        branch: branchName,
        idempotencyKey,
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const answer = await keepCommit(ctx.db, { ...input, requestedBy: ctx.requestedBy, note: ctx.noteJob });
      if ('refused' in answer) refuse(answer.refused);
      return answer;
    }),

  /** Queues the job that puts back what an ended job has moved, while that is still possible. */
  undo: procedure.input(z.strictObject({ jobId, idempotencyKey })).mutation(async ({ ctx, input }) => {
    const answer = await undoJob(ctx.db, { ...input, requestedBy: ctx.requestedBy, note: ctx.noteJob });
    if ('refused' in answer) refuse(answer.refused);
    return answer;
  }),

  /** Queues a new job with the intent of one that has ended; `expected` as of `run`. */
  retry: procedure.input(z.strictObject({ jobId, idempotencyKey, expected })).mutation(async ({ ctx, input }) => {
    const request = ['retry', input.jobId, ...(input.expected ? [{ expected: input.expected }] : [])];
    const once = onceFor(input.idempotencyKey, request);
    const answer = await retryJob(
      ctx.db,
      { ...input, requestedBy: ctx.requestedBy, note: ctx.noteJob },
      once,
      async (repoId) => (input.expected === undefined ? null : notAsExpected(ctx.db, repoId, input.expected)),
    );
    if ('refused' in answer) refuse(answer.refused);
    return answer;
  }),
});

/** The newest jobs that match, with their steps and moves. */
export async function recentJobs(
  db: Db,
  filter: {
    repoId?: string | undefined;
    kind?: (typeof JOB_KINDS)[number] | undefined;
    status?: (typeof JOB_STATUSES)[number] | undefined;
    branch?: string | undefined;
    requestedBy?: string | undefined;
    limit: number;
    cursor?: number | undefined;
  },
): Promise<JobDetail[]> {
  const matches = and(
    filter.repoId ? eq(jobs.repoId, filter.repoId) : undefined,
    filter.kind ? eq(jobs.kind, filter.kind) : undefined,
    filter.status ? eq(jobs.status, filter.status) : undefined,
    filter.requestedBy ? eq(jobs.requestedBy, filter.requestedBy) : undefined,
    filter.cursor ? lt(jobs.seq, filter.cursor) : undefined,
  );
  // A cross join in SQLite keeps its order: the few jobs of a branch are found first.
  const rows = filter.branch
    ? await db
        .select(outline)
        .from(jobBranches)
        .crossJoin(jobs)
        .where(and(eq(jobBranches.branch, filter.branch), eq(jobs.seq, jobBranches.seq), matches))
        .orderBy(desc(jobBranches.seq))
        .limit(filter.limit)
    : await db.select(outline).from(jobs).where(matches).orderBy(desc(jobs.seq)).limit(filter.limit);
  return details(db, rows, MOST_LISTED_MOVES);
}

/** @param most ended jobs with more moves come without them, and their results say how many there were; null for none */
async function details(db: Db, rows: JobView[], most: number | null): Promise<JobDetail[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const ended = rows.filter(({ finishedAt }) => most !== null && finishedAt !== null);
  const cut = new Set(ended.map(({ id }) => id));
  // Those of earlier versions, and those that were given up, do not say themselves how much they have moved.
  const untold = ended.flatMap(({ id, result }) => (result?.moved ? [] : [id]));
  const some = most ?? 0;
  const [steps, moves, counts] = await snapshot(db, [
    db.select().from(jobSteps).where(inArray(jobSteps.jobId, ids)).orderBy(asc(jobSteps.id)),
    // Of a job that may be cut no more is looked at than is needed to see whether it has too many.
    jsonRows(
      db,
      moveView,
      sql`from job_moves where id in (
        select moves.id from ${each(ids.filter((id) => !cut.has(id)))} join job_moves as moves on moves.job_id = asked.value
        union all
        select its.value from ${each([...cut])}, json_each((
          select case when count(*) <= ${some} then json_group_array(id) else '[]' end
          from (select id from job_moves where job_id = asked.value limit ${some + 1}))) as its)
      order by id`,
    ),
    db
      .select(pushedCounts)
      .from(jobMoves)
      .where(inArray(jobMoves.jobId, untold))
      .groupBy(jobMoves.jobId)
      .having(sql`count(*) > ${some}`),
  ]);
  const moved = new Map(counts.map(({ id, ...count }) => [id, count]));
  const found = new Map(
    rows.map((job): [string, JobDetail] => {
      const counted = moved.get(job.id);
      const result = counted ? { ...(job.result ?? EMPTY_RESULT), moved: counted } : job.result;
      return [job.id, { job: { ...job, result }, steps: [], moves: [] }];
    }),
  );
  for (const step of steps) found.get(step.jobId)?.steps.push(step);
  for (const move of rowsIn(moves)) found.get(move.jobId)?.moves.push(move);
  return [...found.values()];
}

const each = (ids: string[]) => sql`json_each(${JSON.stringify(ids)}) as asked`;
