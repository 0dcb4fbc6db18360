'use client';

import { X } from 'lucide-react';
import Link from 'next/link';
import type { JobDetail } from '@/api/jobs';
import { countsOf } from '@/model/result';
import { JobLink, jobAddress } from '../../job-link';
import { Age } from '../../stack/row/age';
import { type Outcome, outcomeOf, wantsALook } from '../outcome';
import { progressWords } from '../phase';
import { StatusShape, statusTone } from '../status';
import { UndoButton } from '../undo-button';
import { intentAmong } from '../words';
import { Cancel } from './cancel';
import { type Docked, endedWords } from './docked';

/** What leads to a result, by how many it is about. */
const SEE: Partial<Record<Outcome, (job: JobDetail['job']) => string>> = {
  held_back: ({ result }) => `See ${countsOf(result).heldBack}`,
  lost_commits: () => 'See which',
};

/** One line at the page's bottom: what runs and what waits behind it; then what came of it, until that is dismissed. */
export default function Dock({
  docked,
  jobs,
  dismiss,
}: {
  docked: Docked;
  jobs: JobDetail[];
  dismiss: (job: JobDetail['job']) => void;
}) {
  const { job } = docked.detail;
  const outcome = outcomeOf(job);
  const ended = docked.is === 'ended' ? endedWords(docked.detail) : '';
  const oldest = docked.is === 'ended' ? docked.earlier.at(-1) : undefined;
  const name = (
    <JobLink id={job.id} className="min-w-0 truncate text-text hover:underline">
      <span className="text-muted">#{job.seq}</span> {intentAmong(job, jobs)}
    </JobLink>
  );
  return (
    <section
      aria-label="What runs"
      className="sticky bottom-0 z-20 mt-auto flex h-9 shrink-0 items-center gap-3 overflow-x-clip border-t border-line bg-raised px-4 text-xs whitespace-nowrap max-sm:gap-2 max-sm:px-3"
    >
      <span className={statusTone[outcome]}>
        <StatusShape status={outcome} />
      </span>
      {docked.is === 'active' ? (
        <>
          <span className="font-medium tabular-nums">
            {job.status === 'queued' ? 'Waiting' : progressWords(docked.detail)}
          </span>
          {name}
          {docked.behind > 0 && <span className="text-muted">· {docked.behind} behind it</span>}
          <span className="flex-1" />
          <Cancel job={job} />
        </>
      ) : (
        <>
          {/* What is said gives way to what can be done: two lines are as high as the dock. */}
          <span
            role="status"
            data-tip={ended}
            className="min-w-0 shrink-[0.1] truncate font-medium max-sm:line-clamp-2 max-sm:flex-1 max-sm:leading-4 max-sm:whitespace-normal"
          >
            {ended}
          </span>
          <span className="flex min-w-0 max-sm:hidden">{name}</span>
          {/* It stays until it is dismissed: what is told may be of this morning. */}
          <span className="text-muted max-sm:hidden">
            <Age iso={job.finishedAt ?? job.createdAt} />
          </span>
          <span className="flex-1 max-sm:hidden" />
          {oldest && (
            <Link
              href={jobAddress(oldest.job.id)}
              prefetch={false}
              aria-label={`${docked.earlier.length} earlier not looked at: see #${oldest.job.seq}`}
              data-tip={`Results that nobody has looked at. Each is told here in its turn; this leads to the oldest, #${oldest.job.seq}.`}
              className="touch flex min-w-0 items-center text-muted underline hover:text-text max-sm:shrink-0 max-sm:justify-center"
              onClick={() => dismiss(oldest.job)}
            >
              {/* A phone has room for how many. */}
              <span className="sm:hidden">+{docked.earlier.length}</span>
              <span className="min-w-0 truncate max-sm:hidden">{docked.earlier.length} earlier not looked at</span>
            </Link>
          )}
          {(wantsALook(outcome) || outcome === 'error') && (
            <Link
              href={jobAddress(job.id)}
              prefetch={false}
              className="touch flex shrink-0 items-center font-medium underline"
              onClick={() => dismiss(job)}
            >
              {SEE[outcome]?.(job) ?? 'See why'}
            </Link>
          )}
          <UndoButton detail={docked.detail} jobs={jobs} dense />
          <button
            type="button"
            aria-label="Dismiss"
            data-tip="Dismiss"
            className="touch flex size-7 shrink-0 items-center justify-center rounded-control text-muted hover:bg-hover hover:text-text"
            onClick={() => dismiss(job)}
          >
            <X size={14} aria-hidden />
          </button>
        </>
      )}
    </section>
  );
}
