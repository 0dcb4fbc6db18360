import { describe, expect, it } from 'vitest';
import { branchRow, feedEvent, jobDetail, jobRow, jobStep, repoRow, taskRow } from '../testing/rows';
import { mergeOverview, type Overview } from './overview';

const overview = (more: Partial<Overview> = {}): Overview => ({
  repoId: 'repo',
  repo: repoRow('repo', { name: 'shop' }),
  branches: [],
  restack: null,
  tasks: [],
  archivedTasks: [],
  jobs: [],
  cursor: 0,
  ...more,
});

describe('a change of', () => {
  it('a branch puts it in its place by name, over the row that was there', () => {
    const before = overview({ branches: [branchRow('b'), branchRow('d')] });
    const after = mergeOverview(before, [
      feedEvent({ type: 'branches', op: 'upsert', row: branchRow('c') }),
      feedEvent({ type: 'branches', op: 'upsert', row: branchRow('b', { needsRestack: true }) }),
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
      feedEvent({ type: 'branches', op: 'delete', row: { repoId: 'repo', name: 'b' } }),
    ]);
    expect(after.branches.map((each) => each.name)).toEqual(['d']);
  });

  it('a job puts the newest first and keeps the steps that came before', () => {
    const after = mergeOverview(overview({ jobs: [jobDetail(1, {}, { steps: [jobStep(1)] })] }), [
      feedEvent({ type: 'jobs', op: 'upsert', row: jobRow(2) }),
      feedEvent({ type: 'jobs', op: 'upsert', row: jobRow(1, { status: 'running' }) }),
      feedEvent({ type: 'job_steps', op: 'upsert', row: jobStep(1, { status: 'completed' }) }),
      feedEvent({ type: 'job_steps', op: 'upsert', row: jobStep(2) }),
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
      feedEvent({ type: 'jobs', op: 'upsert', row: jobRow(i + 2, { status: 'completed' }) }),
    );
    const after = mergeOverview(overview({ jobs }), ended);
    expect(after.jobs).toHaveLength(21);
    expect(after.jobs.at(0)?.job.seq).toBe(31);
    expect(after.jobs.at(-1)?.job.seq).toBe(1);
  });

  it('a task adds it, changes it, and takes it away once it is archived', () => {
    const added = mergeOverview(overview({ tasks: [taskRow('a')] }), [
      feedEvent({ type: 'tasks', op: 'upsert', row: taskRow('b') }),
    ]);
    expect(added.tasks.map((each) => each.id)).toEqual(['b', 'a']);
    const changed = mergeOverview(added, [
      feedEvent({ type: 'tasks', op: 'upsert', row: taskRow('a', { branchStatus: 'completed' }) }),
      feedEvent({ type: 'tasks', op: 'upsert', row: taskRow('b', { archivedAt: 'now' }) }),
    ]);
    expect(changed.tasks.map((each) => [each.id, each.branchStatus])).toEqual([['a', 'completed']]);
    expect(changed.archivedTasks.map((each) => each.id)).toEqual(['b']);
  });

  it('the repo shows at once, and its removal leaves none', () => {
    const change = feedEvent({ type: 'repos', op: 'upsert', row: repoRow('repo', { syncedAt: 'now' }) });
    expect(mergeOverview(overview(), [change]).repo?.syncedAt).toBe('now');
    const removal = feedEvent({ type: 'repos', op: 'delete', row: { id: 'repo' } });
    expect(mergeOverview(overview(), [removal]).repo).toBeNull();
  });

  it('another repo, or a line of a log, changes nothing, not even the object', () => {
    const before = overview();
    const other = { ...feedEvent({ type: 'jobs', op: 'upsert', row: jobRow(7) }), repoId: 'other' };
    expect(mergeOverview(before, [other])).toBe(before);
    const row = { id: 1, jobId: 'job-1', at: '', level: 'info' as const, line: 'a line' };
    expect(mergeOverview(before, [feedEvent({ type: 'job_logs', op: 'upsert', row })])).toBe(before);
  });
});
