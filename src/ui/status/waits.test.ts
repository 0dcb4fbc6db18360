import { describe, expect, it } from 'vitest';
import type { JobView } from '@/feed/events';
import { jobRow } from '../testing/rows';
import { waitsFor } from './waits';

const NOW = Date.parse('2026-01-01T12:00:00.000Z');
const inSeconds = (s: number) => new Date(NOW + s * 1000).toISOString();
const says = (job: JobView, others: JobView[], places = 2) =>
  waitsFor(
    job,
    [...others, job].sort((a, b) => a.seq - b.seq),
    { places, now: NOW },
  );

const atWork = (seq: number) => jobRow(seq, { status: 'running', repoId: `repo-${seq}` });
const putOff = (seq: number, s: number) =>
  jobRow(seq, { status: 'running', repoId: `repo-${seq}`, nextAttemptAt: inSeconds(s) });
const queued = (seq: number, repoId = `repo-${seq}`) => jobRow(seq, { repoId });

describe('what a job waits for', () => {
  it('is the job before it in its repo, the last of several', () => {
    expect(says(queued(3, 'repo-1'), [atWork(1)])).toBe('queued behind #1 of the same repo');
    expect(says(queued(3, 'repo-1'), [atWork(1), queued(2, 'repo-1')])).toBe('queued behind #2 of the same repo');
    expect(says(queued(3, 'repo-1'), [putOff(1, 9)])).toBe('queued behind #1 of the same repo');
  });

  it('is a free place, where as many are at work as may be', () => {
    expect(says(queued(3), [atWork(1), atWork(2)])).toBe('no free place: 2 of 2 at work');
    expect(says(putOff(3, -1), [atWork(1), atWork(2)])).toBe('no free place: 2 of 2 at work');
  });

  it('is its remote, and then it takes no place', () => {
    const away = (seq: number) => jobRow(seq, { status: 'running', repoId: `repo-${seq}`, awaySince: inSeconds(-90) });
    expect(says(away(1), [])).toBe('waiting for its remote for 1 min 30 s');
    expect(says(queued(3), [away(1), away(2)])).toBeNull();
    expect(says(queued(4), [away(1), atWork(2), atWork(3)])).toBe('no free place: 2 of 2 at work');
  });

  it('is its next try', () => {
    expect(says(putOff(1, 12), [])).toBe('tries again in 12 s');
    expect(says(putOff(1, 11.2), [atWork(2), atWork(3)])).toBe('tries again in 12 s');
    expect(says(putOff(1, 0.1), [])).toBe('tries again in 1 s');
  });

  it('is nothing for one at work, one that begins now, and one that only jobs which wait stand beside', () => {
    expect(says(atWork(1), [atWork(2)])).toBeNull();
    expect(says(queued(3), [atWork(1)])).toBeNull();
    expect(says(putOff(1, -1), [])).toBeNull();
    expect(says(queued(3), [putOff(1, 60), putOff(2, 60)])).toBeNull();
    expect(says(queued(1, 'repo-1'), [queued(2, 'repo-1')])).toBeNull();
  });
});
