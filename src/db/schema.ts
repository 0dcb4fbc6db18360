import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { ROLES } from '@/model/access';
import { CHANGES_ERROR_CODES, type ChangesAsk, type ChangesContent } from '@/model/changes';
import type { BranchCounts } from '@/model/counts';
import { ERROR_CODES, FORGE_ERROR_CODES } from '@/model/errors';
import type { FailedJob } from '@/model/failures';
import type { BranchForecast, ForecastOutline } from '@/model/forecast';
import { KEPT_REASONS } from '@/model/kept';
import { ACTION_KINDS, BRANCH_STATUSES, JOB_KINDS, JOB_STATUSES, STEP_NAMES } from '@/model/kinds';
import type { LeftOut } from '@/model/left-out';
import type { EngineName, Move } from '@/model/plan';
import type { JobResult } from '@/model/result';

/**
 * The tables. Times are ISO 8601 in UTC with milliseconds, always taken from the database's clock (`now`),
 * so that they compare as text over machines. Ids are UUID v7: they sort by creation.
 */

export const now = sql<string>`(strftime('%Y-%m-%dT%H:%M:%fZ','now'))`;

/** The time so many seconds from now, or ago where they are below zero. */
export const secondsFromNow = (seconds: number) =>
  sql<string>`strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ${`${seconds} seconds`})`;

const id = () => text('id').primaryKey();
const time = (name: string) => text(name);
const createdAt = () => text('created_at').notNull().default(now);
const flag = (name: string) => integer(name, { mode: 'boolean' }).notNull().default(false);

export const repos = sqliteTable(
  'repos',
  {
    id: id(),
    name: text('name').notNull(),
    /** As given, never with a password. */
    url: text('url').notNull(),
    /** Its page on its forge, for links; null until the first sync, and where no forge is known. */
    webUrl: text('web_url'),
    /** Null until the first sync has found it. */
    trunk: text('trunk'),
    trunkTip: text('trunk_tip'),
    /** The trunk before this one, until a sync has seen to what stands on it. */
    previousTrunk: text('previous_trunk'),
    /** The branch that the remote's HEAD names, as a sync last saw it, and whether it has moved since the trunk was set. */
    head: text('head'),
    headMoved: flag('head_moved'),
    engine: text('engine', { enum: ['auto', 'git', 'git-spice'] })
      .notNull()
      .default('auto'),
    /** Where the remote knows no atomic push: whether branches may be pushed one by one, bottom up. */
    allowNonAtomicPush: flag('allow_non_atomic_push'),
    /** Minutes between automatic syncs; null is off. */
    autoSyncMinutes: integer('auto_sync_minutes'),
    autoRestack: flag('auto_restack'),
    /** Whether automatic syncs move what stands on merged branches; else they only read. */
    autoSyncMoves: integer('auto_sync_moves', { mode: 'boolean' }).notNull().default(true),
    /** When the branch rows were last refreshed from the remote. */
    syncedAt: time('synced_at'),
    /** How many of those branches want something; null until the first sync. */
    counts: text('counts', { mode: 'json' }).$type<BranchCounts | null>(),
    /** What of the remote's branches does not stand in those rows; null where all of them do. */
    leftOut: text('left_out', { mode: 'json' }).$type<LeftOut | null>(),
    /** When and why its last job failed, whatever the job was; null since one has completed (a trigger sets both). */
    syncErrorAt: time('sync_error_at'),
    syncError: text('sync_error'),
    /** The jobs that have failed since something was done that may have mended it, the newest first (triggers write it). */
    failures: text('failures', { mode: 'json' }).$type<FailedJob[] | null>(),
    /** When the forge last said all there is to say about pull requests; null where no forge is known. */
    prSyncedAt: time('pr_synced_at'),
    /** Why it did not at the last sync, or what it left out, in whole sentences; null where all is well. */
    prErrorCode: text('pr_error_code', { enum: FORGE_ERROR_CODES }),
    prError: text('pr_error'),
    prErrorAt: time('pr_error_at'),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex('repos_url').on(t.url)],
);

