import { describe, expect, test } from 'vitest';
import { type BaseQuestion, baseOf } from './base';
import { History } from './history';

// b stands on old2, which its parent had until it was rewritten as new2; both stand on p1, that on t2 of trunk.
const history = new History([
  { id: 'b2', parents: ['b1'] },
  { id: 'b1', parents: ['old2'] },
  { id: 'old2', parents: ['p1'] },
  { id: 'new2', parents: ['p1'] },
  { id: 'p1', parents: ['t2'] },
  { id: 't3', parents: ['t2'] },
  { id: 't2', parents: ['t1'] },
  { id: 't1', parents: [] },
]);
const base = (question: Partial<BaseQuestion>) =>
  baseOf(history, { tip: 'b2', parentTip: 'new2', recorded: null, parentTips: [], ...question });

describe('baseOf', () => {
  test('keeps the recorded base after the parent was rewritten, so that what the parent dropped goes', () => {
    expect(base({ recorded: 'old2', parentTips: ['new2'] })).toBe('old2');
  });

  test('moves up to the merge base once the branch holds more of its parent', () => {
    expect(base({ recorded: 't2', parentTip: 'b1' })).toBe('b1');
  });

  test('moves up to the newest tip of the parent that the branch holds', () => {
    expect(base({ recorded: 'p1', parentTips: ['new2', 'old2', 'p1'] })).toBe('old2');
  });

  test('finds its place by the tips that the parent had when the recorded base is no longer below', () => {
    expect(base({ recorded: 'new2', parentTips: ['new2', 'old2'] })).toBe('old2');
    expect(base({ recorded: 'missing', parentTips: ['missing', 'old2'] })).toBe('old2');
  });

  test('falls back to the merge base', () => {
    expect(base({ recorded: 'new2' })).toBe('p1');
    expect(base({ parentTip: 't3' })).toBe('t2');
  });

  test('a parent that was reset after it had been split leaves its commits to the new branch', () => {
    expect(base({ parentTip: 'p1', parentTips: ['p1', 'old2'] })).toBe('p1');
  });

  test('stands on what was merged into its parent, even where the parent was given it squashed', () => {
    expect(base({ parentTip: 't3', recorded: 't2', landed: new Set(['old2']) })).toBe('old2');
  });

  test('work that its parent took in stays its own; a branch without work stands on its own tip', () => {
    expect(base({ tip: 'p1', parentTip: 'b2', recorded: 't2', hadWork: true })).toBe('t2');
    expect(base({ tip: 'p1', parentTip: 'b2', recorded: 't2', hadWork: false })).toBe('p1');
    expect(base({ tip: 'p1', parentTip: 'b2', recorded: 'p1' })).toBe('p1');
    expect(base({ tip: 'p1', parentTip: 'b2' })).toBe('p1');
    expect(base({ tip: 'p1', parentTip: 'new2', parentTips: ['new2', 'p1'] })).toBe('p1');
  });

  test('an empty branch whose parent was rewritten stays on the commit that it stands on', () => {
    expect(base({ tip: 'old2', parentTip: 'new2', recorded: 'old2' })).toBe('old2');
  });

  test('an empty branch keeps what the merged one below it was moved back from, as its own', () => {
    // The merged one was at old2, has landed up to p1, and was moved back there.
    const question = { tip: 'old2', parentTip: 't3', recorded: 'old2', landed: new Set(['p1']) };
    expect(base({ ...question, mergedTips: ['p1'] })).toBe('p1');
    // One that was rewritten, or that is still there, has given nothing up.
    expect(base({ ...question, mergedTips: ['new2', 'p1'] })).toBe('old2');
    expect(base({ ...question, mergedTips: ['old2', 'p1'] })).toBe('old2');
    expect(base({ ...question, mergedTips: ['b2', 'p1'] })).toBe('old2');
    expect(base({ ...question, landed: new Set(['p1', 'old2']), mergedTips: ['p1'] })).toBe('old2');
    expect(base({ ...question, mergedTips: [] })).toBe('old2');
  });

  test('a branch that shares nothing with its parent has no base', () => {
    const apart = new History([
      { id: 'x', parents: [] },
      { id: 'y', parents: [] },
    ]);
    expect(baseOf(apart, { tip: 'x', parentTip: 'y', recorded: null, parentTips: [] })).toBeNull();
  });
});
