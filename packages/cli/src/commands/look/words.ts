import type { Change, JobDetail, Repo } from '@spicerack/client';
import { isKept } from '@/repos/kept';
import { counted } from '@/text/words';
import { type Outcome, outcomeOf } from '@/ui/jobs/outcome';
import { resultWords } from '@/ui/jobs/phase';
import { intent } from '@/ui/jobs/words';
import { wantWords } from '@/ui/repos/counts';
import { ago } from '@/ui/time';
import { type Line, type Painted, paint } from '../../out/line';

/** `acme/web: main, synced 12 s ago`, or why that is not so. Pure. */
export function freshness(repo: Repo, now: number): Line {
  const synced = repo.syncedAt ? `synced ${ago(repo.syncedAt, now)}` : 'not synced yet';
  const failed = repo.syncError
    ? [paint('red', ` · last job failed${repo.syncErrorAt ? ` ${ago(repo.syncErrorAt, now)}` : ''}: ${repo.syncError}`)]
    : [];
  return [paint('bold', repo.name), `: ${repo.trunk ?? 'trunk not known yet'}, ${synced}`, ...failed];
}

/** `12 branches, 3 will move, 1 conflict`. Pure. */
export function countWords({ counts }: Repo): string {
  if (!counts) return '';
  return [counted(counts.branches, 'branch', 'branches'), ...wantWords(counts)].join(', ');
}

const STATUS: Record<Outcome, Painted> = {
  queued: paint('dim', 'queued'),
  running: paint('cyan', 'running'),
  completed: paint('green', 'completed'),
  error: paint('red', 'error'),
  cancelled: paint('dim', 'cancelled'),
  held_back: paint('yellow', 'held back'),
  lost_commits: paint('yellow', 'commits on no branch'),
  waiting: paint('dim', 'waiting'),
};

/** A job as a row of a table. Pure. */
export function jobRow(detail: JobDetail, now: number): Line[] {
  const { job } = detail;
  const outcome = outcomeOf(job);
  const words = job.status === 'completed' ? resultWords(detail) : job.message;
  return [
    [paint('bold', `#${job.seq}`)],
    [STATUS[outcome]],
    intent(job),
    [paint('dim', ago(job.finishedAt ?? job.startedAt ?? job.createdAt, now))],
    `${outcome === 'error' && job.errorCode ? `${job.errorCode}: ` : ''}${words}`,
  ];
}

/** A change of the feed in a line; null for what is only a part of another one. Pure. */
export function eventLine(event: Change): Line | null {
  if (event.op === 'delete') return event.type === 'branches' ? `${event.row.name}: removed` : null;
  switch (event.type) {
    case 'jobs':
      return [
        paint('bold', `#${event.row.seq}`),
        ` ${intent(event.row)}: `,
        STATUS[event.row.status],
        event.row.message && `, ${event.row.message}`,
      ];
    case 'tasks':
      return `task ${event.row.title}: ${event.row.branch} ${event.row.branchStatus}`;
    case 'branches': {
      const { name, tip, parent, merged, gone } = event.row;
      const state = merged
        ? 'merged'
        : gone
          ? 'gone'
          : parent
            ? `on ${parent}`
            : isKept(event.row)
              ? 'long-lived'
              : 'untracked';
      return `${name}: ${tip.slice(0, 7)}, ${state}`;
    }
    default:
      return null;
  }
}
