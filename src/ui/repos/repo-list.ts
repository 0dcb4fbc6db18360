import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '@/api/router';
import type { FeedEvent, FeedRows } from '@/feed/events';
import type { Api } from '../api';
import { fedQuery } from '../feed/contract';
import { isActive } from '../jobs/active';
import { order } from '../order';

/** Every repo with what the list says of it. */
export type RepoList = inferRouterOutputs<AppRouter>['repos']['list'];

export const repoListQuery = (api: Api) =>
  fedQuery<RepoList>({ key: ['repos'], load: () => api.repos.list.query(), merge: mergeRepoList });

/** How the feed's changes go into the list. */
export function mergeRepoList(list: RepoList, events: FeedEvent[]): RepoList {
  let repos = list.repos;
  for (const event of events) {
    if (event.type === 'jobs') repos = withActiveJob(repos, event.row);
    if (event.type !== 'repos') continue;
    const { id } = event.row;
    if (event.op === 'delete') {
      repos = repos.filter((repo) => repo.id !== id);
    } else {
      const known = repos.find((repo) => repo.id === id);
      const row = { activeJobs: [], ...known, ...event.row };
      repos = [...repos.filter((repo) => repo.id !== id), row].sort(
        (a, b) => order(a.name, b.name) || order(a.id, b.id),
      );
    }
  }
  return repos === list.repos ? list : { ...list, repos };
}

function withActiveJob(repos: RepoList['repos'], job: FeedRows['jobs']): RepoList['repos'] {
  const known = repos.find((repo) => repo.id === job.repoId);
  if (!known || known.activeJobs.includes(job.id) === isActive(job.status)) return repos;
  const others = known.activeJobs.filter((id) => id !== job.id);
  const activeJobs = isActive(job.status) ? [...others, job.id] : others;
  return repos.map((repo) => (repo === known ? { ...repo, activeJobs } : repo));
}
