import { describe, expect, it } from 'vitest';
import { branchRow, jobDetail, jobMove, jobResult } from '../testing/rows';
import { lastUndo, undoableOf } from './undoable';

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

describe('why a job cannot be undone', () => {
  const wide = (seq: number, ...branches: string[]) =>
    jobDetail(
      seq,
      { status: 'completed', kind: 'restack_repo' },
      { moves: branches.map((branch) => jobMove(seq, { branch, before: 'b', after: 'c' })) },
    );
  const rows = (tip: string, ...names: string[]) =>
    names.map((name) => branchRow(name, { tip, parent: null, base: null }));
  const inShort = (jobs: Parameters<typeof undoableOf>[1], branches: Parameters<typeof undoableOf>[2]) => {
    const [first] = jobs.toReversed();
    const undoable = first ? undoableOf(first, jobs, branches) : null;
    return undoable && !undoable.possible ? undoable.inShort : undoable;
  };

  it('is said in a few words, however many branches are in its way', () => {
    const first = wide(1, 'a', 'b', 'c', 'd');
    expect(inShort([wide(2, 'a', 'b'), first], [...rows('x', 'a', 'b'), ...rows('c', 'c', 'd')])).toBe(
      '2 branches moved in #2.',
    );
    expect(inShort([first], rows('x', 'a', 'b', 'c', 'd'))).toBe('4 branches have moved since.');
    expect(inShort([wide(2, 'a'), first], [...rows('x', 'a'), ...rows('c', 'b', 'c', 'd')])).toBe('a moved in #2.');
  });

  it('is known of a job whose moves the list leaves out where nothing has moved since, and said by its page where something has', () => {
    const many = (seq: number, more = {}) =>
      jobDetail(seq, { status: 'completed', result: jobResult({ moved: { branches: 990, refs: 980 } }), ...more });
    expect(inShort([jobDetail(2, { status: 'completed' }), many(1)], [])).toEqual({ possible: true, branches: [] });
    expect(inShort([wide(2, 'a'), many(1)], rows('c', 'a'))).toBeNull();
    expect(inShort([many(2), many(1)], [])).toBeNull();
    expect(inShort([many(2, { kind: 'undo', undoOf: 'job-1' }), many(1)], [])).toBe('#2 undoes it.');
    expect(inShort([many(1, { result: jobResult({ moved: { branches: 990, refs: 980 }, lost: ['a'] }) })], [])).toBe(
      'some of it was lost with a damaged clone.',
    );
    expect(lastUndo([many(1)], [])).toMatchObject({ job: { seq: 1 } });
    expect(lastUndo([many(3, { kind: 'undo', undoOf: 'job-1' }), many(2), many(1)], [])).toEqual({
      why: 'Others have moved since #2: its page says whether it can be undone.',
    });
  });

  it('is not said where it can be, or where nothing was moved', () => {
    expect(inShort([wide(1, 'a')], rows('c', 'a'))).toEqual({ possible: true, branches: ['a'] });
    expect(inShort([jobDetail(1, { status: 'completed' })], [])).toBeNull();
  });
});
