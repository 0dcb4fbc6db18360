import { describe, expect, test } from 'vitest';
import { decideResume, refMoves } from './push';

const moves = [
  { ref: 'refs/heads/a', before: 'a0', after: 'a1' },
  { ref: 'refs/heads/b', before: 'b0', after: 'b1' },
  { ref: 'refs/heads/new', before: null, after: 'n1' },
  { ref: 'refs/heads/old', before: 'o0', after: null },
];
/** `a2` stands on `a1`; `ax` does not. */
const isDescendant = (commit: string, ancestor: string) => commit === 'a2' && ancestor === 'a1';
const decide = (a: string, b: string, fresh?: string, old?: string) =>
  decideResume(
    moves,
    new Map(
      Object.entries({ 'refs/heads/a': a, 'refs/heads/b': b, 'refs/heads/new': fresh, 'refs/heads/old': old }).flatMap(
        ([ref, tip]): Array<[string, string]> => (tip ? [[ref, tip]] : []),
      ),
    ),
    isDescendant,
  );

describe('a broken-off push goes on by what each ref on the remote is', () => {
  test('all where they were: push again', () => expect(decide('a0', 'b0', undefined, 'o0')).toBe('push_again'));
  test('all where they should be: done', () => expect(decide('a1', 'b1', 'n1')).toBe('done'));
  test('somebody pushed on top since: done', () => expect(decide('a2', 'b1', 'n1')).toBe('done'));
  test('some moved (no atomic push): push again, it moves the rest', () =>
    expect(decide('a1', 'b0', 'n1', 'o0')).toBe('push_again'));
  test('somebody rewrote one: plan again', () => expect(decide('ax', 'b0', undefined, 'o0')).toBe('plan_again'));
  test('somebody deleted one: plan again', () =>
    expect(decideResume(moves, new Map([['refs/heads/b', 'b0']]), isDescendant)).toBe('plan_again'));
  test('somebody made the new one: plan again', () => expect(decide('a0', 'b0', 'x', 'o0')).toBe('plan_again'));
  test('somebody pushed on top of one while another was not moved: plan again', () =>
    expect(decide('a2', 'b0', 'n1')).toBe('plan_again'));
  test('nothing to push: done', () => expect(decideResume([], new Map(), isDescendant)).toBe('done'));
});

test('moves that change only the tracking are not pushed', () => {
  expect(
    refMoves([
      { branch: 'a', before: 'a0', after: 'a0' },
      { branch: 'b/c', before: null, after: 'b1' },
    ]),
  ).toEqual([{ ref: 'refs/heads/b/c', before: null, after: 'b1' }]);
});