/** The projection: what the remote's branches look like, as of `repos.syncedAt`. */
export const branches = sqliteTable(
  'branches',
  {
    repoId: text('repo_id')
      .notNull()
      .references(() => repos.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    tip: text('tip').notNull(),
    /** The branch below; null while untracked. */
    parent: text('parent'),
    /** The commit of the parent that it stands on; null while untracked. */
    base: text('base'),
    /** A person has named the base: what its parent was seen at does not move it up. */
    baseNamed: flag('base_named'),
    tracked: flag('tracked'),
    suggestedParent: text('suggested_parent'),
    /** Whether it is a long-lived branch, that no action moves: a person's word; null where nobody has said so. */
    kept: integer('kept', { mode: 'boolean' }),
    /** What speaks for that, as the last sync saw it; counts where `kept` is null. See `repos/kept.ts`. */
    keptReason: text('kept_reason', { enum: KEPT_REASONS }),
    /** The tracked branch, gone from the remote, that it seems to be under a new name. */
    renamedFrom: text('renamed_from'),
    /** The parent's tip is not in its history, or what was taken from the parent still is. */
    needsRestack: flag('needs_restack'),
    /** Commits over the parent (untracked: over the suggested parent), and of the parent that it lacks. */
    ahead: integer('ahead').notNull().default(0),
    behind: integer('behind').notNull().default(0),
    additions: integer('additions').notNull().default(0),
    deletions: integer('deletions').notNull().default(0),
    /** Its forecast onto its parent, for these two tips. */
    forecast: text('forecast', { mode: 'json' }).$type<BranchForecast | null>(),
    merged: flag('merged'),
    /** Deleted on the remote without having been merged. */
    gone: flag('gone'),
    subject: text('subject').notNull().default(''),
    author: text('author').notNull().default(''),
    /** When the author has written its newest commit; the API has it under this name, which says less. */
    committedAt: time('committed_at'),
    prNumber: integer('pr_number'),
    prState: text('pr_state', { enum: ['open', 'draft', 'closed', 'merged'] }),
    prUrl: text('pr_url'),
    /** The branch that the pull request goes into, and its last commit. */
    prBase: text('pr_base'),
    prHead: text('pr_head'),
    ci: text('ci', { enum: ['pending', 'success', 'failure'] }),
    review: text('review', { enum: ['approved', 'changes_requested', 'required'] }),
    firstSeenAt: text('first_seen_at').notNull().default(now),
    lastSeenAt: text('last_seen_at').notNull().default(now),
  },
  (t) => [primaryKey({ columns: [t.repoId, t.name] })],
);

/** Every tip that a branch was ever seen at, newest by `id`: the reflog that our clone does not have. */
export const branchTips = sqliteTable(
  'branch_tips',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    repoId: text('repo_id')
      .notNull()
      .references(() => repos.id, { onDelete: 'cascade' }),
    branch: text('branch').notNull(),
    tip: text('tip').notNull(),
    /** Whether the name is another branch's from here on: what was seen under it before is not what this was. */
    anew: flag('anew'),
    seenAt: text('seen_at').notNull().default(now),
  },
  (t) => [index('branch_tips_branch').on(t.repoId, t.branch, t.id), index('branch_tips_repo').on(t.repoId, t.id)],
);

/** How it is known that commits of a branch have landed; see `stack/landing.ts`. */
const EVIDENCE = ['ancestor', 'content', 'forge', 'seen_earlier'] as const;

/**
 * What of each branch has landed: its commits above `base`, up to `upTo`, are in the branch `into` below it. It holds
 * while that branch's history has the commit `at`; after that the row stays, as void.
 */
export const landings = sqliteTable(
  'landings',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    repoId: text('repo_id')
      .notNull()
      .references(() => repos.id, { onDelete: 'cascade' }),
    branch: text('branch').notNull(),
    base: text('base').notNull(),
    upTo: text('up_to').notNull(),
    /** Trunk, or the branch that it stood on. */
    into: text('landed_in').notNull(),
    evidence: text('evidence', { enum: EVIDENCE }).notNull(),
    /** The commit of `into` at which it was found. */
    at: text('found_at_commit').notNull(),
    /** The branches that were moved off it because of this, and what they stand on instead. */
    retargeted: text('retargeted', { mode: 'json' })
      .$type<Array<{ branch: string; parent: string }>>()
      .notNull()
      .default(sql`'[]'`),
    /** The job whose fetch showed it; null for what was known before landings were written down. */
    jobId: text('job_id'),
    foundAt: text('found_at').notNull().default(now),
    /** When a fetch showed that `at` has left the branch. */
    voidedAt: time('voided_at'),
  },
  (t) => [index('landings_branch').on(t.repoId, t.branch)],
);

