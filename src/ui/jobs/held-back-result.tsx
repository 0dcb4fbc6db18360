'use client';

import Link from 'next/link';
import type { JobDetail } from '@/api/jobs';
import { useLookedAt } from './looked-at';
import { resultWords } from './phase';
import { outcomeOf, StatusShape, statusTone } from './status';
import { intent } from './words';

/** The last result that left something where it was: it stays until somebody has looked at what that was. */
export default function HeldBackResult({ jobs }: { jobs: JobDetail[] }) {
  const { isLookedAt, lookAt } = useLookedAt();
  const detail = jobs.find(({ job }) => outcomeOf(job) === 'held_back');
  if (!detail || isLookedAt(detail.job)) return null;
  const { job } = detail;
  const count = job.result?.heldBack.length ?? 0;
  return (
    <p
      role="status"
      className={`flex w-full flex-wrap items-center gap-x-3 rounded-control px-3 py-1 text-xs ${statusTone.held_back}`}
    >
      <StatusShape status="held_back" />
      <span className="min-w-0 flex-1 break-words">
        #{job.seq} {intent(job)}: {resultWords(detail)}
      </span>
      <Link href={`/jobs/${job.id}`} className="touch font-medium underline" onClick={() => lookAt(job)}>
        See {count}
      </Link>
      <button type="button" className="touch underline" onClick={() => lookAt(job)}>
        Dismiss
      </button>
    </p>
  );
}
