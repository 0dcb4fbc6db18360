import { describe, expect, it } from 'vitest';
import { jobDetail, jobMove, jobResult } from '../../testing/rows';
import { dockedOf, titleMark } from './docked';

const OPENED = Date.parse('2026-01-01T00:00:00.000Z');
const nothing = () => false;
const after = '2026-01-01T00:01:00.000Z';
const before = '2025-12-31T00:00:00.000Z';
const moved = { moves: [jobMove(1)] };
const heldBack = jobResult({ heldBack: [{ branch: 'a', reason: { kind: 'below', branch: 'b' } }] });

describe('the dock', () => {
  it('tells the job that runs, and how many wait behind it', () => {
    const jobs = [jobDetail(3), jobDetail(2, { status: 'running' }), jobDetail(1, { status: 'completed' })];
    expect(dockedOf(jobs, nothing, OPENED)).toMatchObject({ is: 'active', detail: { job: { seq: 2 } }, behind: 1 });
    expect(dockedOf([jobDetail(3), jobDetail(2)], nothing, OPENED)).toMatchObject({ detail: { job: { seq: 2 } } });
  });

  it('then tells what came of it, until somebody has looked', () => {
    const jobs = [jobDetail(2, { status: 'completed', finishedAt: after }, moved)];
    expect(dockedOf(jobs, nothing, OPENED)).toMatchObject({ is: 'ended', detail: { job: { seq: 2 } } });
    expect(dockedOf(jobs, ({ seq }) => seq === 2, OPENED)).toBeNull();
  });

  it('tells nothing of what moved nothing, nor of what was over when the page was opened', () => {
    expect(dockedOf([jobDetail(2, { status: 'completed', finishedAt: after })], nothing, OPENED)).toBeNull();
    expect(dockedOf([jobDetail(2, { status: 'completed', finishedAt: before }, moved)], nothing, OPENED)).toBeNull();
  });

  it('tells what was held back however long ago that was', () => {
    const job = jobDetail(2, { status: 'completed', finishedAt: before, result: heldBack }, moved);
    expect(dockedOf([job], nothing, OPENED)).toMatchObject({ is: 'ended' });
  });

  it('tells a failure, and never in its place what an earlier job moved', () => {
    const earlier = jobDetail(2, { status: 'completed', finishedAt: after }, moved);
    const failed = (finishedAt: string) => jobDetail(3, { status: 'error', errorCode: 'PUSH_REJECTED', finishedAt });
    const docked = dockedOf([failed(after), earlier], nothing, OPENED);
    expect(docked).toMatchObject({ is: 'ended', detail: { job: { seq: 3 } } });
    expect(titleMark(docked)).toBe('! Failed · ');
    // Once it is looked at, the earlier one does not come back.
    expect(dockedOf([failed(after), earlier], ({ seq }) => seq <= 3, OPENED)).toBeNull();
    // What had failed when the page was opened stands among what needs you.
    expect(dockedOf([failed(before)], nothing, OPENED)).toBeNull();
  });

  it('is told by the title too, for who looks at another tab', () => {
    const moved = [jobMove(1)];
    const mark = (row: Parameters<typeof jobDetail>[1], more = {}) =>
      titleMark(dockedOf([jobDetail(2, row, more)], nothing, OPENED));
    expect(mark({ status: 'running' })).toBe('⟳ Starting · ');
    expect(mark({ status: 'completed', finishedAt: after }, { moves: moved })).toBe('✓ 1 moved · ');
    expect(mark({ status: 'completed', finishedAt: after, result: heldBack }, { moves: moved })).toBe(
      '! 1 moved, 1 held back · ',
    );
    expect(titleMark(null)).toBe('');
  });
});