export const jobs = sqliteTable(
  'jobs',
  {
    /** The order in which jobs were accepted; people see it as #12. */
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    id: text('id').notNull().unique(),
    repoId: text('repo_id')
      .notNull()
      .references(() => repos.id, { onDelete: 'cascade' }),
    kind: text('kind', { enum: JOB_KINDS }).notNull(),
    branch: text('branch'),
    /** Where it is about several branches at once. */
    branches: text('branches', { mode: 'json' }).$type<string[] | null>(),
    parent: text('parent'),
    /** The commit that the branch is to stand on, as it was given; null where it is found by itself. */
    base: text('base'),
    suggested: flag('suggested'),
    /** For `create_branch`: the commit to make the branch at; null for its parent's tip. */
    atCommit: text('at_commit'),
    status: text('status', { enum: JOB_STATUSES }).notNull().default('queued'),
    /** What it is doing, or how it ended, in one sentence. */
    message: text('message').notNull().default(''),
    errorCode: text('error_code', { enum: ERROR_CODES }),
    errorHint: text('error_hint'),
    /** Of a `sync_repo`: whether it moves what stands on merged branches; else it only reads. */
    move: integer('move', { mode: 'boolean' }).notNull().default(true),
    result: text('result', { mode: 'json' }).$type<JobResult | null>(),
    /** The result as lists and events carry it (`outlineOf`); null where that is as it is. */
    resultOutline: text('result_outline', { mode: 'json' }).$type<JobResult | null>(),
    requestedBy: text('requested_by').notNull(),
    /** The fingerprint of the rows that its asker has seen a forecast for; null where nothing is expected. */
    expected: text('expected'),
    retryOf: text('retry_of'),
    undoOf: text('undo_of'),
    /** The task whose branch it attaches; null where it is for none. The task names the newest of its jobs. */
    taskId: text('task_id'),
    executor: text('executor', { enum: ['inngest', 'inline'] }),
    engine: text('engine').$type<EngineName>(),
    /** How often its work was begun. */
    attempt: integer('attempt').notNull().default(0),
    createdAt: createdAt(),
    startedAt: time('started_at'),
    finishedAt: time('finished_at'),
    nextAttemptAt: time('next_attempt_at'),
    cancelRequestedAt: time('cancel_requested_at'),
    /** The point of no return: set just before the push. */
    committingAt: time('committing_at'),
    /** Number of the newest dispatch to the executor; a run of an older one returns at once. */
    dispatch: integer('dispatch').notNull().default(0),
    dispatchedAt: time('dispatched_at'),
    /** The forecast, if one was known, for the rows that the job last planned on; compared at its end. */
    forecastId: integer('forecast_id'),
    /** The dispatch whose run last took the lease. */
    claimed: integer('claimed').notNull().default(0),
    /** Names the holder: goes up each time a step takes the lease; every write of a step asks for it. */
    fence: integer('fence').notNull().default(0),
    leaseUntil: time('lease_until'),
    /** Whether a step works under the lease now; between steps it only covers the wait. */
    leaseHeld: flag('lease_held'),
    leaseMachine: text('lease_machine'),
    /** The server process that holds the lease, as `identifyProcess` names it. */
    leaseProcess: text('lease_process'),
    /** Process group of the git command that talks to the remote now, named likewise. */
    leaseGroup: text('lease_group'),
    /** Since when its git waits for the remote, where that is so long that the job takes no place meanwhile. */
    awaySince: time('away_since'),
    /** The remote has answered, and the job waits for a place to go on: before others, which begin later. */
    awayOver: flag('away_over'),
  },
  (t) => [
    uniqueIndex('jobs_one_running').on(t.repoId).where(sql`status = 'running'`),
    uniqueIndex('jobs_one_queued_sync').on(t.repoId, t.move).where(sql`status = 'queued' and kind = 'sync_repo'`),
    index('jobs_queue').on(t.repoId, t.seq).where(sql`status = 'queued'`),
    index('jobs_repo').on(t.repoId, t.seq),
    index('jobs_status').on(t.status, t.seq),
    index('jobs_repo_status').on(t.repoId, t.status, t.seq),
    index('jobs_kind').on(t.kind, t.seq),
    index('jobs_requested_by').on(t.requestedBy, t.seq),
    index('jobs_started').on(t.repoId, t.startedAt),
    index('jobs_ended').on(t.finishedAt, t.seq).where(sql`finished_at is not null`),
  ],
);

