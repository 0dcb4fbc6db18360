import { describe, expect, it } from 'vitest';
import type { JobDetail } from '@/api/jobs';
import { outlineOf } from '@/model/result';
import { jobDetail, jobMove, jobResult } from '../../testing/rows';
import { dockedOf, titleMark } from './docked';
import { isIn, lookedAtAlso } from './looked-at';

const OPENED = Date.parse('2026-01-01T00:00:00.000Z');
const nothing = { upTo: 0, beyond: [] };
const after = '2026-01-01T00:01:00.000Z';
const before = '2025-12-31T00:00:00.000Z';
const moved = { moves: [jobMove(1)] };
const heldBack = jobResult({ heldBack: [{ branch: 'a', reason: { kind: 'below', branch: 'b' } }] });

const lostOne = jobResult({
  left: [{ commit: '1', subject: 'Do it', branch: 'a', on: null, replacedBy: null }],
});

describe('the dock', () => {
  it('tells the job that runs, and how many wait behind it', () => {
    const jobs = [jobDetail(3), jobDetail(2, { status: 'running' }), jobDetail(1, { status: 'completed' })];
    expect(dockedOf(jobs, nothing, OPENED)).toMatchObject({ is: 'active', detail: { job: { seq: 2 } }, behind: 1 });
    expect(dockedOf([jobDetail(3), jobDetail(2)], nothing, OPENED)).toMatchObject({ detail: { job: { seq: 2 } } });
  });

  it('then tells what came of it, until somebody has looked', () => {
    const jobs = [jobDetail(2, { status: 'completed', finishedAt: after }, moved)];
    expect(dockedOf(jobs, nothing, OPENED)).toMatchObject({ is: 'ended', detail: { job: { seq: 2 } } });
    expect(dockedOf(jobs, { upTo: 0, beyond: [2] }, OPENED)).toBeNull();
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
    expect(dockedOf([failed(after), earlier], { upTo: 3, beyond: [] }, OPENED)).toBeNull();
    // What had failed when the page was opened stands among what needs you.
    expect(dockedOf([failed(before)], nothing, OPENED)).toBeNull();
  });

  it('keeps a result that left something undone until it is looked at, also behind newer ones', () => {
    const below = jobResult({ heldBack: [{ branch: 'h', reason: { kind: 'below', branch: 'b' } }] });
    const first = jobDetail(2, { status: 'completed', finishedAt: before, result: below });
    const lost = jobDetail(3, { status: 'completed', finishedAt: before, result: lostOne }, moved);
    const newer = jobDetail(4, { status: 'completed', finishedAt: after }, { moves: [jobMove(1, { branch: 'c' })] });
    const jobs = [newer, lost, first];
    expect(dockedOf(jobs, nothing, OPENED)).toMatchObject({
      detail: { job: { seq: 4 } },
      earlier: [{ job: { seq: 3 } }, { job: { seq: 2 } }],
    });
    expect(dockedOf(jobs, { upTo: 0, beyond: [4] }, OPENED)).toMatchObject({
      detail: { job: { seq: 3 } },
      earlier: [{ job: { seq: 2 } }],
    });
    expect(dockedOf(jobs, { upTo: 0, beyond: [4, 3] }, OPENED)).toMatchObject({ detail: { job: { seq: 2 } } });
    expect(dockedOf(jobs, { upTo: 0, beyond: [4, 3, 2] }, OPENED)).toBeNull();
    // Before the browser was asked what was looked at, nothing is told.
    expect(dockedOf(jobs, null, OPENED)).toBeNull();
  });

  it('counts what went as it should among the earlier ones when a later result wants a look, and tells it after that', () => {
    const green = jobDetail(2, { status: 'completed', finishedAt: after }, { moves: [jobMove(1, { branch: 'c' })] });
    const left = jobDetail(3, { status: 'completed', finishedAt: after, result: heldBack });
    const told = (beyond: number[], ...jobs: JobDetail[]) => dockedOf(jobs, { upTo: 0, beyond }, OPENED);
    expect(told([], left, green)).toMatchObject({ detail: { job: { seq: 3 } }, earlier: [{ job: { seq: 2 } }] });
    expect(told([3], left, green)).toMatchObject({ detail: { job: { seq: 2 } }, earlier: [] });
    // What a later one has moved again is no news: an undo, where its job was done anew and held something back.
    const again = jobDetail(
      3,
      { status: 'completed', finishedAt: after, result: heldBack },
      { moves: [jobMove(1, { branch: 'c' })] },
    );
    expect(told([], again, green)).toMatchObject({ detail: { job: { seq: 3 } }, earlier: [] });
    expect(told([3], again, green)).toBeNull();
    // What somebody has dismissed does not come back, nor what was undone, nor what a later one that went well has followed.
    expect(told([2], left, green)).toMatchObject({ earlier: [] });
    const undo = jobDetail(4, { status: 'completed', undoOf: green.job.id, finishedAt: after });
    expect(told([], undo, left, green)).toMatchObject({ detail: { job: { seq: 3 } }, earlier: [] });
    const next = jobDetail(4, { status: 'completed', finishedAt: after }, moved);
    expect(told([], next, green)).toMatchObject({ detail: { job: { seq: 4 } }, earlier: [] });
  });

  it('tells who comes for the first time of the last such result alone', () => {
    const old = (seq: number, branch: string) =>
      jobDetail(seq, {
        status: 'completed',
        finishedAt: before,
        result: jobResult({ heldBack: [{ branch, reason: { kind: 'below', branch: 'b' } }] }),
      });
    const jobs = [old(3, 'x'), old(2, 'y')];
    expect(dockedOf(jobs, undefined, OPENED)).toMatchObject({ detail: { job: { seq: 3 } }, earlier: [] });
    // What has come before one's eyes since is no past.
    const since = [old(5, 'v'), old(4, 'w')].map(({ job, ...of }) => ({ ...of, job: { ...job, finishedAt: after } }));
    expect(dockedOf([...since, ...jobs], undefined, OPENED)).toMatchObject({
      detail: { job: { seq: 5 } },
      earlier: [{ job: { seq: 4 } }],
      oldest: 4,
    });
    const looked = lookedAtAlso(undefined, 3);
    expect(dockedOf(jobs, looked, OPENED)).toBeNull();
    expect(dockedOf([old(4, 'z'), ...jobs], looked, OPENED)).toMatchObject({
      detail: { job: { seq: 4 } },
      earlier: [],
    });

    // To dismiss what has just moved as it should takes no other result with it.
    const all = [jobDetail(5, { status: 'completed', finishedAt: after }, moved), ...jobs];
    expect(dockedOf(all, undefined, OPENED)).toMatchObject({
      detail: { job: { seq: 5 } },
      earlier: [{ job: { seq: 3 } }],
      oldest: 3,
    });
    const dismissed = lookedAtAlso(undefined, 5, 3);
    expect(dockedOf(all, dismissed, OPENED)).toMatchObject({ detail: { job: { seq: 3 } }, earlier: [] });
    expect(dockedOf(all, lookedAtAlso(dismissed, 3), OPENED)).toBeNull();
  });

  it('tells nothing again of what later jobs have told of, or what was undone', () => {
    const first = jobDetail(2, { status: 'completed', finishedAt: before, result: heldBack });
    const then = (moves: JobDetail['moves']) => jobDetail(3, { status: 'completed', finishedAt: before }, { moves });
    const told = (...jobs: JobDetail[]) => dockedOf(jobs, nothing, OPENED);
    expect(told(then([jobMove(1, { branch: 'a' })]), first)).toBeNull();
    expect(told(then([jobMove(1, { branch: 'c' })]), first)).toMatchObject({ detail: { job: { seq: 2 } } });
    expect(told(then([jobMove(1, { branch: 'a', state: 'abandoned' })]), first)).toMatchObject({ earlier: [] });
    const lost = jobDetail(2, { status: 'completed', finishedAt: before, result: lostOne }, moved);
    const undo = (status: 'completed' | 'error') => jobDetail(3, { status, undoOf: lost.job.id, finishedAt: before });
    // That the branch has moved again brings no commit back.
    expect(told(then([jobMove(1, { branch: 'a' })]), lost)).toMatchObject({ detail: { job: { seq: 2 } } });
    expect(told(undo('error'), lost)).toMatchObject({ detail: { job: { seq: 2 } } });
    expect(told(undo('completed'), lost)).toBeNull();
  });

  it('counts as told nothing of what a list has left out, until it was undone', () => {
    const all = jobResult({ heldBack: Array(101).fill(heldBack.heldBack[0]) });
    const first = jobDetail(2, { status: 'completed', finishedAt: before, result: outlineOf(all) });
    const told = (...jobs: JobDetail[]) => dockedOf(jobs, nothing, OPENED);
    const movedA = { moves: [jobMove(1, { branch: 'a' })] };
    expect(told(jobDetail(3, { status: 'completed' }, movedA), first)).toMatchObject({ detail: { job: { seq: 2 } } });
    expect(told(jobDetail(3, { status: 'completed', undoOf: first.job.id }), first)).toBeNull();
  });

  it('remembers the results that were looked at one by one up to a number, and counts what is older as looked at', () => {
    let looked = lookedAtAlso(undefined, 1);
    for (let seq = 3; seq <= 103; seq += 2) looked = lookedAtAlso(looked, seq);
    expect(looked.beyond).toHaveLength(50);
    expect([2, 3, 4, 5, 103].map((seq) => isIn(looked, seq))).toEqual([true, true, false, true, true]);
    expect(lookedAtAlso(looked, 103)).toBe(looked);
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
    expect(mark({ status: 'completed', finishedAt: after, result: lostOne }, { moves: moved })).toBe(
      '! 1 moved, 1 commit on no branch any more · ',
    );
    expect(titleMark(null)).toBe('');
  });
});
