'use client';

import type { JobDetail } from '@/api/jobs';
import { Pill } from '../../controls';
import { JobRow } from './job-row';
import { useStillJobs } from './still-jobs';

/** A repo's jobs, the newest first, a line each. It holds still while somebody is at it: what is new waits to be shown. */
export default function JobList({ jobs }: { jobs: JobDetail[] }) {
  const { shown, waiting, show, watching } = useStillJobs(jobs);
  return (
    <div {...watching} className="@container">
      <Pill count={waiting} of="new job" show={show} className="top-0 *:-mt-8" />
      <table className="mt-1 w-full table-fixed border-collapse tabular-nums">
        <colgroup>
          <col className="w-13" />
          <col />
          <col className="w-7" />
          <col className="w-12" />
          <col className="w-6 @min-[640px]:w-[30%]" />
          <col className="hidden w-14 @min-[420px]:table-column @min-[640px]:w-30" />
          <col className="w-24" />
        </colgroup>
        <thead className="sr-only">
          <tr>
            <th>Number</th>
            <th>What</th>
            <th>Who</th>
            <th>When</th>
            <th>Outcome</th>
            <th className="hidden @min-[420px]:table-cell">Took</th>
            <th>Action</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((detail) => (
            <JobRow key={detail.job.id} detail={detail} jobs={jobs} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
