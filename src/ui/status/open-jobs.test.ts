import { describe, expect, it } from 'vitest';
import type { FeedEvent, JobView } from '@/feed/events';
import { jobRow } from '../testing/rows';
import { mergeOpenJobs, type OpenJobs, shownJobs } from './open-jobs';

const changes = (...rows: JobView[]): FeedEvent[] =>
  rows.map((row, i) => ({ seq: i + 1, at: '', repoId: row.repoId, type: 'jobs', op: 'upsert', row }));

const open: OpenJobs = { jobs: [jobRow(1, { status: 'running' }), jobRow(3)], ended: [], failed: [], cursor: 0 };
const seqs = (jobs: JobView[]) => jobs.map((job) => job.seq);

describe('the queue of all repos', () => {
  it('takes new jobs by their order and lets ended ones go', () => {
    const now = mergeOpenJobs(open, changes(jobRow(2, { repoId: 'other' }), jobRow(1, { status: 'completed' })));
    expect(seqs(now.jobs)).toEqual([2, 3]);
    expect(now.failed).toEqual([]);
  });

  it('shows one that has ended for as long as somebody is at it, as it is now', () => {
    const now = mergeOpenJobs(open, changes(jobRow(1, { status: 'completed' })));
    const shown = (...held: string[]) => shownJobs(now, new Set(held)).map(({ seq, status }) => `${seq} ${status}`);
    expect(shown('job-1')).toEqual(['1 completed', '3 queued']);
    expect(shown()).toEqual(['3 queued']);
  });

  it('keeps what ended with an error apart, newest first and each once', () => {
    const failed = (seq: number) => jobRow(seq, { status: 'error' });
    const now = mergeOpenJobs(open, changes(failed(1), failed(3), failed(1)));
    expect(seqs(now.jobs)).toEqual([]);
    expect(seqs(now.failed)).toEqual([3, 1]);
  });

  it('is the same object where a job that it does not hold ended well', () => {
    expect(mergeOpenJobs(open, changes(jobRow(9, { status: 'completed' })))).toBe(open);
  });
});
