import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '@/api/router';
import type { FeedEvent, FeedRows } from '@/feed/events';
import type { Api } from '../api';
import { fedQuery } from '../feed/contract';
import { isActive } from '../jobs/active';
import { mergeJobs } from '../jobs/details';
import { order } from '../order';

type Page = inferRouterOutputs<AppRouter>['repos']['overview'];

/**
 * Everything that a repo's page shows: the repo, its branches by name, the last outline of a Restack of them all, its
 * active tasks, the last archived ones and its recent jobs. `repo` is null once somebody has removed it.
 */
export interface Overview extends Pick<Page, 'branches' | 'tasks' | 'archivedTasks' | 'jobs' | 'restack'> {
  repoId: string;
  repo: Page['repo'] | null;
  cursor: number;
}

/** Jobs that have ended leave the overview's list when there are more of them than this. */
const ENDED_JOBS_KEPT = 20;

/** As many archived tasks as `repos.overview` gives. */
const ARCHIVED_KEPT = 20;

export const overviewQuery = (api: Api, repoId: string) =>
  fedQuery<Overview>({
    key: ['overview', repoId],
    load: async () => {
      const first = await api.repos.overview.query({ repoId });
      const share = sharedTexts<Page['branches'][number]>();
      share(first.branches);
      const branches = [...first.branches];
      // Later pages may be newer than the first one's cursor; the events since then bring the rest there too.
      for (let cursor = first.nextCursor; cursor; ) {
        const page = await api.repos.overview.query({ repoId, cursor });
        share(page.branches);
        branches.push(...page.branches);
        cursor = page.nextCursor;
      }
      const { repo, restack, tasks, archivedTasks, jobs, feedCursor: cursor } = first;
      return { repoId, repo, branches, restack, tasks, archivedTasks, jobs, cursor };
    },
    merge: mergeOverview,
  });

/**
 * Gives rows that were just read one text for all that are equal. A commit is a tip here and a base there, and the
 * repo's id is in each row: of ten thousand branches that is a seventh of what their page holds.
 */
function sharedTexts<R extends object>(): (rows: R[]) => void {
  const known = new Map<R[Extract<keyof R, string>], R[Extract<keyof R, string>]>();
  return (rows) => {
    for (const row of rows) {
      for (const key in row) {
        const value = row[key];
        if (typeof value !== 'string') continue;
        const first = known.get(value);
        if (first === undefined) known.set(value, value);
        else row[key] = first;
      }
    }
  };
}

/** How the feed's changes go into the overview. */
export function mergeOverview(overview: Overview, events: FeedEvent[]): Overview {
  const ours = events.filter((event) => event.repoId === overview.repoId);
  let { repo, tasks, archivedTasks } = overview;
  for (const event of ours) {
    if (event.type === 'repos') repo = event.op === 'delete' ? null : event.row;
    if (event.type === 'tasks') {
      const { row } = event;
      tasks = without(tasks, row.id);
      archivedTasks = without(archivedTasks, row.id);
      if (row.archivedAt === null) tasks = [row, ...tasks].sort((a, b) => order(b.id, a.id));
      else archivedTasks = [row, ...archivedTasks].sort(lastArchived).slice(0, ARCHIVED_KEPT);
    }
  }
  const branches = mergeBranches(overview.branches, ours);
  const jobs = withoutOld(mergeJobs(overview.jobs, ours), overview.jobs);
  const restack = ours.reduce(mergeRestack, overview.restack);
  const same =
    repo === overview.repo &&
    tasks === overview.tasks &&
    branches === overview.branches &&
    restack === overview.restack &&
    jobs === overview.jobs;
  return same ? overview : { ...overview, repo, tasks, archivedTasks, branches, restack, jobs };
}

/** The last outline stays until there is another one; that it is not for the branches as they are is said of it. */
function mergeRestack(known: Overview['restack'], event: FeedEvent): Overview['restack'] {
  if (event.type !== 'forecasts') return known;
  if (event.op === 'delete') return known?.id === event.row.id ? { ...known, stale: true } : known;
  const { id, kind, status, outline, tipsKey, computedAt, stale } = event.row;
  if (kind !== 'restack_repo' || status !== 'ready' || !outline) return known;
  if (!stale) return { id, outline, tipsKey, computedAt, stale };
  return known?.id === id && !known.stale ? { ...known, stale } : known;
}

function without<R extends { id: string }>(rows: R[], id: string): R[] {
  return rows.filter((row) => row.id !== id);
}

function lastArchived(a: FeedRows['tasks'], b: FeedRows['tasks']): number {
  return order(b.archivedAt ?? '', a.archivedAt ?? '') || order(b.id, a.id);
}

function mergeBranches(branches: Overview['branches'], events: FeedEvent[]): Overview['branches'] {
  const changes = events.filter((event) => event.type === 'branches');
  if (changes.length === 0) return branches;
  const byName = new Map(branches.map((branch) => [branch.name, branch]));
  for (const event of changes) {
    if (event.op === 'delete') byName.delete(event.row.name);
    else byName.set(event.row.name, event.row);
  }
  return [...byName.values()].sort((a, b) => order(a.name, b.name));
}

function withoutOld(merged: Overview['jobs'], before: Overview['jobs']): Overview['jobs'] {
  if (merged === before) return before;
  let ended = 0;
  return merged.filter(({ job }) => isActive(job.status) || ++ended <= ENDED_JOBS_KEPT);
}
