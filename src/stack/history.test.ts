import { describe, expect, test } from 'vitest';
import { History } from './history';

//  t4 ── t3 ── t2 ── t1          trunk; t3 merges s2
//         └── s2 ── s1 ──┘       s1 stands on t1
//  b2 ── b1 ─── t2
const history = new History([
  { id: 'b2', parents: ['b1'] },
  { id: 'b1', parents: ['t2'] },
  { id: 't4', parents: ['t3'] },
  { id: 't3', parents: ['t2', 's2'] },
  { id: 's2', parents: ['s1'] },
  { id: 's1', parents: ['t1'] },
  { id: 't2', parents: ['t1'] },
  { id: 't1', parents: ['below'] },
]);

describe('History', () => {
  test('lists the commits of a branch that no branch below it has', () => {
    expect(history.ownCommits('b2', ['t4'])).toEqual(['b2', 'b1']);
    expect(history.ownCommits('b2', ['t4', 'b1'])).toEqual(['b2']);
    expect(history.ownCommits('t4', ['b2'])).toEqual(['t4', 't3', 's2', 's1']);
  });

  test('tells what trunk received by a merge from what was committed to it', () => {
    expect(history.isOnFirstParentLine('t1', 't4')).toBe(true);
    expect(history.isOnFirstParentLine('t4', 't4')).toBe(true);
    expect(history.isOnFirstParentLine('s2', 't4')).toBe(false);
    expect(history.isOnFirstParentLine('b1', 't4')).toBe(false);
  });

  test('one question leaves nothing behind for the next', () => {
    const ask = () => [history.mergeBase('b2', 't4'), history.isAncestor('s1', 't4'), history.aheadBehind('t4', 'b2')];
    expect(ask()).toEqual(['t2', true, { ahead: 4, behind: 2 }]);
    expect(ask()).toEqual(ask());
  });

  test('a commit below the part is nobody’s ancestor, and two lines that meet only there have no common one', () => {
    expect(history.isAncestor('below', 't4')).toBe(false);
    expect(
      new History([
        { id: 'a', parents: ['z'] },
        { id: 'b', parents: ['z'] },
      ]).mergeBase('a', 'b'),
    ).toBeNull();
  });
});
