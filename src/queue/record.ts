import { setImmediate } from 'node:timers/promises';
import { type SQL, sql } from 'drizzle-orm';
import { pieces } from '@/db/branch-rows';
import type { Statement } from '@/db/client';
import type { Facts } from '@/log';
import type { StepName } from '@/model/kinds';
import { type JobResult, outlineOf } from '@/model/result';
import { forMessage, shown } from '@/text/foreign';
import { inFuture, type Lease, NOW } from './lease';

/** What a line of the server's own log tells of a job. */
export function factsOf({ job, repo }: Pick<Lease, 'job' | 'repo'>): Facts {
  return { repository: repo.name, job: job.seq, jobId: job.id, attempt: job.attempt };
}

/** The statement that adds a line to the job's log, fenced. */
export function logLine(lease: Lease, line: string, level: 'info' | 'warn' | 'error' = 'info'): Statement {
  return lease.db.run(
    sql`insert into job_logs (job_id, level, line) select ${lease.job.id}, ${level}, ${shown(line)} where ${lease.held}`,
  );
}

/** A line of a job's log. */
export interface LogLine {
  line: string;
  level: 'info' | 'warn' | 'error';
}

/** The statement that adds lines to the job's log, fenced. */
function logLines(lease: Lease, lines: LogLine[]): Statement {
  const json = JSON.stringify(lines.map(({ line, level }) => ({ line: shown(line), level })));
  return lease.db.run(sql`
    insert into job_logs (job_id, level, line)
    select ${lease.job.id}, value ->> 'level', value ->> 'line' from json_each(${json}) where ${lease.held}`);
}

/** Writes one transaction after another, each made when it is its turn; others have theirs in between. */
export async function writeEach(lease: Lease, transactions: Array<() => Statement[]>): Promise<void> {
  for (const [i, make] of transactions.entries()) {
    if (i > 0) await setImmediate();
    await lease.write(make());
  }
}

/** Adds lines to the job's log, however many. The last are told in a moment. */
export async function tellLines(lease: Lease, lines: LogLine[]): Promise<void> {
  const told = pieces(lines);
  const last = told.pop();
  await writeEach(
    lease,
    told.map((some) => () => [logLines(lease, some)]),
  );
  if (last) lease.later(() => [logLines(lease, last)]);
}

/** As many lines of others' words from their start, and from their end, are lines of the log. */
const MOST_WORD_LINES = 250;

/** The statement that adds what others said (git, a remote, its hooks), line by line; where it is long, both its ends. */
export function wordLines(lease: Lease, words: string, level: 'warn' | 'error'): Statement[] {
  const all = words.split('\n').filter((line) => line.trim() !== '');
  const left = all.length - 2 * MOST_WORD_LINES;
  const lines =
    left <= 0
      ? all
      : [
          ...all.slice(0, MOST_WORD_LINES),
          `… ${left.toLocaleString('en-US')} lines are left out …`,
          ...all.slice(-MOST_WORD_LINES),
        ];
  if (lines.length === 0) return [];
  return [
    logLines(
      lease,
      lines.map((line) => ({ line: withoutFiller(line), level })),
    ),
  ];
}

/** git fills the far side's lines up with blanks, and upload-pack ends its last words with a NUL. */
function withoutFiller(line: string): string {
  return line.trimEnd().replace(/\u2400$/, '');
}

/** The statement that sets what the job is doing now, in one sentence. */
function setMessage(lease: Lease, message: string): Statement {
  return lease.db.run(
    sql`update jobs set message = ${forMessage(message)} where id = ${lease.job.id} and ${lease.held}`,
  );
}

/** The statement that sets a job's result, and what lists carry of it, fenced. */
export function setResult({ db, held }: Pick<Lease, 'db' | 'held'>, jobId: string, result: JobResult): Statement {
  const outline = outlineOf(result);
  return db.run(
    sql`update jobs set result = ${JSON.stringify(result)}, result_outline = ${outline && JSON.stringify(outline)}
      where id = ${jobId} and ${held}`,
  );
}

/**
 * Runs a part of a step under the eyes of whoever watches: a row that says running, then completed or error,
 * and the job's message. A null `phase` is the step itself. What begins is told in a moment, or with what is written
 * before that; that it is completed is written with what comes next, which must not be long in coming.
 */
export async function watched<T>(
  lease: Lease,
  step: StepName,
  phase: string | null,
  message: string,
  work: () => Promise<T>,
): Promise<T> {
  // Told later, and with the times at which it was.
  const moment = () => {
    const at = performance.now();
    return () => inFuture(at - performance.now());
  };
  const begun = moment();
  lease.later(() => [
    lease.db.run(
      sql`insert into job_steps (job_id, attempt, step, phase, status, message, started_at)
          select id, attempt, ${step}, ${phase}, 'running', ${forMessage(message)}, ${begun()} from jobs where id = ${lease.job.id} and ${lease.held}`,
    ),
    // A step says what it does by its first part.
    ...(message ? [setMessage(lease, message), logLine(lease, message)] : []),
  ]);
  const end = (status: 'completed' | 'error', words: string, at: SQL) =>
    lease.db.run(
      sql`update job_steps set status = ${status}, finished_at = ${at}, message = case ${words} when '' then message else ${words} end
          where job_id = ${lease.job.id} and step = ${step} and phase is ${phase} and status = 'running' and ${lease.held}`,
    );
  try {
    const result = await work();
    const ended = moment();
    lease.later(() => [end('completed', '', ended())]);
    return result;
  } catch (error) {
    // A holder that has lost the lease says nothing more: the row is the new holder's.
    if (!lease.signal.aborted)
      await lease.write([end('error', forMessage(error instanceof Error ? error.message : String(error)), NOW)]);
    throw error;
  }
}
