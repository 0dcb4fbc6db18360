import type { JobDetail } from '@/api/jobs';
import type { ErrorCode } from '@/model/errors';
import { countsOf, movedBy } from '@/model/result';
import { isActive } from './active';
import { outcomeOf } from './outcome';

/** What a job button shows. */
export type Phase =
  | { phase: 'idle' }
  /** Pressed; the server has not answered yet, or has, and its job is not in the feed yet. */
  | { phase: 'pressed'; accepted: boolean }
  | { phase: 'queued'; job: JobDetail; behind: number | null }
  | { phase: 'running'; job: JobDetail; step: string; since: string; cancel: 'possible' | 'asked' | 'too_late' }
  /** It failed for a moment and is tried again. */
  | { phase: 'waiting'; job: JobDetail; until: string }
  | { phase: 'completed'; job: JobDetail; result: string }
  | { phase: 'error'; job: JobDetail; code: ErrorCode | null }
  | { phase: 'cancelled'; job: JobDetail };

/** How long a button shows how its job ended, in milliseconds. */
export const SHOWN_MS = 6000;

/**
 * The phase of the newest job that a button stands for.
 * @param jobs all that is known of the repo's jobs, newest first
 * @param now by the server's clock, in milliseconds
 */
export function phaseOf(detail: JobDetail | null, jobs: JobDetail[], now: number): Phase {
  if (!detail) return { phase: 'idle' };
  const { job } = detail;
  const lately = job.finishedAt !== null && now - Date.parse(job.finishedAt) < SHOWN_MS;
  switch (job.status) {
    case 'queued': {
      const ahead = jobs.find((other) => other.job.seq < job.seq && isActive(other.job.status));
      return { phase: 'queued', job: detail, behind: ahead?.job.seq ?? null };
    }
    case 'running': {
      if (job.nextAttemptAt !== null && Date.parse(job.nextAttemptAt) > now) {
        return { phase: 'waiting', job: detail, until: job.nextAttemptAt };
      }
      return {
        phase: 'running',
        job: detail,
        step: progressWords(detail),
        since: job.startedAt ?? job.createdAt,
        cancel: job.cancelRequestedAt ? 'asked' : job.committingAt ? 'too_late' : 'possible',
      };
    }
    case 'completed':
      return lately ? { phase: 'completed', job: detail, result: resultWords(detail) } : { phase: 'idle' };
    case 'cancelled':
      return lately ? { phase: 'cancelled', job: detail } : { phase: 'idle' };
    case 'error':
      return errorStands(detail, jobs) ? { phase: 'error', job: detail, code: job.errorCode } : { phase: 'idle' };
  }
}

/** What a job is at, in people's words, by the phase of its step; the steps' own names stand on its page. */
const PHASES: ReadonlyMap<string, string> = new Map([
  ['fetch', 'Fetching'],
  ['refresh', 'Reading'],
  ['pull_requests', 'Asking the forge'],
  ['plan', 'Planning'],
  ['take', 'Planning'],
  ['push', 'Pushing'],
]);

/** How far a running job is: `Fetching`, `Planning`, `Pushing 412/990`, `Checking`. */
export function progressWords({ steps, moves }: Pick<JobDetail, 'steps' | 'moves'>): string {
  const step = steps.findLast(({ status }) => status === 'running');
  if (!step) return 'Starting';
  if (step.step === 'resync' || step.step === 'finish') return 'Checking';
  const word = PHASES.get(step.phase ?? '') ?? (step.step === 'sync' ? 'Fetching' : 'Planning');
  if (step.phase !== 'push') return word;
  const moved = moves.filter(({ before, after, state }) => before !== after && state !== 'abandoned');
  const pushed = moved.filter(({ state }) => state === 'pushed').length;
  return moved.length > 0 ? `${word} ${pushed}/${moved.length}` : word;
}

/** An error stands until something later was done in the repo, which may have mended it. To wait for a push is none. */
export function errorStands({ job }: JobDetail, jobs: JobDetail[]): boolean {
  return (
    outcomeOf(job) === 'error' && !jobs.some((other) => other.job.seq > job.seq && other.job.status === 'completed')
  );
}

/** What a job did, in a few words, which are those of its forecast: `12 moved, 1 conflict, 2 held back`. */
export function resultWords(detail: JobDetail): string {
  const { job } = detail;
  const { registered, merged, heldBack, conflicts, lostCommits: lost } = countsOf(job.result);
  const parts: Array<[number, string]> = [
    [job.kind === 'untrack_branch' ? 1 : 0, 'untracked'],
    [registered, 'registered'],
    [movedBy(detail).refs, 'moved'],
    [merged, 'merged'],
    [conflicts, conflicts === 1 ? 'conflict' : 'conflicts'],
    [heldBack - conflicts, 'held back'],
    [lost, `${lost === 1 ? 'commit' : 'commits'} on no branch any more`],
  ];
  const said = parts.flatMap(([count, word]) => (count > 0 ? `${count} ${word}` : []));
  if (said.length > 0) return said.join(', ');
  // It has looked, and moves nothing: whether there is something to do, the branches say.
  return job.kind === 'sync_repo' ? 'Synced' : 'Nothing to do';
}
