import type { Api } from '../api';
import { fedQuery } from '../feed/contract';
import { type History, type HistoryFilter, mergeHistory } from './history';

/** Jobs of one page. */
const PAGE = 50;
/** Most that one answer holds. */
const MOST = 100;

/** The newest page of a repo's history. */
export const historyQuery = (api: Api, repoId: string, filter: HistoryFilter) =>
  fedQuery<History>({
    key: ['history', repoId, filter],
    load: async () => {
      const [page, running, queued] = await Promise.all([
        olderJobs(api, repoId, filter, undefined),
        // What has yet to end may come to match, and then its earlier steps and moves must be here.
        api.jobs.list.query({ repoId, status: 'running', limit: MOST }),
        api.jobs.list.query({ repoId, status: 'queued', limit: MOST }),
      ]);
      const cursor = Math.min(page.feedCursor, running.feedCursor, queued.feedCursor);
      // Read after the cursor: what changed in between comes again by the feed.
      const tasks = await api.tasks.list.query({ repoId, archived: true });
      const open = [...running.jobs, ...queued.jobs];
      return { repoId, jobs: joined(open, page.jobs), next: page.nextCursor, tasks, cursor };
    },
    merge: mergeHistory,
  });

/** A page of jobs that a filter keeps, from the newest or from a `next` on. */
async function olderJobs(api: Api, repoId: string, filter: HistoryFilter, cursor: number | undefined) {
  const { kind, status, branch, person } = filter;
  // Tasks are no jobs, and there are few: they come all at once.
  const only = kind === 'task' ? { limit: 1 } : { limit: PAGE };
  const page = await api.jobs.list.query({
    repoId,
    ...only,
    ...(kind && kind !== 'task' ? { kind } : {}),
    ...(status ? { status } : {}),
    ...(branch ? { branch } : {}),
    ...(person ? { requestedBy: person } : {}),
    ...(cursor ? { cursor } : {}),
  });
  return kind === 'task' ? { ...page, nextCursor: null } : page;
}

/** The history with its next page. Jobs of that page have ended, so no event since can have been about them. */
export async function withMore(api: Api, history: History, filter: HistoryFilter): Promise<(now: History) => History> {
  const page = await olderJobs(api, history.repoId, filter, history.next ?? undefined);
  return (now) => ({ ...now, jobs: joined(now.jobs, page.jobs), next: page.nextCursor });
}

/** Both lists as one, newest first; what both have is taken from the first. */
function joined(first: History['jobs'], second: History['jobs']): History['jobs'] {
  const known = new Set(first.map(({ job }) => job.id));
  return [...first, ...second.filter(({ job }) => !known.has(job.id))].sort((a, b) => b.job.seq - a.job.seq);
}
