'use client';

import { useState } from 'react';
import type { JobDetail } from '@/api/jobs';
import { problemOf, problemWords } from '../../api';
import { useMay } from '../../me';
import { useApi } from '../../providers';

/** Cancels a job, where that is still possible; else it says why it is not. */
export function Cancel({ job }: { job: JobDetail['job'] }) {
  const api = useApi();
  const mayAct = useMay('act');
  const [refused, setRefused] = useState<string | null>(null);
  if (!mayAct) return null;
  if (job.committingAt)
    return (
      <span data-tip="Its push has begun: it can only go on." className="block truncate text-muted">
        Its push has begun
      </span>
    );
  if (job.cancelRequestedAt) return <span className="truncate text-muted">Cancelling</span>;
  return (
    <>
      {refused && <span className="truncate text-error">{refused}</span>}
      <button
        type="button"
        aria-label={`Cancel #${job.seq}`}
        className="touch rounded-control border border-line px-2 py-0.5 font-medium hover:bg-hover"
        onClick={() => {
          api.jobs.cancel
            .mutate({ jobId: job.id })
            .catch((error: unknown) => setRefused(problemWords(problemOf(error))));
        }}
      >
        Cancel
      </button>
    </>
  );
}
