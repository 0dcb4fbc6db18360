import type { Change, Spicerack } from '@spicerack/client';

/** A job's state and its steps, as the feed tells them. */
export interface Watch {
  /** Settles with the job's status once it has ended. */
  ended(jobId: string): Promise<string>;
  close(): void;
}

const ENDED = new Set(['completed', 'error', 'cancelled']);
const LIMIT_MS = 180_000;

/** Follows the change feed, prints each job's steps and end as they happen, and tells when a job has ended. */
export function watchJobs(client: Spicerack, print: (line: string) => void): Watch {
  const status = new Map<string, string>();
  /** Steps whose heading is printed, by their row's id. */
  const begun = new Set<number>();
  const waiting = new Map<string, (status: string) => void>();

  const seen = (event: Change) => {
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

  const leave = new AbortController();
  const follow = async () => {
    for await (const message of client.watch({ from: 0, signal: leave.signal }))
      if (message.kind === 'changes') message.events.forEach(seen);
  };
  void follow().catch((error: Error) => {
    if (!leave.signal.aborted) print(`  the feed broke off: ${error.message}`);
  });
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
    close: () => leave.abort(),
  };
}
