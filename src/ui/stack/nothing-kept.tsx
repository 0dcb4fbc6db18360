import type { JobDetail } from '@/api/jobs';
import type { RepoRow } from '@/db/schema';
import { useAuthor } from '../author/known';
import { Button } from '../controls';
import { type Ask, JobButton, type JobRequest } from '../jobs/job-button';
import { Freshness } from '../repos/freshness';
import { filterNone, type StackView } from './filter';
import { sought } from './find/sought';

/** In the place of the tree where the view keeps nothing: what that means, and the way on. Loaded on first use. */
export default function NothingKept({
  repo,
  jobs,
  view,
  go,
  sync,
  press,
}: {
  repo: RepoRow;
  jobs: JobDetail[];
  view: StackView;
  go: (view: StackView) => void;
  sync: JobRequest;
  /** Asks for a sync. */
  press: Ask;
}) {
  const search = view.search.trim();
  const { problem } = sought(search, { author: useAuthor(), now: 0 });
  return (
    <div className="flex flex-1 flex-col items-center gap-3 px-4 py-16 text-center">
      <p>
        {problem ? (
          <span className="break-words">{problem}</span>
        ) : search ? (
          <>
            No branch {view.filter !== 'all' && 'here '}is found by “<span className="break-all">{search}</span>”
          </>
        ) : (
          <span className="font-medium">{filterNone(view.filter)}</span>
        )}
        {' · '}
        <Freshness repo={repo} />
      </p>
      <div className="flex flex-wrap justify-center gap-2">
        {search && <Button onClick={() => go({ ...view, search: '' })}>Clear the search</Button>}
        {view.filter !== 'all' && <Button onClick={() => go({ ...view, filter: 'all' })}>Show all</Button>}
        <JobButton
          label="Sync"
          job={jobs.find(({ job }) => job.kind === 'sync_repo') ?? null}
          jobs={jobs}
          request={sync}
          press={press}
          className="w-48"
        />
      </div>
    </div>
  );
}
