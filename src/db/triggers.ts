import { getTableColumns } from 'drizzle-orm';
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { branches, changes, forecasts, jobLogs, jobMoves, jobSteps, jobs, repos, tasks } from './schema';

/**
 * The triggers that write the change feed. They make it a fact of the database, not a habit of the code, that
 * every change has its event in the same transaction, with the row as it then is.
 */

interface Feed {
  table: SQLiteTable;
  /** SQL for the repo that a row belongs to. */
  repoId: string;
  /** Columns that are nobody's business outside the queue; changing them alone is no event. */
  hidden?: string[];
  /** Columns of which events carry less: SQL for that of a row. */
  outlined?: Record<string, (row: string) => string>;
  /** Columns that travel with the row but whose change alone is no event. */
  quiet?: string[];
  /** The key that a delete event carries; none where rows only ever go with their repo or by retention. */
  key?: string[];
}

/** Columns of a job that only the queue needs; `JobView` leaves them out. */
export const HIDDEN_JOB_COLUMNS = [
  'resultOutline',
  'expected',
  'forecastId',
  'dispatch',
  'dispatchedAt',
  'claimed',
  'fence',
  'leaseUntil',
  'leaseHeld',
  'leaseMachine',
  'leaseProcess',
  'leaseGroup',
  'awayOver',
] as const;

/** Of a move, old commit to new commit: as many as the branch has commits, so it is asked for (`jobs.rewritten`). */
export const HIDDEN_MOVE_COLUMNS = ['rewritten', 'baseNamedBefore', 'baseNamedAfter'] as const;

/** SQL for a job's result as lists and events carry it. `jobs.get` has the whole. */
export function resultOutline(row: string): string {
  return `coalesce(${row}.result_outline, ${row}.result)`;
}

/** Columns of a forecast that only its computing needs; `ForecastView` leaves them out. */
export const HIDDEN_FORECAST_COLUMNS = ['action', 'claim', 'claimedUntil'] as const;

/** Of what commits change only whether it is there: it is large, and asked for by who shows it. */
export const HIDDEN_CHANGES_COLUMNS = ['ask', 'content', 'size'] as const;

/** Columns of a branch row that forecasts depend on. */
export const TIPS_COLUMNS = [
  'name',
  'tip',
  'parent',
  'base',
  'tracked',
  'suggestedParent',
  'kept',
  'keptReason',
  'merged',
  'gone',
] as const;

const ofJob = '(select repo_id from jobs where id = NEW.job_id)';

const FEEDS: Feed[] = [
  { table: repos, repoId: 'ROW.id', key: ['id'] },
  { table: branches, repoId: 'ROW.repo_id', quiet: ['firstSeenAt', 'lastSeenAt'], key: ['repoId', 'name'] },
  { table: jobs, repoId: 'ROW.repo_id', hidden: [...HIDDEN_JOB_COLUMNS], outlined: { result: resultOutline } },
  { table: jobSteps, repoId: ofJob },
  { table: jobMoves, repoId: ofJob, hidden: [...HIDDEN_MOVE_COLUMNS] },
  { table: jobLogs, repoId: ofJob },
  { table: tasks, repoId: 'ROW.repo_id' },
  {
    table: forecasts,
    repoId: 'ROW.repo_id',
    hidden: [...HIDDEN_FORECAST_COLUMNS],
    quiet: ['askedAt'],
    key: ['repoId', 'id'],
  },
  {
    table: changes,
    repoId: 'ROW.repo_id',
    hidden: [...HIDDEN_CHANGES_COLUMNS],
    quiet: ['askedAt'],
    key: ['repoId', 'id'],
  },
];

/** Goes up with every change of the statements; a test holds them against it. */
export const TRIGGERS_VERSION = 5;

/** Drops and makes every trigger. */
export function triggerStatements(): string[] {
  return [
    ...FEEDS.flatMap(feedTriggers),
    ...TASK_TRIGGERS,
    ...REPO_TRIGGERS,
    ...JOB_BRANCH_TRIGGERS,
    ...staleTriggers(),
  ];
}

/** SQL for whether a job has ended because nobody has pushed the branch that it was to register. */
export function notPushed(job: string): string {
  return `(${job}.status = 'error' and ${job}.kind = 'register_existing_branch' and ${job}.error_code is 'BRANCH_NOT_FOUND')`;
}
const NOT_PUSHED = notPushed('NEW');