/**
 * Which jobs concern which branch: those that were asked for on it, moved it, or say something about it in their
 * result. Written by triggers only (`triggers.ts`).
 */
export const jobBranches = sqliteTable(
  'job_branches',
  {
    branch: text('branch').notNull(),
    seq: integer('seq')
      .notNull()
      .references(() => jobs.seq, { onDelete: 'cascade' }),
  },
  (t) => [primaryKey({ columns: [t.branch, t.seq] }), index('job_branches_job').on(t.seq)],
);

/**
 * What an idempotency key's request has made: a job (several keys may lead to one where a queued sync was joined), a
 * task, or both. It goes with that.
 */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    key: text('key').primaryKey(),
    jobId: text('job_id').references(() => jobs.id, { onDelete: 'cascade' }),
    taskId: text('task_id').references(() => tasks.id, { onDelete: 'cascade' }),
    /** The input it came with, as canonical JSON: the same key with another input is an error. */
    input: text('input').notNull(),
  },
  // For each job that goes, SQLite looks for its keys.
  (t) => [
    index('idempotency_keys_job').on(t.jobId).where(sql`job_id is not null`),
    index('idempotency_keys_task').on(t.taskId).where(sql`task_id is not null`),
  ],
);

/** The steps and their phases, for people to watch. A phase has its step as `parent`. */
export const jobSteps = sqliteTable(
  'job_steps',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    jobId: text('job_id')
      .notNull()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    attempt: integer('attempt').notNull(),
    step: text('step', { enum: STEP_NAMES }).notNull(),
    /** Null for the step itself; else what it does within: `clone`, `fetch`, `plan`, `push`, … */
    phase: text('phase'),
    status: text('status', { enum: ['running', 'completed', 'error'] }).notNull(),
    message: text('message').notNull().default(''),
    startedAt: text('started_at').notNull().default(now),
    finishedAt: time('finished_at'),
  },
  (t) => [index('job_steps_job').on(t.jobId, t.id)],
);

/** The ref moves of a job, written before its push. */
export const jobMoves = sqliteTable(
  'job_moves',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    jobId: text('job_id')
      .notNull()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    branch: text('branch').notNull(),
    before: text('before'),
    /** Null where an undo deletes a ref that its job had made. */
    after: text('after'),
    parentBefore: text('parent_before'),
    parentAfter: text('parent_after'),
    baseBefore: text('base_before'),
    baseAfter: text('base_after'),
    /** Whether a person had named the base before: an undo brings that back with it. Null of moves from before 0018. */
    baseNamedBefore: integer('base_named_before', { mode: 'boolean' }),
    /** Of an undo: whether the base that it goes back to is known as a named one. */
    baseNamedAfter: integer('base_named_after', { mode: 'boolean' }),
    rewritten: text('rewritten', { mode: 'json' }).$type<Move['rewritten']>().notNull(),
    /** `planned` until the remote has it, then `pushed`; `abandoned` when the plan was made anew. */
    state: text('state', { enum: ['planned', 'pushed', 'abandoned'] })
      .notNull()
      .default('planned'),
  },
  (t) => [
    index('job_moves_job').on(t.jobId, t.id),
    index('job_moves_branch').on(t.branch, t.state, t.id),
    index('job_moves_planned').on(t.jobId).where(sql`state = 'planned'`),
  ],
);

export const jobLogs = sqliteTable(
  'job_logs',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    jobId: text('job_id')
      .notNull()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    at: text('at').notNull().default(now),
    level: text('level', { enum: ['info', 'warn', 'error'] })
      .notNull()
      .default('info'),
    line: text('line').notNull(),
  },
  (t) => [index('job_logs_job').on(t.jobId, t.id)],
);

