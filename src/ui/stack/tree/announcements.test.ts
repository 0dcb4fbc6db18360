import { describe, expect, it } from 'vitest';
import { jobDetail } from '../../testing/rows';
import { endWords } from './announcements';

const running = jobDetail(1, { kind: 'restack_repo', status: 'running' });

describe('the end of a job', () => {
  it('is said with what came of it', () => {
    const done = jobDetail(1, { kind: 'restack_repo', status: 'completed' });
    expect(endWords([running], [done])).toBe('Restack all: Nothing to do');
    const failed = jobDetail(1, { kind: 'restack_repo', status: 'error', message: 'a conflicts' });
    expect(endWords([running], [failed])).toBe('Restack all: error. a conflicts');
  });

  it('is not said of jobs that go on, that had ended before, or that were not known', () => {
    const old = jobDetail(2, { status: 'completed' });
    expect(endWords([running], [running])).toBeNull();
    expect(endWords([old], [old])).toBeNull();
    expect(endWords([], [old])).toBeNull();
  });
});
