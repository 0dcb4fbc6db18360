import type { Client, FeedEvent } from '@/client';

/** A job's state and its steps, as the feed tells them. */
export interface Watch {
  /** Settles with the job's status once it has ended. */
  ended(jobId: string): Promise<string>;
  close(): void;
}

const ENDED = new Set(['completed', 'error', 'cancelled']);
const LIMIT_MS = 180_000;

/** Follows the change feed, prints each job's steps and end as they happen, and tells when a job has ended. */
export function watchJobs(client: Client, print: (line: string) => void): Watch {
  const status = new Map<string, string>();
  /** Steps whose heading is printed, by their row's id. */
  const begun = new Set<number>();
  const waiting = new Map<string, (status: string) => void>();

  const seen = (event: FeedEvent) => {
    if (event.op !== 'upsert') return;
    if (event.type === 'job_steps') {
      const { id, phase, step, status: state, message, startedAt, finishedAt } = event.row;
      if (!phase && !begun.has(id)) print(`  ${step}`);
      begun.add(id);
      if (!phase || !finishedAt) return;
      const ms = Date.parse(finishedAt) - Date.parse(startedAt);
      print(`    ${phase.padEnd(12)}${String(ms).padStart(6)} ms  ${state === 'error' ? 'error: ' : ''}${message}`);
    }
    if (event.type === 'job_logs' && event.row.level !== 'info') print(`    ${event.row.level}: ${event.row.line}`);
    if (event.type === 'jobs') {
      const { id, status: now, message, errorCode, errorHint } = event.row;
      if (status.get(id) === now) return;
      status.set(id, now);
      if (!ENDED.has(now)) return;
      print(`  ${now === 'completed' ? '✓' : '✗'} ${now}${errorCode ? ` ${errorCode}` : ''}: ${message}`);
      if (errorHint) print(`    ${errorHint}`);
      waiting.get(id)?.(now);
    }
  };

  const subscription = client.feed.subscribe.subscribe(
    {},
    {
      onData: ({ data }) => {
        if (data.kind === 'changes') for (const event of data.events) seen(event);
      },
      onError: (error) => print(`  the feed broke off: ${error.message}`),
    },
  );
  return {
    ended(jobId) {
      const now = status.get(jobId);
      if (now && ENDED.has(now)) return Promise.resolve(now);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`Job ${jobId} did not end within ${LIMIT_MS / 1000} s.`)),
          LIMIT_MS,
        );
        waiting.set(jobId, (end) => {
          clearTimeout(timer);
          resolve(end);
        });
      });
    },
    close: () => subscription.unsubscribe(),
  };
}
