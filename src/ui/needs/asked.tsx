'use client';

import { useQuery } from '@tanstack/react-query';
import { isActive } from '../jobs/active';
import Dock from '../jobs/dock/dock';
import { jobQuery } from '../jobs/query';
import { useApi } from '../providers';
import { overviewQuery } from '../repos/overview';

/** How far the job is that was asked for here last, and what came of it, with its Undo: what wanted it is gone by then. */
export default function Asked({ jobId, dismiss }: { jobId: string; dismiss: () => void }) {
  const api = useApi();
  const detail = useQuery(jobQuery(api, jobId)).data;
  const repoId = detail?.job.repoId;
  // It may have been undone meanwhile.
  const jobs = useQuery({ ...overviewQuery(api, repoId ?? ''), enabled: repoId !== undefined }).data?.jobs;
  if (!detail) return null;
  const docked = isActive(detail.job.status)
    ? ({ is: 'active', detail, behind: 0 } as const)
    : ({ is: 'ended', detail, earlier: [], oldest: detail.job.seq } as const);
  return <Dock docked={docked} jobs={jobs ?? [detail]} dismiss={dismiss} />;
}
