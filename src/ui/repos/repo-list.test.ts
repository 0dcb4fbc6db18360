import { describe, expect, it } from 'vitest';
import type { FeedRows } from '@/feed/events';
import { feedEvent, jobRow, repoRow } from '../testing/rows';
import { mergeRepoList, type RepoList } from './repo-list';

describe('in the list of repos', () => {
  it('a repo stands by its name; removed, it does not', () => {
    const change = feedEvent({ type: 'repos', op: 'upsert', row: repoRow('repo', { name: 'bakery' }) });
    const known = { ...repoRow('x', { name: 'cafe' }), activeJobs: [] };
    const list = mergeRepoList({ repos: [known], cursor: 0 }, [change]);
    expect(list.repos.map((each) => each.name)).toEqual(['bakery', 'cafe']);
    expect(list.repos[1]).toBe(known);

    const removal = feedEvent({ type: 'repos', op: 'delete', row: { id: 'repo' } });
    expect(mergeRepoList(list, [removal]).repos.map((each) => each.name)).toEqual(['cafe']);
  });

  it('a job stands under its repo until it ends', () => {
    const before = { repos: ['repo', 'other'].map((id) => ({ ...repoRow(id), activeJobs: ['job-1'] })), cursor: 0 };
    const jobs = (list: RepoList) => list.repos.map((each) => each.activeJobs);
    const change = (...rows: FeedRows['jobs'][]) => rows.map((row) => feedEvent({ type: 'jobs', op: 'upsert', row }));
    const queued = mergeRepoList(before, change(jobRow(2), jobRow(2, { status: 'running' })));
    expect(jobs(queued)).toEqual([['job-1', 'job-2'], ['job-1']]);
    expect(mergeRepoList(queued, change(jobRow(2, { message: 'Fetching' })))).toBe(queued);
    expect(jobs(mergeRepoList(queued, change(jobRow(1, { status: 'completed' }))))).toEqual([['job-2'], ['job-1']]);
  });
});