/** What an action would do, computed in the background for the branch rows as `tipsKey` names them. */
export const forecasts = sqliteTable(
  'forecasts',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    repoId: text('repo_id')
      .notNull()
      .references(() => repos.id, { onDelete: 'cascade' }),
    kind: text('kind', { enum: ACTION_KINDS }).notNull(),
    branch: text('branch'),
    branches: text('branches', { mode: 'json' }).$type<string[] | null>(),
    parent: text('parent'),
    base: text('base'),
    suggested: flag('suggested'),
    /** The six above in one: what is unique together with the tips. */
    action: text('action').notNull(),
    /** Fingerprint of the trunk's tip and the branch rows; see `tips-key.ts`. */
    tipsKey: text('tips_key').notNull(),
    /** The rows have changed since (set by a trigger): ask again. */
    stale: flag('stale'),
    status: text('status', { enum: ['pending', 'ready', 'error'] })
      .notNull()
      .default('pending'),
    /** Null until `ready`. */
    outline: text('outline', { mode: 'json' }).$type<ForecastOutline | null>(),
    /** What it waits for, or why it could not be computed; empty where there is nothing to say. */
    message: text('message').notNull().default(''),
    createdAt: createdAt(),
    askedAt: text('asked_at').notNull().default(now),
    computedAt: time('computed_at'),
    /** Names who computes it: goes up with each claim. */
    claim: integer('claim').notNull().default(0),
    claimedUntil: time('claimed_until'),
  },
  (t) => [
    uniqueIndex('forecasts_action').on(t.repoId, t.action, t.tipsKey),
    index('forecasts_stale').on(t.repoId, t.stale),
    index('forecasts_status').on(t.status),
  ],
);

/**
 * What commits change, computed in the background by the ids of commits: it never changes, so it is kept as long as
 * there is room (`changes/keep.ts`).
 */
export const changes = sqliteTable(
  'changes',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    repoId: text('repo_id')
      .notNull()
      .references(() => repos.id, { onDelete: 'cascade' }),
    /** All of what was asked, as canonical JSON: what is unique in a repo. */
    ask: text('ask', { mode: 'json' }).$type<ChangesAsk>().notNull(),
    status: text('status', { enum: ['pending', 'ready', 'error'] })
      .notNull()
      .default('pending'),
    /** Null until `ready`; of which kind it is, `ask` says. */
    content: text('content', { mode: 'json' }).$type<ChangesContent | null>(),
    /** Bytes of the content. */
    size: integer('size').notNull().default(0),
    errorCode: text('error_code', { enum: CHANGES_ERROR_CODES }),
    /** Why it cannot be shown, and what can be done; empty where there is nothing to say. */
    message: text('message').notNull().default(''),
    askedAt: text('asked_at').notNull().default(now),
    computedAt: time('computed_at'),
  },
  (t) => [uniqueIndex('changes_ask').on(t.repoId, t.ask), index('changes_status').on(t.status)],
);

export const tasks = sqliteTable(
  'tasks',
  {
    id: id(),
    repoId: text('repo_id')
      .notNull()
      .references(() => repos.id, { onDelete: 'cascade' }),
    title: text('title').notNull(),
    description: text('description').notNull().default(''),
    branch: text('branch').notNull(),
    /** The job that attaches the branch; null where it was attached from the start. */
    jobId: text('job_id'),
    /** A trigger keeps it (`triggers.ts`). */
    branchStatus: text('branch_status', { enum: BRANCH_STATUSES }).notNull(),
    createdAt: createdAt(),
    archivedAt: time('archived_at'),
    archivedReason: text('archived_reason'),
  },
  (t) => [
    uniqueIndex('tasks_one_active').on(t.repoId, t.branch).where(sql`archived_at is null`),
    index('tasks_repo').on(t.repoId, t.id),
    index('tasks_active').on(t.repoId, t.id).where(sql`archived_at is null`),
    index('tasks_archived').on(t.repoId, t.archivedAt, t.id).where(sql`archived_at is not null`),
    index('tasks_branch').on(t.branch, t.id),
    index('tasks_open').on(t.id).where(sql`archived_at is null`),
    index('tasks_job').on(t.jobId),
  ],
);

/** The change feed: history, cursor and cache update in one. Written by triggers only (`triggers.ts`). */
export const events = sqliteTable(
  'events',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    repoId: text('repo_id'),
    /** Which table changed. */
    type: text('type').notNull(),
    op: text('op', { enum: ['upsert', 'delete'] }).notNull(),
    /** The row after the change as JSON, or its key after a delete. */
    row: text('row').notNull(),
    at: text('at').notNull().default(now),
  },
  (t) => [index('events_repo').on(t.repoId, t.seq)],
);

/**
 * Which process tends which clone now (`upkeep/tend-clone.ts`): a clone is a machine's own. There is a row only
 * while no job of the repo is open; a job that starts takes the clone by deleting it.
 */
