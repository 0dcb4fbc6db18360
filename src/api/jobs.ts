import { setImmediate } from 'node:timers/promises';
import { and, asc, eq, getTableColumns, gt, inArray, type SQL, sql } from 'drizzle-orm';
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
    return { ...detail, undo: await undoOffer(ctx.db, detail.job, detail.moves), feedCursor: head?.cursor ?? 0 };
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

interface JobFilter {
  repoId?: string | undefined;
  kind?: (typeof JOB_KINDS)[number] | undefined;
  status?: (typeof JOB_STATUSES)[number] | undefined;
  branch?: string | undefined;
  requestedBy?: string | undefined;
}

/** The newest jobs that match, with their steps and moves. */
export async function recentJobs(
  db: Db,
  { limit, cursor, ...filter }: JobFilter & { limit: number; cursor?: number | undefined },
): Promise<JobDetail[]> {
  return details(db, await matchingJobs(db, filter, limit, cursor ?? Number.MAX_SAFE_INTEGER), MOST_LISTED_MOVES);
}

/** Jobs that one statement looks at: SQLite runs in our thread, and few of very many may match. */
const LOOKED_AT = 5000;

/**
 * Each condition by itself has an index that has its jobs in order. Where there are several, one of them is followed,
 * so many jobs at a time, and the others are asked of each: one that holds for few, where there is such a one.
 */
async function matchingJobs(db: Db, filter: JobFilter, limit: number, cursor: number): Promise<JobView[]> {
  const ways = waysOf(filter);
  let [way = EVERY_JOB] = ways;
  const seq = (of: Way) => sql.raw(`${of.table}.seq`);
  /** The last of the jobs that are looked at next on a way; 0 where these are all. */
  const lastLookedAt = async (of: Way, until: number) => {
    const [last] = await db.all<{ seq: number }>(sql`
      select ${seq(of)} as seq from ${sql.raw(of.table)} where ${of.where} and ${seq(of)} < ${until}
      order by ${seq(of)} desc limit 1 offset ${LOOKED_AT - 1}`);
    return last?.seq ?? 0;
  };
  const read = (most: number, from: number, until: number, others: SQL[]) => {
    const of = and(way.where, sql`${seq(way)} >= ${from} and ${seq(way)} < ${until}`, ...others);
    const order = sql`${seq(way)} desc`;
    // A cross join in SQLite keeps its order: the jobs of a branch are found first.
    return way.table === 'jobs'
      ? db.select(outline).from(jobs).where(of).orderBy(order).limit(most)
      : db
          .select(outline)
          .from(jobBranches)
          .crossJoin(jobs)
          .where(and(of, eq(jobs.seq, jobBranches.seq)))
          .orderBy(order)
          .limit(most);
  };
  if (ways.length < 2) return read(limit, 0, cursor, []);
  let from = await lastLookedAt(way, cursor);
  for (const each of ways.slice(1)) {
    if (from === 0) break;
    if ((await lastLookedAt(each, cursor)) > 0) continue;
    way = each;
    from = 0;
  }
  const others = ways.flatMap((each) => (each === way ? [] : [each.asked]));
  const found: JobView[] = [];
  for (let until = cursor; ; from = await lastLookedAt(way, until)) {
    found.push(...(await read(limit - found.length, from, until, others)));
    if (from === 0 || found.length === limit) return found;
    until = from;
    await setImmediate();
  }
}

/** A condition on jobs, and the table whose index has those for which it holds, in order. */
interface Way {
  table: 'jobs' | 'job_branches';
  where: SQL;
  /** The same where it is asked of jobs that were found by another: then its index is not to be followed. */
  asked: SQL;
}

const EVERY_JOB: Way = { table: 'jobs', where: sql`true`, asked: sql`true` };

function waysOf({ repoId, kind, status, branch, requestedBy }: JobFilter): Way[] {
  const of = (...values: Array<[column: string, value: string | undefined]>): Way[] => {
    const given = values.filter(([, value]) => value !== undefined);
    const all = (sign: string) =>
      sql.join(
        given.map(([column, value]) => sql`${sql.raw(`${sign}jobs.${column}`)} = ${value}`),
        sql` and `,
      );
    return given.length === 0 ? [] : [{ table: 'jobs', where: all(''), asked: all('+') }];
  };
  const onBranch: Way = {
    table: 'job_branches',
    where: sql`job_branches.branch = ${branch}`,
    asked: sql`exists (select 1 from job_branches where branch = ${branch} and seq = jobs.seq)`,
  };
  return [
    ...(branch === undefined ? [] : [onBranch]),
    // Of these two there is an index for both together.
    ...of(['repo_id', repoId], ['status', status]),
    ...of(['requested_by', requestedBy]),
    ...of(['kind', kind]),
  ];
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
  const [steps, moves] = await snapshot(db, [
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
  ]);
  const counts =
    untold.length === 0
      ? []
      : await db
          .select(pushedCounts)
          .from(jobMoves)
          .where(sql`job_id in (select value from ${each(untold)})`)
          .groupBy(jobMoves.jobId)
          .having(sql`count(*) > ${some}`);
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
