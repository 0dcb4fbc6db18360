import type { Outcome } from './outcome';

/** The tints of the statuses. */
export const statusTone: Record<Outcome, string> = {
  queued: 'bg-queued-tint text-queued',
  waiting: 'bg-queued-tint text-queued',
  running: 'bg-running-tint text-running',
  completed: 'bg-completed-tint text-completed',
  error: 'bg-error-tint text-error',
  cancelled: 'bg-cancelled-tint text-cancelled',
  held_back: 'bg-held-tint text-held',
  lost_commits: 'bg-restack-tint text-restack',
};

/** Each status has a shape of its own, so that nobody needs its colour. */
export function StatusShape({ status, size = 12 }: { status: Outcome; size?: number }) {
  return (
    <svg
      viewBox="0 0 12 12"
      width={size}
      height={size}
      aria-hidden
      className={`shrink-0 ${status === 'running' ? 'spin' : ''}`}
    >
      <g fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round">
        {(status === 'queued' || status === 'waiting') && (
          <path d="M6 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM6 3.8V6l1.6 1" />
        )}
        {status === 'running' && <path d="M6 1.5A4.5 4.5 0 1 1 1.5 6" />}
        {status === 'completed' && <path d="m2 6.5 2.8 2.7L10 3.2" />}
        {status === 'error' && <path d="M6 1.4 10.9 10H1.1ZM6 5v2M6 8.6v.1" />}
        {status === 'held_back' && <path d="M2 2h8v8H2ZM4.8 4.4v3.2M7.2 4.4v3.2" />}
        {/* A commit, and the line that led to it, cut. */}
        {status === 'lost_commits' && <path d="M4 8a2.2 2.2 0 1 1 0-.1M6.4 6l1-1M9.4 3.2l1.2-1.2M6.2 2.6l3.4 3.4" />}
        {status === 'cancelled' && <path d="M6 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM3 9l6-6" />}
      </g>
    </svg>
  );
}

/** The outcomes that no status is called. */
const OUTCOME_WORDS: Partial<Record<Outcome, string>> = {
  held_back: 'held back',
  lost_commits: 'commits on no branch',
};

/** @param word in the place of the status' own */
export function StatusChip({ status, word }: { status: Outcome; word?: string | undefined }) {
  return (
    <span className={`inline-flex items-center gap-1 rounded-chip px-1.5 text-xs font-medium ${statusTone[status]}`}>
      <StatusShape status={status} />
      {word ?? OUTCOME_WORDS[status] ?? status}
    </span>
  );
}
