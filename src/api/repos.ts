import { setImmediate } from 'node:timers/promises';
import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  gt,
  inArray,
  isNotNull,
  isNull,
  like,
  not,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { config } from '@/config';
import { type Db, snapshot, write } from '@/db/client';
import { jsonRows, rowsIn } from '@/db/json-rows';
import { hasRunningJob } from '@/db/open-jobs';
import { branches, jobs, type RepoRow, repos, tasks } from '@/db/schema';
import { demoUrl } from '@/demo/url';
import { cursorQuery } from '@/feed/read';
import { changesSince, MOST_EVENTS } from '@/feed/since';
import { lastRestackQuery, restackOf } from '@/forecast/last-restack';
import type { BranchCounts } from '@/model/counts';
import { insertJob, isFirst, noteMade, onceFor, onceOnly } from '@/queue/accept';
import { badName, conflict, noRepo, type Refusal } from '@/queue/refusal';
import { movedNow, STATE_FILTERS, stateFilters } from '@/repos/branch-state';
import { addressKey, checkRemoteUrl, partOfAddress, type RemoteUrl } from '@/repos/url';
import { hasControls } from '@/text/visible';
import type { Context } from './context';
import { recentJobs } from './jobs';
import { changeRows } from './kept/change';
import { after, keptRows, rowsAfter } from './kept/rows';
import { statesAt } from './kept/states';
import { overviewVersionQuery, SHOWN_JOBS } from './kept/version';
import { branchName, idempotencyKey, procedure, refuse, repoId, router } from './trpc';

/**
 * Rows of the overview's first page, which is more than a screen, and of each after it: tRPC makes an answer's text in
 * one go, for which everything else waits.
 */
const FIRST_PAGE = 200;
const PAGE = 500;

/** Archived tasks in the overview. */
const ARCHIVED = 20;

const NO_RUNNING_JOB = not(hasRunningJob(repos.id));

/** A repo's name; `missing` says what to do without one. */
const repoName = (missing: string) =>
  z
    .string()
    .trim()
    .min(1, missing)
    .max(200, 'Use at most 200 characters.')
    .refine((name) => !hasControls(name), 'Leave out control characters, those of writing direction too.');

