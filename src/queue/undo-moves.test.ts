import { describe, expect, it } from 'vitest';
import { EMPTY_RESULT } from '@/model/result';
import { inverseMoves, type MovedSince, offerUndo, stillUndoable, type UndoMove } from './undo-moves';

const JOB = { seq: 7, status: 'completed' as const, result: null };
const NOBODY: ReadonlyMap<string, number> = new Map();

function move(branch: string, before: string | null, after: string | null, more: Partial<UndoMove> = {}) {
  const stays = { parentBefore: 'main', parentAfter: 'main', baseBefore: 'b', baseAfter: 'b' };
  return { branch, before, after, ...stays, state: 'pushed' as const, ...more };
}

const row = (name: string, tip: string, parent: string | null = 'main', gone = false) => ({ name, tip, parent, gone });

describe('what would put back what a job has moved', () => {
  const back = (...moves: Parameters<typeof inverseMoves>[0]) =>
    inverseMoves(moves).map(({ branch, before, after, parentAfter }) => [branch, before, after, parentAfter]);

  it('goes back all the way where the job has moved a branch on from where it had put it', () => {
    expect(back(move('a', '1', '2', { parentBefore: 'x' }), move('b', '7', '8'), move('a', '2', '3'))).toEqual([
      ['a', '3', '1', 'x'],
      ['b', '8', '7', 'main'],
    ]);
  });

  it('goes back no further than to what somebody has pushed in between', () => {
    const mine = move('a', '1', '2', { parentBefore: 'x' });
    expect(back(mine, move('a', '9', '3'))).toEqual([['a', '3', '9', 'main']]);
    expect(back(mine, move('a', '9', '3'), move('a', '3', '4'))).toEqual([['a', '4', '9', 'main']]);
    expect(back(mine, move('a', '2', '3'), move('a', '9', '4'))).toEqual([['a', '4', '9', 'main']]);
  });

  it('is the same of a branch that somebody has deleted, or made, in between', () => {
    expect(back(move('a', '1', '2'), move('a', null, '3'))).toEqual([['a', '3', null, 'main']]);
    expect(back(move('a', '1', null), move('a', '9', '3'))).toEqual([['a', '3', '9', 'main']]);
  });

  it('passes over what was never pushed', () => {
    const not = { ...move('a', '5', '6'), state: 'abandoned' as const };
    expect(back(move('a', '1', '2'), not, move('a', '2', '3'))).toEqual([['a', '3', '1', 'main']]);
  });
});

describe('what can still go back of an undo that has begun', () => {
  const still = (moves: UndoMove[], ...moved: string[]) =>
    stillUndoable(
      moves,
      moved.map((branch) => ({ branch, how: 'has moved' })),
    ).map(({ branch }) => branch);

  it('is all but what others have moved and what stands on it, now or as it was', () => {
    const b = move('b', '1', '2', { parentBefore: 'a', parentAfter: 'a' });
    const c = move('c', '1', '2', { parentBefore: 'b', parentAfter: 'b' });
    const was = move('d', '1', '2', { parentBefore: 'main', parentAfter: 'c' });
    const x = move('x', '1', '2', { parentBefore: null, parentAfter: 'main' });
    expect(still([was, c, b, x], 'a')).toEqual(['x']);
    expect(still([was, c, b, x], 'c')).toEqual(['b', 'x']);
    expect(still([was, c, b, x])).toEqual(['d', 'c', 'b', 'x']);
  });
});

describe('offerUndo', () => {
  it('names the branches that would go back', () => {
    const moves = [move('a', '1', '2'), move('b', '3', '4', { parentAfter: 'a' }), move('a', '2', '5')];
    expect(offerUndo(JOB, moves, [row('a', '5'), row('b', '4', 'a')], NOBODY)).toEqual({
      possible: true,
      branches: ['a', 'b'],
    });
  });

  it('does not count what never reached the remote', () => {
    const moves = [{ ...move('a', '1', '2'), state: 'abandoned' as const }];
    expect(offerUndo(JOB, moves, [row('a', '1')], NOBODY)).toEqual({
      possible: false,
      reason: '#7 has moved nothing.',
    });
  });

  it('is not made where the old commits were lost, and says whose', () => {
    const result = { ...EMPTY_RESULT, lost: ['a'] };
    const offer = offerUndo({ ...JOB, result }, [move('a', '1', '2')], [row('a', '2')], NOBODY);
    expect(offer).toEqual({ possible: false, reason: expect.stringContaining('what a would go back to was lost') });
  });

  it('waits for the end of the job', () => {
    const offer = offerUndo({ ...JOB, status: 'running' }, [move('a', '1', '2')], [row('a', '2')], NOBODY);
    expect(offer).toEqual({ possible: false, reason: '#7 has not ended yet.' });
  });

  it.each<[string, ReturnType<typeof row>[], MovedSince['how']]>([
    ['moved on', [row('a', '9')], 'has moved'],
    ['was deleted', [], 'is gone from the remote'],
    ['is gone', [row('a', '2', 'main', true)], 'is gone from the remote'],
    ['was given another parent', [row('a', '2', 'x')], 'stands on x now'],
  ])('is refused where a branch %s since, and says so', (_what, rows, how) => {
    expect(offerUndo(JOB, [move('a', '1', '2')], rows, NOBODY)).toEqual({ possible: false, reason: `a ${how}.` });
  });

  it('is refused where a branch that the job deleted is there again', () => {
    expect(offerUndo(JOB, [move('a', '1', null)], [row('a', '3')], NOBODY)).toEqual({
      possible: false,
      reason: 'a is there again.',
    });
  });

  it('names the job that moved a branch since, and no more than three branches', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const offer = offerUndo(
      JOB,
      names.map((name) => move(name, '1', '2')),
      names.map((name) => row(name, '3')),
      new Map([['b', 12]]),
    );
    expect(offer).toEqual({ possible: false, reason: 'a has moved; b moved in #12; c has moved; and 2 more.' });
  });
});
