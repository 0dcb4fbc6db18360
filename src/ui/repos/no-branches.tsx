import type { JobDetail } from '@/api/jobs';
import type { RepoRow } from '@/db/schema';
import { Message } from '../message';

/** Why there is no branch to show. Loaded where there is none. */
export default function NoBranches({ repo, jobs }: { repo: RepoRow; jobs: JobDetail[] }) {
  const first = jobs.at(-1);
  if (repo.syncedAt !== null) {
    return (
      <Message title="No branches but the trunk" detail="Push one, and sync.">
        {' '}
      </Message>
    );
  }
  if (first?.job.status === 'error') {
    return (
      <Message title="The first sync failed" detail={`${first.job.message} ${first.job.errorHint ?? ''}`}>
        {' '}
      </Message>
    );
  }
  const step = first?.steps.findLast((each) => each.status === 'running');
  return (
    <Message
      title="Cloning"
      detail={step?.message || first?.job.message || 'Its branches appear here as soon as they are read.'}
    >
      {' '}
    </Message>
  );
}
