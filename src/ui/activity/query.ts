import type { Api } from '../api';
import { fedQuery } from '../feed/contract';
import { type History, type HistoryFilter, mergeHistory, showsTasks } from './history';

/** Jobs of one page. */
const PAGE = 50;
/** Most that one answer holds; of tasks more. */
const MOST = 100;
const MOST_TASKS = 500;

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
      const tasks = await olderTasks(api, repoId, filter, undefined);
      const open = [...running.jobs, ...queued.jobs];
      return { repoId, jobs: joined(open, page.jobs), next: page.nextCursor, ...tasks, cursor };
    },
    merge: mergeHistory,
  });

/** A page of jobs that a filter keeps, from the newest or from a `next` on. */
async function olderJobs(api: Api, repoId: string, filter: HistoryFilter, cursor: number | undefined) {
  const { kind, status, branch, person } = filter;
  // Tasks are no jobs.
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

/** A page of tasks, from the newest or from a `nextTask` on. */
async function olderTasks(api: Api, repoId: string, filter: HistoryFilter, cursor: string | undefined) {
  if (!showsTasks(filter)) return { tasks: [], nextTask: null };
  const { branch } = filter;
  const page = await api.tasks.list.query({
    ...{ repoId, archived: true, limit: MOST_TASKS },
    ...(branch ? { branch } : {}),
    ...(cursor ? { cursor } : {}),
  });
  return { tasks: page.tasks, nextTask: page.nextCursor };
}

/**
 * The history with its next page. Jobs of that page have ended, so no event since can have been about them; a task may
 * have been archived meanwhile, and then it is known already.
 */
export async function withMore(api: Api, history: History, filter: HistoryFilter): Promise<(now: History) => History> {
  const { repoId, next, nextTask } = history;
  const [page, older] = await Promise.all([
    next === null ? { jobs: [], nextCursor: null } : olderJobs(api, repoId, filter, next),
    nextTask === null ? { tasks: [], nextTask } : olderTasks(api, repoId, filter, nextTask),
  ]);
  return (now) => {
    const known = new Set(now.tasks.map(({ id }) => id));
    return {
      ...now,
      ...{ jobs: joined(now.jobs, page.jobs), next: page.nextCursor },
      ...{ tasks: [...now.tasks, ...older.tasks.filter(({ id }) => !known.has(id))], nextTask: older.nextTask },
    };
  };
}

/** Both lists as one, newest first; what both have is taken from the first. */
function joined(first: History['jobs'], second: History['jobs']): History['jobs'] {
  const known = new Set(first.map(({ job }) => job.id));
  return [...first, ...second.filter(({ job }) => !known.has(job.id))].sort((a, b) => b.job.seq - a.job.seq);
}
