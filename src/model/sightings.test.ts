import { describe, expect, it } from 'vitest';
import { moversOf } from './sightings';

const second = (of: number) => `2026-01-01T00:00:${String(of).padStart(2, '0')}.000Z`;
const seen = (tip: string, at: number) => ({ tip, seenAt: second(at) });
const move = (job: number, before: string | null, after: string | null, at: number) => ({
  job,
  before,
  after,
  startedAt: second(at),
});

/** Which job has made each sighting, both given oldest first. */
function told(sightings: Array<ReturnType<typeof seen>>, moves: Array<ReturnType<typeof move>>) {
  return moversOf(sightings.toReversed(), moves.toReversed())
    .map((each) => each?.job ?? null)
    .toReversed();
}

describe('what has brought a branch to a tip', () => {
  it('is the job that pushed it there', () => {
    expect(told([seen('a', 1), seen('b', 11)], [move(1, 'a', 'b', 10)])).toEqual([null, 1]);
  });

  it('is no job that ran later: a tip that an undo brings back was first seen before it', () => {
    const sightings = [seen('a', 1), seen('b', 11), seen('a', 21)];
    expect(told(sightings, [move(1, 'a', 'b', 10), move(2, 'b', 'a', 20)])).toEqual([null, 1, 2]);
  });

  it('is each job once, however often a tip comes back', () => {
    const sightings = [seen('a', 1), seen('b', 11), seen('a', 21), seen('b', 31), seen('a', 41)];
    const moves = [move(1, 'a', 'b', 10), move(2, 'b', 'a', 20), move(3, 'a', 'b', 30), move(4, 'b', 'a', 40)];
    expect(told(sightings, moves)).toEqual([null, 1, 2, 3, 4]);
  });

  it('is somebody’s push, where a tip that a job had made comes back without one', () => {
    const sightings = [seen('a', 1), seen('b', 11), seen('c', 21), seen('b', 31)];
    expect(told(sightings, [move(1, 'a', 'b', 10)])).toEqual([null, 1, null, null]);
    // Also where what the job did is too long ago to be kept.
    expect(told(sightings.slice(2), [move(1, 'a', 'b', 10)])).toEqual([null, null]);
  });

  it('is the job that made the branch, or brought a deleted one back; and one that moved nothing is none', () => {
    expect(told([seen('a', 11)], [move(1, null, 'a', 10)])).toEqual([1]);
    const deleted = [move(1, null, 'a', 10), move(2, 'a', null, 20), move(3, null, 'a', 30)];
    expect(told([seen('a', 11), seen('a', 31)], deleted)).toEqual([1, 3]);
    expect(told([seen('a', 1)], [move(1, 'a', 'a', 0)])).toEqual([null]);
  });
});
