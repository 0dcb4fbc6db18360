'use client';

import type { JobDetail } from '@/api/jobs';
import { Pill } from '../../controls';
import { useStill } from '../../still/still';
import { JobRow } from './job-row';

/** A repo's jobs, the newest first, a line each; where there is little room the outcome has a line of its own. It holds still while somebody is at it: what is new waits to be shown. */
export default function JobList({ jobs }: { jobs: JobDetail[] }) {
  const { shown, waiting, show, watching } = useStill(
    () => jobs,
    ({ job }) => job.id,
  );
  return (
    <div {...watching} className="@container">
      <Pill count={waiting} of="new job" show={show} className="top-0 *:-mt-8" />
      <table className="mt-1 w-full table-fixed border-collapse tabular-nums">
        <colgroup>
          <col className="w-15" />
          <col />
          <col className="hidden w-7 @min-[640px]:table-column" />
          <col className="hidden w-12 @min-[640px]:table-column" />
          <col className="hidden w-[30%] @min-[640px]:table-column" />
          <col className="hidden w-30 @min-[640px]:table-column" />
          <col className="w-24" />
        </colgroup>
        <thead className="sr-only">
          <tr>
            <th>Number</th>
            <th>What</th>
            <th className="hidden @min-[640px]:table-cell">Who</th>
            <th className="hidden @min-[640px]:table-cell">When</th>
            <th className="hidden @min-[640px]:table-cell">Outcome</th>
            <th className="hidden @min-[640px]:table-cell">Took</th>
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
