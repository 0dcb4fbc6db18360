import { sql } from 'drizzle-orm';
import { config } from '@/config';
import { counted, known } from '@/counters';
import type { Db } from '@/db/client';
import { problems, takesJobs } from '@/db/problems';
import { knownDiskUse } from './disk-use';

/** A measure with a value for each set of labels. What rows tell are gauges: rows go with their retention, so nothing only grows. */
interface Measure {
  name: string;
  /** What this process counts from its start on. */
  type?: 'counter';
  help: string;
  values: Array<{ labels?: Record<string, string>; value: number | null }>;
}

const NAMED = ['queued', 'running', 'completed', 'error', 'cancelled'];

/**
 * What there is to watch, in Prometheus' text format. No label names a branch or a repository: their number has no end.
 * @throws where the database does not answer
 */
export async function metrics(db: Db): Promise<string> {
  const disk = knownDiskUse();
  const open = new Map<string, { count: number; age: number }>();
  for (const row of await db.all<{ status: string; count: number; age: number }>(sql`select status, count(*) as count,
      (julianday('now') - julianday(min(case status when 'running' then coalesce(started_at, created_at) else created_at end))) * 86400 as age
      from jobs where status in ('queued', 'running') group by status`))
    open.set(row.status, row);
  const ended = await db.all<{
    status: string;
    count: number;
    attempts: number;
    waited: number;
    ran: number;
    held: number;
    missed: number;
  }>(
    sql`select status, count(*) as count, sum(attempt) as attempts,
      avg((julianday(started_at) - julianday(created_at)) * 86400) as waited,
      avg((julianday(finished_at) - julianday(started_at)) * 86400) as ran,
      sum(coalesce(json_array_length(result, '$.heldBack'), 0)) as held,
      sum(coalesce(json_extract(result, '$.forecast.agreed') = 0, 0)) as missed
      from jobs where finished_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 hour') group by +status`,
  );
  const steps = await db.all<{ step: string; seconds: number }>(
    sql`select step, avg((julianday(job_steps.finished_at) - julianday(job_steps.started_at)) * 86400) as seconds
      from jobs cross join job_steps on job_steps.job_id = jobs.id and phase is null
      where jobs.finished_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 hour') group by step`,
  );
  const byStatus = (pick: (row: (typeof ended)[number]) => number) =>
    ended.map((row) => ({ labels: { status: row.status }, value: pick(row) }));
  const both = ['queued', 'running'];
  return text([
    {
      name: 'jobs_open',
      help: 'Jobs that have not ended, over all servers of this database.',
      values: both.map((status) => ({ labels: { status }, value: open.get(status)?.count ?? 0 })),
    },
    {
      name: 'jobs_oldest_seconds',
      help: 'For how long the oldest of them has been queued or running.',
      values: both.map((status) => ({ labels: { status }, value: open.get(status)?.age ?? 0 })),
    },
    {
      name: 'jobs_ended_last_hour',
      help: 'Jobs that ended in the last hour.',
      values: NAMED.slice(2).map((status) => ({
        labels: { status },
        value: ended.find((row) => row.status === status)?.count ?? 0,
      })),
    },
    {
      name: 'jobs_attempts_last_hour',
      help: 'How often those were begun, in all.',
      values: byStatus((row) => row.attempts),
    },
    { name: 'jobs_waited_seconds', help: 'How long those waited, on average.', values: byStatus((row) => row.waited) },
    { name: 'jobs_ran_seconds', help: 'How long those ran, on average.', values: byStatus((row) => row.ran) },
    {
      name: 'branches_held_back_last_hour',
      help: 'Branches that those held back.',
      values: [{ value: ended.reduce((sum, row) => sum + row.held, 0) }],
    },
    {
      name: 'forecasts_missed_last_hour',
      help: 'Jobs of those that did something else than was forecast.',
      values: [{ value: ended.reduce((sum, row) => sum + row.missed, 0) }],
    },
    {
      name: 'step_seconds',
      help: 'How long a step of those took, on average.',
      values: steps.map(({ step, seconds }) => ({ labels: { step }, value: seconds })),
    },
    { name: 'takes_jobs', help: '1 while this server has what jobs need.', values: [{ value: takesJobs() ? 1 : 0 }] },
    {
      name: 'problems',
      help: 'What is wrong with this server; the status page says it.',
      values: [{ value: problems().length }],
    },
    {
      name: 'takeovers_total',
      type: 'counter',
      help: 'Jobs that this server took from one that had ended or fallen silent.',
      values: [{ value: counted('takeovers') }],
    },
    {
      name: 'accepted_total',
      type: 'counter',
      help: 'Calls that this server has answered with a job.',
      values: [{ value: counted('accepted') }],
    },
    {
      name: 'accept_seconds_total',
      type: 'counter',
      help: 'How long those took, in all.',
      values: [{ value: counted('accept_seconds') }],
    },
    {
      name: 'feed_reads_total',
      type: 'counter',
      help: 'How often this server found something new in the feed while somebody followed it.',
      values: [{ value: counted('feed_reads') }],
    },
    {
      name: 'feed_lag_seconds_total',
      type: 'counter',
      help: 'How old the newest of it was each time, in all.',
      values: [{ value: counted('feed_lag_seconds') }],
    },
    {
      name: 'forge_budget',
      help: 'How many questions a forge still took when this server asked it last.',
      values: [...config().githubHosts.values()].map(({ apiUrl }) => {
        const { host } = new URL(apiUrl);
        return { labels: { host }, value: known(`forge_budget ${host}`) };
      }),
    },
    {
      name: 'git_processes_total',
      type: 'counter',
      help: 'Processes of git that this server has started.',
      values: [{ value: counted('git_started') }],
    },
    { name: 'git_processes', help: 'Those that run now.', values: [{ value: counted('git_running') }] },
    { name: 'streams', help: 'Pages and programs that follow the feed here.', values: [{ value: counted('streams') }] },
    {
      name: 'bytes',
      help: 'What this server takes of its disk, and what is free there.',
      values: (['database', 'clones', 'free'] as const).map((part) => ({
        labels: { part },
        value: disk?.[part] ?? null,
      })),
    },
  ]);
}

function text(measures: Measure[]): string {
  return measures
    .map(({ name, type = 'gauge', help, values }) => {
      const lines = values.flatMap(({ labels = {}, value }) => {
        if (value === null) return [];
        const given = Object.entries(labels).map(([label, of]) => `${label}="${of}"`);
        return `spicerack_${name}${given.length > 0 ? `{${given.join(',')}}` : ''} ${value}\n`;
      });
      return `# HELP spicerack_${name} ${help}\n# TYPE spicerack_${name} ${type}\n${lines.join('')}`;
    })
    .join('');
}
