'use client';

import type { JobDetail } from '@/api/jobs';
import { useApi } from '../../providers';
import { isActive } from '../active';
import { JobButton } from '../job-button';

/** Retry of a job that ended, or how far it is with its Cancel: a job button for a job that is there already. */
export function RetryButton({
  detail,
  jobs,
  brief = false,
}: {
  detail: JobDetail;
  jobs: JobDetail[];
  /** For the cell of a table. */
  brief?: boolean;
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
      brief={brief ? 'Retry' : undefined}
      className={brief ? 'w-full' : 'w-44'}
    />
  );
}
