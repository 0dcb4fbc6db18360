import { describe, expect, test } from 'vitest';
import { arrivedRefs, decideResume, refMoves } from './push';

const moves = [
  { ref: 'refs/heads/a', before: 'a0', after: 'a1' },
  { ref: 'refs/heads/b', before: 'b0', after: 'b1' },
  { ref: 'refs/heads/new', before: null, after: 'n1' },
  { ref: 'refs/heads/old', before: 'o0', after: null },
];
/** `a2` stands on `a1`; `ax` does not. */
const isDescendant = (commit: string, ancestor: string) => commit === 'a2' && ancestor === 'a1';
const remote = (a: string, b: string, fresh?: string, old?: string) =>
  new Map(
    Object.entries({ 'refs/heads/a': a, 'refs/heads/b': b, 'refs/heads/new': fresh, 'refs/heads/old': old }).flatMap(
      ([ref, tip]): Array<[string, string]> => (tip ? [[ref, tip]] : []),
    ),
  );
const decide = (...tips: Parameters<typeof remote>) => decideResume(moves, remote(...tips), isDescendant);

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

describe('what a push that nobody has heard of has moved is told by where the refs are', () => {
  const arrived = (...tips: Parameters<typeof remote>) =>
    [...arrivedRefs(moves, remote(...tips), isDescendant)].map((ref) => ref.slice('refs/heads/'.length));
  const all = ['a', 'b', 'new', 'old'];
  test('all where they were: nothing', () => expect(arrived('a0', 'b0', undefined, 'o0')).toEqual([]));
  test('all where they should be: everything', () => expect(arrived('a1', 'b1', 'n1')).toEqual(all));
  test('somebody pushed on top since: everything', () => expect(arrived('a2', 'b1', 'n1')).toEqual(all));
  test('somebody rewrote one since: everything', () => expect(arrived('ax', 'b1', 'n1')).toEqual(all));
  test('some moved (no atomic push): those', () => expect(arrived('a1', 'b0', 'n1', 'o0')).toEqual(['a', 'new']));
  test('somebody rewrote one, the others were not moved: nothing', () =>
    expect(arrived('ax', 'b0', undefined, 'o0')).toEqual([]));
});

test('moves that change only the tracking are not pushed', () => {
  expect(
    refMoves([
      { branch: 'a', before: 'a0', after: 'a0' },
      { branch: 'b/c', before: null, after: 'b1' },
    ]),
  ).toEqual([{ ref: 'refs/heads/b/c', before: null, after: 'b1' }]);
});