export const reposRouter = router({
  /** Adds a repository and queues the `sync_repo` job that clones it. */
  add: procedure
    .input(
      z.strictObject({
        url: z.string().min(1, 'Give the address of a repository.').max(2048, 'Use at most 2,048 characters.'),
        name: repoName('Give a name, or leave it out.').optional(),
        trunk: branchName.optional(),
        idempotencyKey,
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const checked = remoteUrl(input.url);
      const trunkProblem = input.trunk === undefined ? null : badName('trunk', input.trunk);
      if (trunkProblem) refuse(trunkProblem);
      const repo = { name: input.name ?? checked.name, url: checked.url, trunk: input.trunk ?? null };
      return addRepo(ctx, repo, ['sync_repo'], input.idempotencyKey);
    }),

  /**
   * Adds the demo: a small shop's repository that is made in the data directory, cloned, and registered. Its team
   * goes on meanwhile, so the next sync has something to do.
   */
  addDemo: procedure.input(z.strictObject({ idempotencyKey }).optional()).mutation(async ({ ctx, input }) => {
    if (!config().allowLocal) {
      refuse({
        code: 'BAD_REQUEST',
        field: null,
        message: 'The demo needs local repositories, which SPICERACK_ALLOW_LOCAL has switched off.',
        hint: 'Switch it on where the server is started, or add a repository of yours.',
      });
    }
    const repo = { name: 'demo/shop', url: demoUrl(config().dataDir), trunk: null };
    return addRepo(ctx, repo, ['sync_repo', 'register_existing_branch'], input?.idempotencyKey);
  }),

  /**
   * Every repo; its `counts` say how many of its branches want something, `activeJobs` are the ids of its jobs that
   * have yet to end. `cursor` is where to follow the feed from.
   */
  list: procedure.query(async ({ ctx }) => {
    const [rows, active, [head]] = await snapshot(ctx.db, [
      ctx.db.select().from(repos).orderBy(asc(repos.name), asc(repos.id)),
      ctx.db
        .select({ id: jobs.id, repoId: jobs.repoId })
        .from(jobs)
        .where(inArray(jobs.status, ['queued', 'running']))
        .orderBy(asc(jobs.seq)),
      cursorQuery(ctx.db),
    ]);
    const activeJobs = new Map(rows.map(({ id }): [string, string[]] => [id, []]));
    for (const job of active) activeJobs.get(job.repoId)?.push(job.id);
    return {
      repos: rows.map((repo) => ({ ...repo, activeJobs: activeJobs.get(repo.id) ?? [] })),
      cursor: head?.cursor ?? 0,
    };
  }),

  get: procedure.input(z.strictObject({ repoId })).query(({ ctx, input }) => repoOf(ctx.db, input.repoId)),

  /** Changes settings of a repo. They take effect with its next job. Address and trunk stay while a job of it runs. */
  update: procedure
    .input(
      z.strictObject({
        repoId,
        name: repoName('Give a name.').optional(),
        /** The remote's new address, where it has moved. */
        url: z.string().min(1, 'Give the address of a repository.').optional(),
        trunk: branchName.optional(),
        engine: z.enum(['auto', 'git', 'git-spice']).optional(),
        allowNonAtomicPush: z.boolean().optional(),
        /** Minutes between automatic syncs; null is off. */
        autoSyncMinutes: z
          .number('Give minutes as a number, or null for off.')
          .int('Use whole minutes.')
          .min(1, 'Use at least 1 minute.')
          .max(10_080, 'Use at most a week.')
          .nullable()
          .optional(),
        autoRestack: z.boolean().optional(),
        /** Whether automatic syncs move what stands on merged branches; else they only read. */
        autoSyncMoves: z.boolean().optional(),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const { repoId: id, url: givenUrl, ...rest } = input;
      const changes = { ...rest, url: givenUrl === undefined ? undefined : remoteUrl(givenUrl).url };
      const trunkProblem = changes.trunk === undefined ? null : badName('trunk', changes.trunk);
      if (trunkProblem) refuse(trunkProblem);
      const before = await repoOf(ctx.db, id);
      if (changes.url !== undefined) await refuseKnown(ctx.db, changes.url, id);
      const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
      const set = { ...given, ...(changes.trunk === undefined ? {} : trunkChange(changes.trunk)) };
      if (Object.keys(set).length === 0) return before;
      const { url, trunk, engine } = changes;
      // A job must find the remote again that it pushed to, and the trunk that its sync has seen.
      const same = and(
        url === undefined ? undefined : eq(repos.url, url),
        trunk === undefined ? undefined : eq(repos.trunk, trunk),
      );
      const free = same && or(same, NO_RUNNING_JOB);
      const put = async (counts?: BranchCounts, holds?: SQL) => {
        const [changed] = await write(ctx.db, [
          ctx.db
            .update(repos)
            .set({ ...set, ...(counts && { counts }) })
            .where(and(eq(repos.id, id), free, holds))
            .returning({ id: repos.id }),
          // The trunk is not among the branches.
          ctx.db
            .delete(branches)
            .where(and(eq(branches.repoId, id), sql`${branches.name} = (select trunk from repos where id = ${id})`)),
        ]);
        return changed.length > 0;
      };
      // Both are what the last outline was made from, and how branches stand depends on whether that holds.
      const isOther = (trunk ?? before.trunk) !== before.trunk || (engine ?? before.engine) !== before.engine;
      // Of a repo that was never looked at nothing is said yet.
      const isDone =
        isOther && before.counts
          ? await changeRows(ctx.db, id, async ({ rows, isRunning, countsOf, holds }) => {
              const rest = rows.filter(({ name }) => name !== trunk);
              if (await put(await countsOf(rest, trunk), holds)) return true;
              return free && isRunning ? false : null;
            })
          : await put();
      if (!isDone) {
        const isAddress = changes.url !== undefined && changes.url !== before.url;
        refuse(isAddress ? jobIsRunning('url', 'change the address') : jobIsRunning('trunk', 'set the trunk'));
      }
      return repoOf(ctx.db, id);
    }),

  /** Forgets a repo with its rows and clone. The remote is not touched. Refused while a job of it runs. */
  remove: procedure.input(z.strictObject({ repoId })).mutation(async ({ ctx, input }) => {
    await repoOf(ctx.db, input.repoId);
    const [gone] = await write(ctx.db, [
      ctx.db
        .delete(repos)
        .where(and(eq(repos.id, input.repoId), NO_RUNNING_JOB))
        .returning({ id: repos.id }),
    ]);
    if (gone.length === 0) {
      refuse(jobIsRunning('repoId', 'remove the repo'));
    }
    return { removed: true as const };
  }),

  /**
   * A repo's page from the projection alone: the repo, its branches (trunk is not among them), counts for the
   * filters, how the branches of this page stand (which are not named are in place); and of the first page alone the last
   * outline of a Restack of them all, active tasks, the last archived ones and recent jobs (with as many as 500 that have
   * yet to end). `feedCursor` is where to follow the feed from.
   */
  overview: procedure
    .input(
      z.strictObject({
        repoId,
        filter: z.enum(stateFilters).default('all'),
        search: z.string().max(244, 'Search for at most 244 characters.').optional(),
        /** The last branch of the page before, which may be gone by now. */
        cursor: branchName.optional(),
      }),
    )
    .query(async ({ ctx, input }) => {
      const { kept, at, repo, last, activeTasks, archivedTasks, made } = await readOverview(ctx.db, input.repoId);
      ctx.keep?.({ repoId: repo.id, ...made });
      const isFirst = input.cursor === undefined;
      const most = isFirst ? FIRST_PAGE : PAGE;
      // Of a later page only what a running job is about to move is told.
      const shown = isFirst
        ? await jobsToShow(ctx.db, input.repoId)
        : await recentJobs(ctx.db, { repoId: input.repoId, status: 'running', limit: 1 });
      const restack = restackOf(last);
      // What is read, what is made of it, and the answer's text are a turn each: others have theirs in between.
      await setImmediate();
      const states = await statesAt(kept, at, { trunk: repo.trunk, restack }, movedNow(shown));
      const keeps = STATE_FILTERS[input.filter];
      const isAll = input.filter === 'all';
      const wanted = (row: { name: string }) => isAll || keeps(states.of(row.name) ?? { is: 'in_place' });
      const search = input.search?.trim();
      const rows = search
        ? await found(ctx.db, input.repoId, search, {
            names: isAll ? null : at.rows.filter(wanted).map(({ name }) => name),
            cursor: input.cursor,
            limit: most + 1,
          })
        : after(at.rows, input.cursor ?? '', most + 1, wanted);
      const page = rows.slice(0, most);
      await setImmediate();
      return {
        repo,
        branches: page,
        nextCursor: rows.length > most ? (page.at(-1)?.name ?? null) : null,
        counts: states.counts,
        restack: isFirst ? restack : null,
        states: Object.fromEntries(
          page.flatMap(({ name }) => {
            const state = states.of(name);
            return state && state.is !== 'in_place' ? [[name, state]] : [];
          }),
        ),
        tasks: isFirst ? activeTasks : [],
        archivedTasks: isFirst ? archivedTasks : [],
        jobs: isFirst ? shown : [],
        feedCursor: made.cursor,
      };
    }),
});

/** The address as it is stored. Refuses what is none. */
function remoteUrl(given: string): RemoteUrl {
  const checked = checkRemoteUrl(given, { allowLocal: config().allowLocal });
  return 'problem' in checked
    ? refuse({ code: 'BAD_REQUEST', field: 'url', message: checked.problem, hint: checked.hint || null })
    : checked;
}

/** Writes a repo with its first jobs, once a key. The answer names the first of them. */
async function addRepo(
  { db, requestedBy }: Context,
  repo: { name: string; url: string; trunk: string | null },
  kinds: ReadonlyArray<'sync_repo' | 'register_existing_branch'>,
  key: string | undefined,
): Promise<{ repo: RepoRow; accepted: true; jobId: string }> {
  const once = onceFor(key, ['add', repo.url, repo.name, repo.trunk]);
  const work = async () => {
    const refused = await refusalOfKnown(db, repo.url, null);
    if (refused) return { refused };
    const id = uuid();
    const first = uuid();
    const isThere = sql`exists (select 1 from repos where id = ${id})`;
    await write(db, [
      db.run(sql`
        insert into ${repos} (id, name, url, trunk) select ${id}, ${repo.name}, ${repo.url}, ${repo.trunk}
        where ${isFirst(once)} on conflict do nothing`),
      ...kinds.map((kind, i) =>
        insertJob(
          db,
          { id: i === 0 ? first : uuid(), repoId: id, kind, suggested: kind !== 'sync_repo', requestedBy },
          isThere,
        ),
      ),
      ...noteMade(db, once, { job: sql`id = ${first}` }),
    ]);
    const [added] = await db.select().from(repos).where(eq(repos.id, id));
    // Another request was faster with this address.
    return added
      ? { repo: added, jobId: first }
      : { refused: (await refusalOfKnown(db, repo.url, null)) ?? noRepo(id) };
  };
  const answer = await onceOnly(db, once, work, async ({ jobId }) => {
    const [of] = await db
      .select({ repo: repos })
      .from(jobs)
      .innerJoin(repos, eq(repos.id, jobs.repoId))
      .where(eq(jobs.id, jobId ?? ''));
    if (!of || !jobId) throw new Error('The key of a repo names none.');
    return { repo: of.repo, jobId };
  });
  if ('refused' in answer) refuse(answer.refused);
  return { repo: answer.repo, accepted: true, jobId: answer.jobId };
}

/** Refuses an address that another repo than `except` has. */
async function refuseKnown(db: Db, url: string, except: string | null): Promise<void> {
  const refused = await refusalOfKnown(db, url, except);
  if (refused) refuse(refused);
}

/** What is said against an address that another repo than `except` has. */
async function refusalOfKnown(db: Db, url: string, except: string | null): Promise<Refusal | null> {
  const key = addressKey(url);
  const similar = await db
    .select({ id: repos.id, name: repos.name, url: repos.url })
    .from(repos)
    .where(sql`instr(${repos.url}, ${partOfAddress(key)})`);
  const known = similar.find((repo) => repo.id !== except && addressKey(repo.url) === key);
  if (!known) return null;
  return conflict('url', `This repository is here already, as ${known.name} (${known.id}).`, 'Use that one.');
}

/** What an overview is made of, as one state of the database: the rows that are kept with what has changed since. */
async function readOverview(db: Db, repoId: string) {
  // Where more has changed than is worth it, rows are read anew, and whatever changes meanwhile is taken in.
  for (let most = MOST_EVENTS; ; most = Number.MAX_SAFE_INTEGER - 1) {
    const kept = await keptRows.of(db, repoId);
    const [[changes], [repo], [last], activeTasks, archivedTasks, [made]] = await snapshot(db, [
      changesSince(db, repoId, kept.at.seq, most),
      db.select().from(repos).where(eq(repos.id, repoId)),
      lastRestackQuery(db, repoId),
      db
        .select()
        .from(tasks)
        .where(and(eq(tasks.repoId, repoId), isNull(tasks.archivedAt)))
        .orderBy(desc(tasks.id)),
      db
        .select()
        .from(tasks)
        .where(and(eq(tasks.repoId, repoId), isNotNull(tasks.archivedAt)))
        .orderBy(desc(tasks.archivedAt), desc(tasks.id))
        .limit(ARCHIVED),
      overviewVersionQuery(db, repoId),
    ]);
    const at = rowsAfter(kept.at, changes, most);
    if (!repo || !at) keptRows.forget(repoId);
    if (!repo || !made) return refuse(noRepo(repoId));
    if (!at) continue;
    keptRows.keep(repoId, kept, at);
    return { kept, at, repo, last, activeTasks, archivedTasks, made };
  }
}

/** The branches of whose name or subject a text is part, from a cursor on; of all, or of those with these names. */
async function found(
  db: Db,
  repoId: string,
  search: string,
  { names, cursor, limit }: { names: string[] | null; cursor: string | undefined; limit: number },
) {
  const part = sql`${`%${search.replace(/[\\%_]/g, (c) => `\\${c}`)}%`} escape '\\'`;
  const wanted = and(
    eq(branches.repoId, repoId),
    names ? inArray(branches.name, sql`(select value from json_each(${JSON.stringify(names)}))`) : undefined,
    or(like(branches.name, part), like(branches.subject, part)),
    cursor ? gt(branches.name, cursor) : undefined,
  );
  return rowsIn(
    await jsonRows(db, getTableColumns(branches), sql`from branches where ${wanted} order by name limit ${limit}`),
  );
}

/** The newest jobs of a repo, and as many as 500 that have yet to end, newest first. */
async function jobsToShow(db: Db, repoId: string) {
  const recent = await recentJobs(db, { repoId, limit: SHOWN_JOBS });
  const shown = new Set(recent.map(({ job }) => job.id));
  const running = await recentJobs(db, { repoId, status: 'running', limit: 1 });
  const queued = await recentJobs(db, { repoId, status: 'queued', limit: 500 });
  return [...recent, ...[...queued, ...running].filter(({ job }) => !shown.has(job.id))];
}

/** What goes with another trunk: the next sync sees to what stands on the old one, and nobody has to be asked any more. */
function trunkChange(trunk: string) {
  const before = sql`coalesce(${repos.previousTrunk}, ${repos.trunk})`;
  return { previousTrunk: sql`case when ${before} is ${trunk} then null else ${before} end`, headMoved: false };
}

export async function repoOf(db: Db, id: string) {
  const [repo] = await db.select().from(repos).where(eq(repos.id, id));
  return repo ?? refuse(noRepo(id));
}

function jobIsRunning(field: string, what: string): Refusal {
  return conflict(field, 'A job of this repo is running.', `Wait for it, or cancel it, and ${what} then.`);
}
