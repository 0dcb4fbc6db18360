import { describe, expect, it } from 'vitest';
import { jobDetail } from '../../testing/rows';
import { stillJobs } from './still-jobs';

const [first, second, third] = [jobDetail(1), jobDetail(2), jobDetail(3)];

describe('the list of jobs', () => {
  it('holds still while somebody is at it, and says how many wait', () => {
    const held = new Set([first.job.id, second.job.id]);
    expect(stillJobs([third, second, first], held)).toEqual({ shown: [second, first], waiting: 1 });
  });

  it('shows what a row says now, though it holds still', () => {
    const ended = jobDetail(2, { status: 'completed' });
    expect(stillJobs([third, ended], new Set([second.job.id])).shown).toEqual([ended]);
  });

  it('shows all while nobody is at it', () => {
    expect(stillJobs([third, second, first], null)).toEqual({ shown: [third, second, first], waiting: 0 });
  });
});
