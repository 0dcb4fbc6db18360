'use client';

import { X } from 'lucide-react';
import { useState } from 'react';
import type { JobDetail } from '@/api/jobs';
import { problemOf, problemWords } from '../../api';
import { useApi } from '../../providers';
import type { Phase } from '../phase';

/** Cancels the job of a button, beside it, where that is still possible; else it says why it is not. */
export function CancelButton({
  phase,
  label,
  tabbable,
}: {
  phase: Phase & { job: JobDetail };
  label: string;
  tabbable: boolean;
}) {
  const api = useApi();
  const [refused, setRefused] = useState<string | null>(null);
  const cancel = phase.phase === 'running' ? phase.cancel : 'possible';
  const reason =
    refused ??
    { possible: null, asked: 'It is being cancelled.', too_late: 'Its push has begun: it can only go on.' }[cancel];
  return (
    <button
      type="button"
      aria-label={`Cancel: ${label}`}
      data-tip={reason ?? 'Cancel'}
      tabIndex={tabbable ? undefined : -1}
      aria-disabled={reason ? true : undefined}
      className="touch ml-1 flex h-full w-6 shrink-0 items-center justify-center rounded-control text-muted hover:bg-hover hover:text-text aria-disabled:opacity-50"
      onClick={() => {
        if (reason) return;
        api.jobs.cancel.mutate({ jobId: phase.job.job.id }).catch((error: unknown) => {
          setRefused(problemWords(problemOf(error)));
        });
      }}
    >
      <X size={14} aria-hidden />
    </button>
  );
}
