import type { JobDetail } from '@/api/jobs';
import type { FeedEvent, FeedRows } from '@/feed/events';
import type { JobLog, JobPage, Overview, RepoList } from '../feed/contract';

/**
 * How the changes of the feed go into what was loaded: pure functions, one for each kind of loaded data. Each takes
 * the events after the data's own cursor, in order, and gives back the same object where none concerned it, so
 * that nothing is drawn again for nothing. Rows that did not change keep their identity.
 */

/** Jobs that have ended leave the overview's list when there are more of them than this. */
const ENDED_JOBS_KEPT = 20;

/** As many archived tasks as `repos.overview` gives. */
const ARCHIVED_KEPT = 20;

/** `repos.list`. */
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

/** `repos.overview`: the repo, its branches by name, its active tasks, the last archived ones and its recent jobs. `repo` is null once removed. */
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
  const same =
    repo === overview.repo && tasks === overview.tasks && branches === overview.branches && jobs === overview.jobs;
  return same ? overview : { ...overview, repo, tasks, archivedTasks, branches, jobs };
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

/** A list of a repo's jobs, newest first; jobs that it does not have are added. */
export function mergeJobs(jobs: JobDetail[], events: FeedEvent[]): JobDetail[] {
  let merged = jobs;
  for (const event of events) {
    if (event.type === 'jobs') {
      const known = merged.find((detail) => detail.job.id === event.row.id);
      merged = known
        ? merged.map((detail) => (detail === known ? { ...known, job: event.row } : detail))
        : [...merged, { job: event.row, steps: [], moves: [] }].sort((a, b) => b.job.seq - a.job.seq);
    } else if (event.type === 'job_steps' || event.type === 'job_moves') {
      merged = merged.map((detail) => (detail.job.id === event.row.jobId ? mergeDetail(detail, event) : detail));
    }
  }
  return merged;
}

function withoutOld(merged: JobDetail[], before: JobDetail[]): JobDetail[] {
  if (merged === before) return before;
  let ended = 0;
  return merged.filter(({ job }) => isActive(job.status) || ++ended <= ENDED_JOBS_KEPT);
}

/** `jobs.get`. */
export function mergeJobPage(page: JobPage, events: FeedEvent[]): JobPage {
  return events.reduce(mergeDetail, page);
}

function mergeDetail<D extends JobDetail>(detail: D, event: FeedEvent): D {
  const { id } = detail.job;
  switch (event.type) {
    case 'jobs':
      return event.row.id === id ? { ...detail, job: event.row } : detail;
    case 'job_steps':
      return event.row.jobId === id ? { ...detail, steps: putById(detail.steps, event.row) } : detail;
    case 'job_moves':
      return event.row.jobId === id ? { ...detail, moves: putById(detail.moves, event.row) } : detail;
    default:
      return detail;
  }
}

/** All of `jobs.log`: lines are only ever added. */
export function mergeJobLog(log: JobLog, events: FeedEvent[]): JobLog {
  const fresh = events.flatMap((event) =>
    event.type === 'job_logs' && event.row.jobId === log.jobId ? [event.row] : [],
  );
  return fresh.length === 0 ? log : { ...log, lines: fresh.reduce(putById<FeedRows['job_logs']>, log.lines) };
}

/** Puts a row in its place: over the one with its id, or else where its id belongs. */
function putById<R extends { id: number }>(rows: R[], row: R): R[] {
  const at = rows.findIndex((other) => other.id >= row.id);
  if (at === -1) return [...rows, row];
  return rows.toSpliced(at, rows[at]?.id === row.id ? 1 : 0, row);
}

/** Whether a job with this status has yet to end. */
export function isActive(status: string): boolean {
  return status === 'queued' || status === 'running';
}

/** The database's own order of text: by code units, for no locale. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
