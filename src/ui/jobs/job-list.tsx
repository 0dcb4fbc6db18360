import type { JobDetail } from '@/api/jobs';
import { JobCard } from './job-card';

/** A repo's jobs, the newest first. */
export default function JobList({ jobs }: { jobs: JobDetail[] }) {
  return (
    <ul>
      {jobs.map((detail) => (
        <JobCard key={detail.job.id} detail={detail} jobs={jobs} />
      ))}
    </ul>
  );
}
