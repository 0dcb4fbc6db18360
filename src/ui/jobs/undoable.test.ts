import { describe, expect, it } from 'vitest';
import { branchRow, jobDetail, jobMove } from '../testing/rows';
import { lastUndo } from './undoable';

const moved = (seq: number, more = {}) =>
  jobDetail(
    seq,
    { status: 'completed', kind: 'restack_repo', ...more },
    { moves: [jobMove(seq, { before: 'b', after: 'c' })] },
  );
const there = [branchRow('a', { tip: 'c', parent: null, base: null })];

describe('the undo of the last job', () => {
  it('is of the newest one that has moved something, whatever has only looked since', () => {
    const jobs = [jobDetail(3, { status: 'completed' }), moved(2), moved(1)];
    expect(lastUndo(jobs, there)).toMatchObject({ job: { seq: 2 } });
  });

  it('says why there is none: nothing moved, undone already, or moved on since', () => {
    expect(lastUndo([jobDetail(1, { status: 'completed' })], there)).toEqual({
      why: 'Nothing was moved that could be undone.',
    });
    const undo = moved(2, { kind: 'undo', undoOf: 'job-1' });
    expect(lastUndo([undo, moved(1)], there)).toEqual({ why: '#1 is undone already, by #2.' });
    expect(lastUndo([moved(1)], [branchRow('a', { tip: 'd', parent: null, base: null })])).toMatchObject({
      why: expect.stringMatching(/^#1 cannot be undone: /),
    });
  });
});