/** SQL for what a repo keeps of a job that has failed: the start of what went wrong, and a branch that it was for. */
const FAILED_MESSAGE = `case when length(NEW.message) > 300 then substr(NEW.message, 1, 300) || '…' else NEW.message end`;
const FAILED_BRANCH = `coalesce(NEW.branch, NEW.branches ->> 0)`;

/** Failed jobs that a repo carries. */
const MOST_FAILURES = 10;

/**
 * A repo whose last job failed says so, however the job ended and whoever ended it: by `finish`, by the reconciler, or
 * because its run was given up. A job that was cancelled says nothing about the repo, nor one by whose end a task only
 * begins to wait. Beside that it carries its failed jobs, one for each thing that was tried, until something was done
 * that may have mended them: to read mends nothing but a sync.
 */
const REPO_TRIGGERS = [
  'drop trigger if exists repo_failed',
  `create trigger repo_failed after update of status on jobs when NEW.status = 'error' and OLD.status is not 'error' and not (${NOT_PUSHED} and exists (select 1 from tasks where job_id = NEW.id)) begin
     update repos set sync_error = ${FAILED_MESSAGE}, sync_error_at = coalesce(NEW.finished_at, strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
       failures = (select json_group_array(json(value)) from (
         select json_object('id', NEW.id, 'seq', NEW.seq, 'kind', NEW.kind, 'branch', ${FAILED_BRANCH}, 'message', ${FAILED_MESSAGE}) as value
         union all select * from (select value from json_each(repos.failures)
           where value ->> 'id' is not NEW.retry_of and (value ->> 'kind' <> NEW.kind or value ->> 'branch' is not ${FAILED_BRANCH}) limit ${MOST_FAILURES - 1})))
     where id = NEW.repo_id;
   end`,
  'drop trigger if exists repo_well',
  `create trigger repo_well after update of status on jobs when NEW.status = 'completed' and OLD.status is not 'completed' begin
     update repos set sync_error = null, sync_error_at = null, failures = case when NEW.kind = 'sync_repo' and not NEW.move
         then (select nullif(json_group_array(json(value)), '[]') from json_each(repos.failures) where value ->> 'kind' <> 'sync_repo') end
     where id = NEW.repo_id and (sync_error_at is not null or failures is not null);
   end`,
];

/** SQL for the branches that a job's result says something about. */
function branchesOfResult(result: string): string {
  const said = ['merged', 'registered', 'heldBack'].map(
    (list) => `select value ->> 'branch' as branch from json_each(${result}, '$.${list}')`,
  );
  return [...said, `select value as branch from json_each(${result}, '$.gone')`].join(' union ');
}

/** A branch that a job was asked for on, has moved, or says something about has the job among its own. */
const JOB_BRANCH_TRIGGERS = [
  'drop trigger if exists job_branches_asked',
  `create trigger job_branches_asked after insert on jobs begin ${saidBranches('')} end`,
  'drop trigger if exists job_branches_said',
  `create trigger job_branches_said after update of result on jobs when NEW.result is not OLD.result begin ${saidBranches(`
     delete from job_branches where seq = NEW.seq;
     insert or ignore into job_branches (branch, seq)
     select branch, NEW.seq from job_moves where job_id = NEW.id and state = 'pushed';`)} end`,
  ...['insert', 'update'].flatMap((when) => [
    `drop trigger if exists job_branches_moved_${when}`,
    `create trigger job_branches_moved_${when} after ${when} on job_moves when NEW.state = 'pushed' begin
       insert or ignore into job_branches (branch, seq) select NEW.branch, seq from jobs where id = NEW.job_id;
     end`,
  ]),
];

/** Statements that put down the branches of a job's own row, after others. */
function saidBranches(before: string): string {
  return `${before}
     insert or ignore into job_branches (branch, seq)
     select branch, NEW.seq from (select NEW.branch as branch union select value from json_each(NEW.branches) union ${branchesOfResult('NEW.result')}) where branch is not null;`;
}

/**
 * A task's branch has the status of the job that attaches it, or waits to be pushed, and a merged branch has no task to do any more; one that
 * is open again has.
 */
