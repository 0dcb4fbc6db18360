import { getTableColumns } from 'drizzle-orm';
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { branches, forecasts, jobLogs, jobMoves, jobSteps, jobs, repos, tasks } from './schema';

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
  /** Columns that travel with the row but whose change alone is no event. */
  quiet?: string[];
  /** The key that a delete event carries; none where rows only ever go with their repo or by retention. */
  key?: string[];
}

/** Columns of a job that only the queue needs; `JobView` leaves them out. */
export const HIDDEN_JOB_COLUMNS = [
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
] as const;

/** Columns of a forecast that only its computing needs; `ForecastView` leaves them out. */
export const HIDDEN_FORECAST_COLUMNS = ['action', 'claim', 'claimedUntil'] as const;

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
  { table: jobs, repoId: 'ROW.repo_id', hidden: [...HIDDEN_JOB_COLUMNS] },
  { table: jobSteps, repoId: ofJob },
  { table: jobMoves, repoId: ofJob },
  { table: jobLogs, repoId: ofJob },
  { table: tasks, repoId: 'ROW.repo_id' },
  {
    table: forecasts,
    repoId: 'ROW.repo_id',
    hidden: [...HIDDEN_FORECAST_COLUMNS],
    quiet: ['askedAt'],
    key: ['repoId', 'id'],
  },
];

/** Drops and makes every trigger: they follow the tables, so they are made anew at each start. */
export function triggerStatements(): string[] {
  return [...FEEDS.flatMap(feedTriggers), ...TASK_TRIGGERS, ...staleTriggers()];
}

/**
 * A task's branch has the status of the job that attaches it, and a merged branch has no task to do any more; one that
 * is open again has.
 */
const TASK_TRIGGERS = [
  'drop trigger if exists task_status',
  `create trigger task_status after update of status on jobs when NEW.status is not OLD.status begin
     update tasks set branch_status = NEW.status where job_id = NEW.id;
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
      .map(([key, column]) => `'${key}', ${jsonValue(`${row}.${column.name}`, column.dataType)}`)
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

function jsonValue(column: string, dataType: string): string {
  if (dataType === 'boolean') return `json(case ${column} when 1 then 'true' when 0 then 'false' else 'null' end)`;
  if (dataType === 'json') return `json(${column})`;
  return column;
}
