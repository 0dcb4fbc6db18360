'use client';

import { lazy, Suspense, useState } from 'react';
import type { JobDetail } from '@/api/jobs';
import { counted } from '@/text/words';
import { JobLink } from '../../job-link';
import { useApi, useNow } from '../../providers';
import { ago, between, duration, exact } from '../../time';
import { isActive } from '../active';
import { JobButton } from '../job-button';
import { outcomeOf } from '../outcome';
import { StatusChip } from '../status';
import { UndoButton } from '../undo-button';
import { firstLine, intent } from '../words';

// Nobody sees it before it is asked for.
const ResultLists = lazy(async () => ({ default: (await import('../result/result')).ResultLists }));

/** A job in a list: what it is, how far it is or how it ended, and what one can do about it. */
export function JobCard({
  detail,
  jobs,
  height,
}: {
  detail: JobDetail;
  jobs: JobDetail[];
  /** In pixels, while it must keep the one that it has; what is opened in it may make it higher. */
  height?: number | undefined;
}) {
  const { job } = detail;
  const active = isActive(job.status);
  const outcome = outcomeOf(job);
  const isRetried = jobs.some((other) => other.job.retryOf === job.id);
  const now = useNow();
  const [open, setOpen] = useState(false);
  const result = job.result;
  const listed = result ? result.heldBack.length + result.dropped.length + result.warnings.length : 0;
  const took =
    job.startedAt === null
      ? null
      : job.finishedAt
        ? between(job.startedAt, job.finishedAt)
        : now - Date.parse(job.startedAt);
  return (
    <li
      data-job={job.seq}
      data-status={job.status}
      style={open ? undefined : { height }}
      className="flex flex-col gap-0.5 border-b border-hairline px-4 py-2 last:border-b-0"
    >
      <div className="flex shrink-0 items-baseline gap-2">
        <JobLink id={job.id} className="min-w-0 flex-1 break-words hover:underline">
          <span className="text-muted">#{job.seq}</span> <span className="font-medium">{intent(job)}</span>
        </JobLink>
        <StatusChip status={outcome} word={outcome === 'waiting' && isRetried ? 'not pushed' : undefined} />
      </div>
      {/* What grows while the row keeps its height shows when nobody is at it. */}
      <div className="flex min-h-0 flex-1 flex-col gap-0.5 overflow-y-clip">
        {job.message && (
          <p className={`text-xs break-words whitespace-pre-line ${outcome === 'error' ? 'text-error' : 'text-muted'}`}>
            {job.message}
          </p>
        )}
        {job.errorCode && (
          <p className="text-xs">
            {outcome === 'error' && <code className="font-mono text-error">{job.errorCode}</code>}{' '}
            <span className="text-muted">{firstLine(job.errorHint)}</span>
          </p>
        )}
      </div>
      <div className="flex shrink-0 flex-wrap items-center gap-2 text-xs whitespace-nowrap text-muted">
        <span data-tip={exact(job.finishedAt ?? job.createdAt)}>{ago(job.finishedAt ?? job.createdAt, now)}</span>
        {took !== null && <span>· {duration(took)}</span>}
        {job.attempt > 1 && <span>· attempt {job.attempt}</span>}
        {listed > 0 && (
          <button
            type="button"
            aria-expanded={open}
            className="touch text-accent underline"
            onClick={() => setOpen(!open)}
          >
            {open ? 'Less' : counted(listed, 'detail')}
          </button>
        )}
        <span className="flex-1" />
        {(active || job.status === 'error' || job.status === 'cancelled') && (
          <RetryButton detail={detail} jobs={jobs} dense />
        )}
        <UndoButton detail={detail} jobs={jobs} dense />
      </div>
      {open && result && (
        <Suspense>
          <ResultLists result={result} />
        </Suspense>
      )}
    </li>
  );
}

/** Retry of a job that ended, or how far it is with its Cancel: a job button for a job that is there already. */
export function RetryButton({
  detail,
  jobs,
  dense,
}: {
  detail: JobDetail;
  jobs: JobDetail[];
  /** A little lower, for lists. */
  dense?: boolean;
}) {
  const api = useApi();
  const { job } = detail;
  const retried = jobs.find((other) => other.job.retryOf === job.id);
  return (
    <JobButton
      label="Retry"
      job={isActive(job.status) ? detail : retried && isActive(retried.job.status) ? retried : null}
      jobs={jobs}
      press={(idempotencyKey) => api.jobs.retry.mutate({ jobId: job.id, idempotencyKey })}
      impossible={retried ? `It was tried again as #${retried.job.seq}.` : null}
      dense={dense ?? false}
      className="w-44"
    />
  );
}
