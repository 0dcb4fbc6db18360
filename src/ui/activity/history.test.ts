import { describe, expect, it } from 'vitest';
import type { TaskRow } from '@/db/schema';
import type { FeedEvent } from '@/feed/events';
import { outlineOf } from '@/model/result';
import { jobDetail, jobMove, jobResult, jobRow, taskRow } from '../testing/rows';
import { historyAddress } from './address';
import {
  entriesOf,
  type History,
  type HistoryFilter,
  lastHeldBack,
  mergeHistory,
  newlyHeldBack,
  parseFilter,
} from './history';

const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`;

const task = (minute: number, more: Partial<TaskRow> = {}) =>
  taskRow(`task-${minute}`, { branch: 'a', branchStatus: 'completed', createdAt: at(minute), ...more });

const history = (more: Partial<History> = {}): History => ({
  repoId: 'repo',
  jobs: [],
  next: null,
  tasks: [],
  nextTask: null,
  cursor: 0,
  ...more,
});

const shown = (of: History, filter: HistoryFilter = {}) => entriesOf(of, filter).map((entry) => entry.key);

describe('the filter in an address', () => {
  it('is read back as it was written', () => {
    const filter = { kind: 'restack_repo', status: 'error', branch: 'a/b', person: 'mara okafor' } as const;
    const address = new URL(historyAddress('repo', filter), 'http://localhost');
    expect(address.pathname).toBe('/repos/repo/activity');
    expect(parseFilter(address.searchParams)).toEqual(filter);
  });

  it('is not there where everything is kept, and names a branch as git allows it', () => {
    expect(historyAddress('repo')).toBe('/repos/repo/activity');
    expect(historyAddress('repo', { branch: 'feat/a&b=c#1' })).toBe('/repos/repo/activity?branch=feat%2Fa%26b%3Dc%231');
  });

  it('leaves out what is not known and what is empty', () => {
    expect(parseFilter(new URLSearchParams('kind=toString&status=done&branch=+&person=&other=1'))).toEqual({});
  });
});

describe('the history', () => {
  const jobs = [
    jobDetail(4, { status: 'running', requestedBy: 'mara', createdAt: at(4) }),
    jobDetail(3, { kind: 'rebase_branch', branch: 'a', status: 'error', createdAt: at(3) }),
    jobDetail(2, { status: 'completed', createdAt: at(2) }, { moves: [jobMove(1)] }),
    jobDetail(1, { status: 'completed', createdAt: at(1) }, { moves: [jobMove(1, { state: 'abandoned' })] }),
  ];

  it.each<[string, HistoryFilter, string[]]>([
    ['a kind', { kind: 'rebase_branch' }, ['job-3']],
    ['a status', { status: 'completed' }, ['job-2', 'job-1']],
    ['a person', { person: 'mara' }, ['job-4']],
    ['a branch', { branch: 'a' }, ['job-3', 'job-2']],
    ['tasks', { kind: 'task' }, []],
    ['nothing in particular', {}, ['job-4', 'job-3', 'job-2', 'job-1']],
  ])('keeps %s', (_what, filter, keys) => {
    expect(shown(history({ jobs }), filter)).toEqual(keys);
  });

  it('keeps what somebody is at, though the filter no longer does', () => {
    const keys = entriesOf(history({ jobs }), { status: 'running' }, new Set(['job-3'])).map(({ key }) => key);
    expect(keys).toEqual(['job-4', 'job-3']);
  });

  it.each([
    ['found merged', { merged: [{ branch: 'a', into: 'main' }] }],
    ['found gone', { gone: ['a'] }],
    ['registered', { registered: [{ branch: 'a', parent: 'main' }] }],
    ['held back', { heldBack: [{ branch: 'a', reason: { kind: 'below' as const, branch: 'b' } }] }],
  ])('keeps a job for a branch that it %s', (_what, result) => {
    const found = history({ jobs: [jobDetail(1, { result: jobResult(result) })] });
    expect(shown(found, { branch: 'a' })).toEqual(['job-1']);
    expect(shown(found, { branch: 'main' })).toEqual([]);
  });

  it('has tasks between the jobs, once when created and once when archived', () => {
    const tasks = [task(2, { archivedAt: at(3), createdAt: '2026-01-01T00:01:30.000Z' })];
    expect(shown(history({ jobs, tasks }))).toEqual([
      'job-4',
      'job-3',
      'task-2 archived',
      'job-2',
      'task-2 created',
      'job-1',
    ]);
    expect(shown(history({ jobs, tasks }), { status: 'completed' })).toEqual(['job-2', 'job-1']);
    expect(shown(history({ jobs, tasks }), { kind: 'task', branch: 'b' })).toEqual([]);
  });

  it('keeps back tasks that are older than the jobs that are loaded', () => {
    const tasks = [task(0), task(5)];
    expect(shown(history({ jobs, tasks, next: 1 }))).not.toContain('task-0 created');
    expect(shown(history({ jobs, tasks }))).toContain('task-0 created');
  });

  it('keeps back jobs that are older than the tasks that are loaded, but where no tasks are shown', () => {
    const some = history({ jobs, tasks: [task(5), task(3)], nextTask: 'task-3' });
    expect(shown(some)).toEqual(['task-5 created', 'job-4', 'job-3', 'task-3 created']);
    expect(shown({ ...some, nextTask: null })).toContain('job-1');
    expect(shown(some, { status: 'completed' })).toEqual(['job-2', 'job-1']);
  });
});

describe('the feed in the history', () => {
  let seq = 0;
  // Each test writes a row of the type that it names.
  const event = (change: Pick<FeedEvent, 'type' | 'op' | 'row'>, repoId = 'repo') =>
    ({ seq: ++seq, at: '', repoId, ...change }) as FeedEvent;

  it('shows a new job, and moves it from filter to filter as its status changes', () => {
    const queued = mergeHistory(history(), [event({ type: 'jobs', op: 'upsert', row: jobRow(1) })]);
    expect(shown(queued, { status: 'queued' })).toEqual(['job-1']);
    const ended = mergeHistory(queued, [
      event({ type: 'jobs', op: 'upsert', row: jobRow(1, { status: 'completed' }) }),
    ]);
    expect(shown(ended, { status: 'queued' })).toEqual([]);
    expect(shown(ended, { status: 'completed' })).toEqual(['job-1']);
  });

  it('keeps every job that it has, however many end', () => {
    const many = Array.from({ length: 60 }, (_, i) => jobDetail(60 - i, { status: 'completed' }));
    const now = mergeHistory(history({ jobs: many }), [event({ type: 'jobs', op: 'upsert', row: jobRow(61) })]);
    expect(now.jobs).toHaveLength(61);
  });

  it('shows that a task was archived', () => {
    const before = history({ tasks: [task(1)] });
    const now = mergeHistory(before, [event({ type: 'tasks', op: 'upsert', row: task(1, { archivedAt: at(2) }) })]);
    expect(shown(now)).toEqual(['task-1 archived', 'task-1 created']);
  });

  it('is the same object where nothing concerned it', () => {
    const before = history();
    expect(mergeHistory(before, [event({ type: 'jobs', op: 'upsert', row: jobRow(1) }, 'other')])).toBe(before);
  });
});

it('what a job held back for the same reason as the last one is no news', () => {
  const held = (branch: string, below: string) => ({ branch, reason: { kind: 'below' as const, branch: below } });
  const earlier = jobResult({ heldBack: [held('a', 'x'), held('b', 'x')] });
  const result = jobResult({ heldBack: [held('a', 'x'), held('b', 'y'), held('c', 'x')] });
  expect(newlyHeldBack(result, earlier)).toEqual([held('b', 'y'), held('c', 'x')]);
  expect(newlyHeldBack(result, null)).toEqual(result.heldBack);
  const jobs = [jobDetail(4), jobDetail(3), jobDetail(2, { result: earlier }), jobDetail(1, { result })];
  expect(lastHeldBack(jobDetail(4).job, jobs)?.seq).toBe(2);
  expect(lastHeldBack(jobDetail(1).job, jobs)).toBeNull();
});

it('what a list names only in part is compared with no other', () => {
  const below = { branch: 'a', reason: { kind: 'below', branch: 'x' } } as const;
  const few = jobDetail(1, { result: jobResult({ heldBack: [below] }) });
  const many = jobDetail(2, { result: outlineOf(jobResult({ heldBack: Array(101).fill(below) })) });
  const next = jobDetail(3, { result: few.job.result });
  expect(lastHeldBack(many.job, [many, few])).toBeNull();
  expect(lastHeldBack(next.job, [next, many, few])).toBeNull();
  expect(lastHeldBack(next.job, [next, few])?.seq).toBe(1);
});

it('a job of which a list names only a part stays where it was filtered by a branch', () => {
  const gone = Array.from({ length: 101 }, (_, i) => `g${i}`);
  const [cut, whole] = [outlineOf(jobResult({ gone })), jobResult({ gone: gone.slice(0, 100) })];
  expect(shown(history({ jobs: [jobDetail(1, { result: cut })] }), { branch: 'g100' })).toEqual(['job-1']);
  expect(shown(history({ jobs: [jobDetail(1, { result: whole })] }), { branch: 'g100' })).toEqual([]);
  expect(shown(history({ jobs: [jobDetail(1, { result: whole })] }), { branch: 'g99' })).toEqual(['job-1']);
});
