import { type QueryKey, queryOptions } from '@tanstack/react-query';
import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '@/api/router';
import type { FeedEvent } from '@/feed/events';
import { type History, mergeHistory } from '../activity/history';
import type { Api } from '../api';
import { mergeJobLog, mergeJobPage, mergeOverview, mergeRepoList } from '../repos/overview';
import { type Forecast, mergeForecast } from '../stack/forecast';
import { mergeOpenJobs, type OpenJobs } from '../status/open-jobs';

type Outputs = inferRouterOutputs<AppRouter>;
type Page = Outputs['repos']['overview'];

export type RepoList = Outputs['repos']['list'];

/** Everything that a repo's page shows. `repo` is null once somebody has removed it. */
export interface Overview extends Pick<Page, 'branches' | 'tasks' | 'archivedTasks' | 'jobs'> {
  repoId: string;
  repo: Page['repo'] | null;
  cursor: number;
}

export interface JobPage extends Pick<Outputs['jobs']['get'], 'job' | 'steps' | 'moves' | 'undo'> {
  cursor: number;
}

export interface JobLog {
  jobId: string;
  lines: Outputs['jobs']['log']['lines'];
  cursor: number;
}

/** What the feed keeps up to date: loaded once, then changed by events alone. */
export const fed = { staleTime: Number.POSITIVE_INFINITY, structuralSharing: false };

export const repoListQuery = (api: Api) =>
  queryOptions<RepoList>({ ...fed, queryKey: ['repos'], queryFn: () => api.repos.list.query() });

export const overviewQuery = (api: Api, repoId: string) =>
  queryOptions<Overview>({
    ...fed,
    queryKey: ['overview', repoId],
    queryFn: async () => {
      const first = await api.repos.overview.query({ repoId });
      const branches = [...first.branches];
      // Later pages may be newer than the first one's cursor; the events since then bring the rest there too.
      for (let cursor = first.nextCursor; cursor; ) {
        const page = await api.repos.overview.query({ repoId, cursor });
        branches.push(...page.branches);
        cursor = page.nextCursor;
      }
      const { repo, tasks, archivedTasks, jobs, feedCursor: cursor } = first;
      return { repoId, repo, branches, tasks, archivedTasks, jobs, cursor };
    },
  });

export const jobQuery = (api: Api, jobId: string) =>
  queryOptions<JobPage>({
    ...fed,
    queryKey: ['job', jobId],
    queryFn: async () => {
      const { feedCursor: cursor, ...detail } = await api.jobs.get.query({ jobId });
      return { ...detail, cursor };
    },
  });

export const jobLogQuery = (api: Api, jobId: string) =>
  queryOptions<JobLog>({
    ...fed,
    queryKey: ['log', jobId],
    queryFn: async () => {
      const { lines, more, feedCursor: cursor } = await api.jobs.log.query({ jobId });
      for (let next = more; next; ) {
        const page = await api.jobs.log.query({ jobId, after: lines.at(-1)?.id ?? 0 });
        lines.push(...page.lines);
        next = page.more;
      }
      return { jobId, lines, cursor };
    },
  });

/** Loaded data and the function that changes go into it with. */
export interface Fed {
  cursor: number;
  /** The data after events that all come after its cursor; the same object where none concerns it. */
  merge(events: FeedEvent[]): unknown;
}

/** Tells how the feed changes what is cached under a key; null for what the feed does not touch. */
export function fedData(key: QueryKey, data: unknown): Fed | null {
  if (data === undefined) return null;
  // The first part of a key says which of the queries above made the data.
  switch (key[0]) {
    case 'repos':
      return view(data as RepoList, mergeRepoList);
    case 'overview':
      return view(data as Overview, mergeOverview);
    case 'job':
      return view(data as JobPage, mergeJobPage);
    case 'log':
      return view(data as JobLog, mergeJobLog);
    case 'history':
      return view(data as History, mergeHistory);
    case 'forecast':
      return view(data as Forecast, mergeForecast);
    case 'open-jobs':
      return view(data as OpenJobs, mergeOpenJobs);
    default:
      return null;
  }
}

function view<D extends { cursor: number }>(data: D, merge: (data: D, events: FeedEvent[]) => D): Fed {
  return { cursor: data.cursor, merge: (events) => merge(data, events) };
}
