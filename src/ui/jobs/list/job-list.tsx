'use client';

import { useRef } from 'react';
import type { JobDetail } from '@/api/jobs';
import { counted } from '@/text/words';
import { Button } from '../../controls';
import { JobCard } from './job-card';
import { useStillJobs } from './still-jobs';

/** A repo's jobs, the newest first. It holds still while somebody is at it: what is new waits to be shown. */
export default function JobList({ jobs }: { jobs: JobDetail[] }) {
  const list = useRef<HTMLUListElement>(null);
  const { shown, heights, waiting, show, watching } = useStillJobs(jobs, list);
  return (
    <div {...watching}>
      {waiting > 0 && (
        <div className="pointer-events-none sticky top-0 z-10 flex h-0 justify-center">
          <Button onClick={show} className="pointer-events-auto -mt-8 rounded-full shadow-lg">
            {counted(waiting, 'new job')}, show
          </Button>
        </div>
      )}
      <ul ref={list}>
        {shown.map((detail) => (
          <JobCard key={detail.job.id} detail={detail} jobs={jobs} height={heights?.get(detail.job.id)} />
        ))}
      </ul>
    </div>
  );
}