export const cloneUpkeep = sqliteTable(
  'clone_upkeep',
  {
    repoId: text('repo_id')
      .notNull()
      .references(() => repos.id, { onDelete: 'cascade' }),
    machine: text('machine').notNull(),
    /** The server process, as `identifyProcess` names it. */
    process: text('process').notNull(),
    /** Process group of the git command that works in the clone now, named likewise. */
    processGroup: text('process_group'),
  },
  (t) => [primaryKey({ columns: [t.repoId, t.machine] })],
);

/** What programs and people present instead of the server's token (`access/tokens.ts`). No row opens the door. */
export const tokens = sqliteTable(
  'tokens',
  {
    id: id(),
    /** Who has it: what stands in jobs and in the audit log. */
    name: text('name').notNull(),
    /** SHA-256 of the token, in hex. */
    hash: text('hash').notNull(),
    role: text('role', { enum: ROLES }).notNull(),
    /** The repositories outside of which it changes nothing; null where it is for all. */
    repoIds: text('repo_ids', { mode: 'json' }).$type<string[]>(),
    createdAt: createdAt(),
    /** Who made it. */
    createdBy: text('created_by').notNull(),
    /** Null where it ends only when it is revoked. */
    expiresAt: time('expires_at'),
    /** To the minute. */
    lastUsedAt: time('last_used_at'),
  },
  (t) => [uniqueIndex('tokens_name').on(t.name), uniqueIndex('tokens_hash').on(t.hash)],
);

/** Browsers that somebody has signed in with (`server/door/sessions.ts`). Nothing in a row opens the door by itself. */
export const sessions = sqliteTable(
  'sessions',
  {
    /** SHA-256, in hex, over the session's id and the server's token, and more where it was not opened with that. */
    hash: text('hash').primaryKey(),
    createdAt: createdAt(),
    expiresAt: text('expires_at').notNull(),
    /** Who signed in; null, as is the role, where an earlier version noted the server's token alone. */
    name: text('name'),
    role: text('role', { enum: ROLES }),
    /** The token that it was opened with and ends with, unless that was the server's. */
    tokenId: text('token_id').references(() => tokens.id, { onDelete: 'cascade' }),
  },
  (t) => [index('sessions_expiry').on(t.expiresAt), index('sessions_token').on(t.tokenId)],
);

/** Who did what (`access/audit.ts`): signing in, tokens, settings, actions. Bounded; nothing in it is a secret. */
export const audit = sqliteTable(
  'audit',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    at: text('at').notNull().default(now),
    /** Who the server knew it to be; null where nobody was asked. */
    who: text('who'),
    /** What the client says of itself. */
    via: text('via'),
    /** Where the request came from, as far as that is known. */
    address: text('address'),
    /** `sign_in`, `sign_in_failed`, `sign_out`, or the procedure that was called, such as `jobs.run`. */
    action: text('action').notNull(),
    /** What it was done to: ids, names of branches and tokens, the kind of job. */
    about: text('about', { mode: 'json' }).$type<Record<string, string>>().notNull().default({}),
  },
  (t) => [index('audit_action').on(t.action, t.seq)],
);

/** The servers of this database (`upkeep/nodes.ts`): each says now and then that it is there. */
export const nodes = sqliteTable('nodes', {
  /** As it names itself in leases. */
  machine: text('machine').primaryKey(),
  /** The host's name, for people: several may have one. */
  host: text('host').notNull(),
  version: text('version').notNull(),
  executor: text('executor', { enum: ['inngest', 'inline'] }).notNull(),
  takesJobs: integer('takes_jobs', { mode: 'boolean' }).notNull(),
  startedAt: text('started_at').notNull(),
  seenAt: text('seen_at').notNull().default(now),
});

/** Small facts about this installation, such as the newest pruned event. */
export const meta = sqliteTable('meta', { key: text('key').primaryKey(), value: text('value').notNull() });

export type RepoRow = typeof repos.$inferSelect;
export type BranchRow = typeof branches.$inferSelect;
export type JobRow = typeof jobs.$inferSelect;
export type JobStepRow = typeof jobSteps.$inferSelect;
export type JobMoveRow = typeof jobMoves.$inferSelect;
export type JobLogRow = typeof jobLogs.$inferSelect;
export type ForecastRow = typeof forecasts.$inferSelect;
export type ChangesRow = typeof changes.$inferSelect;
export type TokenRow = typeof tokens.$inferSelect;
export type NodeRow = typeof nodes.$inferSelect;
export type AuditRow = typeof audit.$inferSelect;
export type TaskRow = typeof tasks.$inferSelect;