const TASK_TRIGGERS = [
  'drop trigger if exists task_status',
  `create trigger task_status after update of status on jobs when NEW.status is not OLD.status begin
     update tasks set branch_status = case when ${NOT_PUSHED} then 'waiting' else NEW.status end where job_id = NEW.id;
   end`,
  'drop trigger if exists task_merged',
  `create trigger task_merged after update of merged on branches when NEW.merged and not OLD.merged begin
     update tasks set archived_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), archived_reason = NEW.name || ' was merged.'
     where repo_id = NEW.repo_id and branch = NEW.name and archived_at is null;
   end`,
  'drop trigger if exists task_reopened',
  `create trigger task_reopened after update of merged on branches when OLD.merged and not NEW.merged begin
     update tasks set archived_at = null, archived_reason = null
     where repo_id = NEW.repo_id and branch = NEW.name and archived_reason = NEW.name || ' was merged.'
       and id = (select max(id) from tasks where repo_id = NEW.repo_id and branch = NEW.name)
       and not exists (select 1 from tasks where repo_id = NEW.repo_id and branch = NEW.name and archived_at is null);
   end`,
];

/** Forecasts are for the rows that they were made from: any change of those makes them stale in the same transaction. */
function staleTriggers(): string[] {
  const columns = TIPS_COLUMNS.map((key) => branches[key].name);
  const differ = (names: string[]) => names.map((name) => `NEW.${name} is not OLD.${name}`).join(' or ');
  const stale = (repoId: string) => `begin update forecasts set stale = 1 where repo_id = ${repoId} and stale = 0; end`;
  return [
    ...['insert', 'update', 'delete', 'trunk'].map((when) => `drop trigger if exists forecasts_stale_${when}`),
    `create trigger forecasts_stale_insert after insert on branches ${stale('NEW.repo_id')}`,
    `create trigger forecasts_stale_update after update on branches when ${differ(columns)} ${stale('NEW.repo_id')}`,
    `create trigger forecasts_stale_delete after delete on branches ${stale('OLD.repo_id')}`,
    `create trigger forecasts_stale_trunk after update on repos when ${differ(['trunk', 'trunk_tip', 'engine'])} ${stale('NEW.id')}`,
  ];
}

function feedTriggers(feed: Feed): string[] {
  const { name } = getTableConfig(feed.table);
  const columns = Object.entries(getTableColumns(feed.table)).filter(([key]) => !feed.hidden?.includes(key));
  const json = (row: 'NEW' | 'OLD', keys?: string[]) =>
    `json_object(${columns
      .filter(([key]) => !keys || keys.includes(key))
      .map(([key, column]) => {
        return `'${key}', ${jsonValue(feed.outlined?.[key]?.(row) ?? `${row}.${column.name}`, column.dataType)}`;
      })
      .join(', ')})`;
  const insert = (row: 'NEW' | 'OLD', op: string, payload: string) =>
    `insert into events (repo_id, type, op, row) values (${feed.repoId.replace('ROW', row)}, '${name}', '${op}', ${payload});`;
  const changed = columns
    .filter(([key]) => !feed.quiet?.includes(key))
    .map(([, column]) => `NEW.${column.name} is not OLD.${column.name}`)
    .join(' or ');
  return [
    `drop trigger if exists feed_${name}_insert`,
    `drop trigger if exists feed_${name}_update`,
    `drop trigger if exists feed_${name}_delete`,
    `create trigger feed_${name}_insert after insert on ${name} begin ${insert('NEW', 'upsert', json('NEW'))} end`,
    `create trigger feed_${name}_update after update on ${name} when ${changed} begin ${insert('NEW', 'upsert', json('NEW'))} end`,
    ...(feed.key
      ? [
          `create trigger feed_${name}_delete after delete on ${name} begin ${insert('OLD', 'delete', json('OLD', feed.key))} end`,
        ]
      : []),
  ];
}

/** SQL for the value of a column as JSON has it. */
export function jsonValue(column: string, dataType: string): string {
  if (dataType === 'boolean') return `json(case ${column} when 1 then 'true' when 0 then 'false' else 'null' end)`;
  if (dataType === 'json') return `json(${column})`;
  return column;
}
