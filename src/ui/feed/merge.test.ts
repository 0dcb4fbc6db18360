import { describe, expect, it } from 'vitest';
import type { JobMoveRow, JobStepRow, RepoRow, TaskRow } from '@/db/schema';
import type { FeedEvent, FeedRows } from '@/feed/events';
import { branchRow, jobDetail, jobRow } from '../testing/rows';
import { mergeJobLog, mergeJobPage, mergeOverview, mergeRepoList } from './merge';
import type { Overview, RepoList } from './queries';

type Change = FeedEvent extends infer E ? (E extends FeedEvent ? Omit<E, 'seq' | 'at' | 'repoId'> : never) : never;

// Spreading loses which row goes with which table; `Change` keeps it for what tests write.
const event = (change: Change): FeedEvent => ({ seq: 1, at: '', repoId: 'repo', ...change }) as FeedEvent;

const repo = (id: string, name: string, row: Partial<RepoRow> = {}): RepoRow => ({
  id,
  name,
  url: `/${name}`,
  webUrl: null,
  trunk: 'main',
  trunkTip: null,
  engine: 'auto',
  allowNonAtomicPush: false,
  autoSyncMinutes: null,
  autoRestack: false,
  syncedAt: null,
  counts: null,
  leftOut: null,
  syncErrorAt: null,
  syncError: null,
  prSyncedAt: null,
  prErrorCode: null,
  prError: null,
  prErrorAt: null,
  createdAt: '',
  ...row,
});

const step = (id: number, jobId: string, status: JobStepRow['status'] = 'running'): JobStepRow => ({
  id,
  jobId,
  attempt: 1,
  step: 'sync',
  phase: null,
  status,
  message: '',
  startedAt: '',
  finishedAt: null,
});

const task = (id: string, row: Partial<TaskRow> = {}): TaskRow => ({
  id,
  repoId: 'repo',
  title: id,
  description: '',
  branch: id,
  jobId: null,
  branchStatus: 'queued',
  createdAt: '',
  archivedAt: null,
  archivedReason: null,
  ...row,
});

const overview = (more: Partial<Overview> = {}): Overview => ({
  repoId: 'repo',
  repo: repo('repo', 'shop'),
  branches: [],
  tasks: [],
  archivedTasks: [],
  jobs: [],
  cursor: 0,
  ...more,
});

const NO_UNDO = { possible: false as const, reason: '' };

