import { describe, expect, it } from 'vitest';
import { feedEvent, jobDetail, jobMove, jobRow } from '../testing/rows';
import { mergeJobs } from './details';
import { mergeJobLog, mergeJobPage } from './query';

const loaded = { ...jobDetail(1), undo: { possible: false as const, reason: '' }, cursor: 0 };

describe('the page of a job', () => {
  it('takes its moves and steps by their ids, whatever order they come in', () => {
    const page = mergeJobPage(loaded, [
      feedEvent({ type: 'job_moves', op: 'upsert', row: jobMove(2, { state: 'planned' }) }),
      feedEvent({ type: 'job_moves', op: 'upsert', row: jobMove(1, { state: 'planned' }) }),
      feedEvent({ type: 'job_moves', op: 'upsert', row: jobMove(2, { state: 'pushed' }) }),
    ]);
    expect(page.moves.map((each) => [each.id, each.state])).toEqual([
      [1, 'planned'],
      [2, 'pushed'],
    ]);
  });

  it('has a job that was accepted, begun and planned in one message, and knows no steps of one that it does not have', () => {
    const [move] = [jobMove(1, { jobId: 'job-2' })];
    const events = [
      feedEvent({ type: 'jobs', op: 'upsert', row: jobRow(2) }),
      feedEvent({ type: 'job_moves', op: 'upsert', row: move }),
      feedEvent({ type: 'job_moves', op: 'upsert', row: jobMove(2, { jobId: 'elsewhere' }) }),
      feedEvent({ type: 'jobs', op: 'upsert', row: jobRow(2, { status: 'running' }) }),
    ];
    const jobs = mergeJobs([jobDetail(1)], events);
    expect(jobs.map(({ job, moves }) => [job.seq, job.status, moves])).toEqual([
      [2, 'running', [move]],
      [1, jobRow(1).status, []],
    ]);
  });

  it('is the same object where another job changes', () => {
    expect(mergeJobPage(loaded, [feedEvent({ type: 'jobs', op: 'upsert', row: jobRow(7) })])).toBe(loaded);
  });

  it('adds each line of its log once', () => {
    const line = (id: number) => ({ id, jobId: 'job-1', at: '', level: 'info' as const, line: `line ${id}` });
    const log = mergeJobLog({ jobId: 'job-1', lines: [line(1)], cursor: 0 }, [
      feedEvent({ type: 'job_logs', op: 'upsert', row: line(1) }),
      feedEvent({ type: 'job_logs', op: 'upsert', row: line(2) }),
      feedEvent({ type: 'job_logs', op: 'upsert', row: { ...line(3), jobId: 'other' } }),
    ]);
    expect(log.lines.map((each) => each.id)).toEqual([1, 2]);
  });
});