describe('a change of', () => {
  it('a branch puts it in its place by name, over the row that was there', () => {
    const before = overview({ branches: [branchRow('b'), branchRow('d')] });
    const after = mergeOverview(before, [
      event({ type: 'branches', op: 'upsert', row: branchRow('c') }),
      event({ type: 'branches', op: 'upsert', row: branchRow('b', { needsRestack: true }) }),
    ]);
    expect(after.branches.map((each) => [each.name, each.needsRestack])).toEqual([
      ['b', true],
      ['c', false],
      ['d', false],
    ]);
    expect(after.branches[2]).toBe(before.branches[1]);
    expect(after.jobs).toBe(before.jobs);
  });

  it('a branch that was deleted takes its row away', () => {
    const before = overview({ branches: [branchRow('b'), branchRow('d')] });
    const after = mergeOverview(before, [
      event({ type: 'branches', op: 'delete', row: { repoId: 'repo', name: 'b' } }),
    ]);
    expect(after.branches.map((each) => each.name)).toEqual(['d']);
  });

  it('a job puts the newest first and keeps the steps that came before', () => {
    const after = mergeOverview(overview({ jobs: [jobDetail(1, {}, { steps: [step(1, 'job-1')] })] }), [
      event({ type: 'jobs', op: 'upsert', row: jobRow(2) }),
      event({ type: 'jobs', op: 'upsert', row: jobRow(1, { status: 'running' }) }),
      event({ type: 'job_steps', op: 'upsert', row: step(1, 'job-1', 'completed') }),
      event({ type: 'job_steps', op: 'upsert', row: step(2, 'job-1') }),
    ]);
    expect(after.jobs.map((each) => [each.job.seq, each.job.status])).toEqual([
      [2, 'queued'],
      [1, 'running'],
    ]);
    expect(after.jobs[1]?.steps.map((each) => [each.id, each.status])).toEqual([
      [1, 'completed'],
      [2, 'running'],
    ]);
  });

  it('many jobs lets ended ones go, and never one that has yet to end', () => {
    const jobs = [jobDetail(1, { status: 'running' }), jobDetail(0, { status: 'error' })];
    const ended = Array.from({ length: 30 }, (_, i) =>
      event({ type: 'jobs', op: 'upsert', row: jobRow(i + 2, { status: 'completed' }) }),
    );
    const after = mergeOverview(overview({ jobs }), ended);
    expect(after.jobs).toHaveLength(21);
    expect(after.jobs.at(0)?.job.seq).toBe(31);
    expect(after.jobs.at(-1)?.job.seq).toBe(1);
  });

  it('a task adds it, changes it, and takes it away once it is archived', () => {
    const added = mergeOverview(overview({ tasks: [task('a')] }), [
      event({ type: 'tasks', op: 'upsert', row: task('b') }),
    ]);
    expect(added.tasks.map((each) => each.id)).toEqual(['b', 'a']);
    const changed = mergeOverview(added, [
      event({ type: 'tasks', op: 'upsert', row: task('a', { branchStatus: 'completed' }) }),
      event({ type: 'tasks', op: 'upsert', row: task('b', { archivedAt: 'now' }) }),
    ]);
    expect(changed.tasks.map((each) => [each.id, each.branchStatus])).toEqual([['a', 'completed']]);
    expect(changed.archivedTasks.map((each) => each.id)).toEqual(['b']);
  });

  it('a repo shows in its overview and in the list, by name; removed, in neither', () => {
    const change = event({ type: 'repos', op: 'upsert', row: repo('repo', 'bakery', { syncedAt: 'now' }) });
    const known = { ...repo('x', 'cafe'), activeJobs: [] };
    const list = mergeRepoList({ repos: [known], cursor: 0 }, [change]);
    expect(list.repos.map((each) => each.name)).toEqual(['bakery', 'cafe']);
    expect(list.repos[1]).toBe(known);
    expect(mergeOverview(overview(), [change]).repo?.syncedAt).toBe('now');

    const removal = event({ type: 'repos', op: 'delete', row: { id: 'repo' } });
    expect(mergeRepoList(list, [removal]).repos.map((each) => each.name)).toEqual(['cafe']);
    expect(mergeOverview(overview(), [removal]).repo).toBeNull();
  });

  it('a job stands in the list of repos, under its own, until it ends', () => {
    const before = { repos: ['repo', 'other'].map((id) => ({ ...repo(id, id), activeJobs: ['job-1'] })), cursor: 0 };
    const jobs = (list: RepoList) => list.repos.map((each) => each.activeJobs);
    const change = (...rows: FeedRows['jobs'][]) => rows.map((row) => event({ type: 'jobs', op: 'upsert', row }));
    const queued = mergeRepoList(before, change(jobRow(2), jobRow(2, { status: 'running' })));
    expect(jobs(queued)).toEqual([['job-1', 'job-2'], ['job-1']]);
    expect(mergeRepoList(queued, change(jobRow(2, { message: 'Fetching' })))).toBe(queued);
    expect(jobs(mergeRepoList(queued, change(jobRow(1, { status: 'completed' }))))).toEqual([['job-2'], ['job-1']]);
  });

  it('another repo, another job, or a line of a log changes nothing, not even the object', () => {
    const before = overview();
    const other: FeedEvent = { seq: 1, at: '', repoId: 'other', type: 'jobs', op: 'upsert', row: jobRow(7) };
    expect(mergeOverview(before, [other])).toBe(before);
    const log = { id: 1, jobId: 'job-1', at: '', level: 'info' as const, line: 'a line' };
    expect(mergeOverview(before, [event({ type: 'job_logs', op: 'upsert', row: log })])).toBe(before);
    const page = { ...jobDetail(1), undo: NO_UNDO, cursor: 0 };
    expect(mergeJobPage(page, [event({ type: 'jobs', op: 'upsert', row: jobRow(7) })])).toBe(page);
  });
});

describe('the page of a job', () => {
  it('takes its moves and steps by their ids, whatever order they come in', () => {
    const move = (id: number, state: JobMoveRow['state']): JobMoveRow => ({
      id,
      jobId: 'job-1',
      branch: 'a',
      before: null,
      after: 'c',
      parentBefore: null,
      parentAfter: null,
      baseBefore: null,
      baseAfter: null,
      rewritten: [],
      state,
    });
    const page = mergeJobPage({ ...jobDetail(1), undo: NO_UNDO, cursor: 0 }, [
      event({ type: 'job_moves', op: 'upsert', row: move(2, 'planned') }),
      event({ type: 'job_moves', op: 'upsert', row: move(1, 'planned') }),
      event({ type: 'job_moves', op: 'upsert', row: move(2, 'pushed') }),
    ]);
    expect(page.moves.map((each) => [each.id, each.state])).toEqual([
      [1, 'planned'],
      [2, 'pushed'],
    ]);
  });

  it('adds each line of the log once', () => {
    const line = (id: number) => ({ id, jobId: 'job-1', at: '', level: 'info' as const, line: `line ${id}` });
    const log = mergeJobLog({ jobId: 'job-1', lines: [line(1)], cursor: 0 }, [
      event({ type: 'job_logs', op: 'upsert', row: line(1) }),
      event({ type: 'job_logs', op: 'upsert', row: line(2) }),
      event({ type: 'job_logs', op: 'upsert', row: { ...line(3), jobId: 'other' } }),
    ]);
    expect(log.lines.map((each) => each.id)).toEqual([1, 2]);
  });
});
