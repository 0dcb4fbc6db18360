import { describe, expect, it } from 'vitest';
import type { ConflictFile, HeldBack, LeftCommit } from './plan';
import { countsOf, EMPTY_RESULT, type JobResult, lacksMoves, movedBy, outlineOf } from './result';

const many = <T>(make: (i: number) => T, count = 250): T[] => Array.from({ length: count }, (_, i) => make(i));
const registered = many((i) => ({ branch: `r${i}`, parent: 'main' }));
const below = (branch: string): HeldBack => ({ branch, reason: { kind: 'below', branch: 'a' } });
const conflict = (branch: string, files: ConflictFile[] = []): HeldBack => ({
  branch,
  reason: { kind: 'conflict', commit: 'c', subject: 's', onto: 'd', files },
});
const left = (commit: string, on: string | null, branch = 'b'): LeftCommit => ({
  ...{ branch, commit, on, subject: 's', replacedBy: null },
});

describe('the outline of a result', () => {
  it('is the result as it is, where that is short', () => {
    const result: JobResult = {
      ...EMPTY_RESULT,
      heldBack: [below('x'), conflict('y', [{ path: 'f', kinds: [], text: null }])],
      registered: registered.slice(0, 100),
      left: [left('1', null)],
    };
    expect(outlineOf(result)).toBeNull();
    expect(outlineOf(EMPTY_RESULT)).toBeNull();
  });

  it('has the first of each list, and says how many there are', () => {
    const at = { branch: 'b', commit: 'c', subject: 's' };
    const result: JobResult = {
      ...EMPTY_RESULT,
      heldBack: many((i) => below(`h${i}`)),
      dropped: many(() => at),
      warnings: many((i) => ({ branch: `w${i}`, kind: 'engine', commits: [], message: 'm' })),
      merged: many((i) => ({ branch: `m${i}`, into: 'main' })),
      landed: many(() => ({ ...at, into: 'main' })),
      registered,
      left: many((i) => left(`${i}`, 'x')),
      adopted: many(() => at),
      gone: many((i) => `g${i}`),
      lost: many((i) => `l${i}`),
      notes: many((i) => `Note ${i}.`),
      forecast: { agreed: false, differences: many((i) => `Difference ${i}.`) },
    };
    const outline = outlineOf(result) ?? EMPTY_RESULT;
    const { forecast, counts, ...lists } = outline;
    for (const [name, list] of Object.entries(lists)) expect(list, name).toHaveLength(100);
    expect(forecast?.agreed === false && forecast.differences).toHaveLength(100);
    expect(outline.registered).toEqual(registered.slice(0, 100));
    expect(counts).toEqual(countsOf(result));
    expect(countsOf(outline)).toEqual(countsOf(result));
    expect(countsOf(outline)).toMatchObject({ registered: 250, merged: 250, gone: 250, heldBack: 250, conflicts: 0 });
  });

  it('does not make up lists that a result does not have', () => {
    expect(outlineOf({ ...EMPTY_RESULT, registered })).toEqual({
      ...EMPTY_RESULT,
      registered: registered.slice(0, 100),
      counts: countsOf({ ...EMPTY_RESULT, registered }),
    });
  });

  it('has first what somebody should look at: conflicts, and commits that nobody has any more', () => {
    const result: JobResult = {
      ...EMPTY_RESULT,
      heldBack: [...many((i) => below(`h${i}`)), conflict('y')],
      left: [...many((i) => left(`${i}`, 'x')), left('lost', null)],
    };
    const outline = outlineOf(result);
    expect(outline?.heldBack.slice(0, 2)).toEqual([conflict('y'), below('h0')]);
    expect(outline?.left?.slice(0, 2)).toEqual([left('lost', null), left('0', 'x')]);
    expect(countsOf(outline)).toMatchObject({ heldBack: 251, conflicts: 1, left: 251, lostCommits: 1 });
  });

  it('has no texts of conflicts, the start of what a remote says, and no commits of warnings, and so much is no cut', () => {
    const file = (text: string | null, path = 'f') => ({ path, kinds: ['contents'], text });
    const result: JobResult = {
      ...EMPTY_RESULT,
      heldBack: [
        conflict(
          'y',
          many((i) => file(null, `${i}`)),
        ),
        conflict('z', [file('<<<')]),
        { branch: 'p', reason: { kind: 'protected', message: 'x'.repeat(500) } },
      ],
      warnings: [{ branch: 'w', kind: 'signature_lost', commits: ['c'], message: 'm' }],
    };
    const outline = outlineOf(result);
    expect(outline).toEqual({
      ...EMPTY_RESULT,
      heldBack: [
        conflict(
          'y',
          many((i) => file(null, `${i}`), 100),
        ),
        conflict('z', [file(null)]),
        { branch: 'p', reason: { kind: 'protected', message: 'x'.repeat(300) } },
      ],
      warnings: [{ branch: 'w', kind: 'signature_lost', commits: [], message: 'm' }],
    });
    expect(countsOf(outline)).toMatchObject({ heldBack: 3, conflicts: 2, warnings: 1 });
  });
});

describe('the counts of a result', () => {
  it('count a commit once that several branches have lost, and not one that some branch still has', () => {
    const twice = [left('1', null, 'a'), left('1', null, 'b'), left('2', null, 'a'), left('2', 'x', 'b')];
    expect(countsOf({ ...EMPTY_RESULT, left: twice })).toMatchObject({ left: 4, lostCommits: 1 });
  });

  it('are none where there is no result yet', () => {
    expect(new Set(Object.values(countsOf(null)))).toEqual(new Set([0]));
  });
});

describe('what a job has moved', () => {
  const move = { branch: 'a', before: '1', after: '2', state: 'pushed' };

  it('is what its moves say, and where a list has left these out, its result', () => {
    const told = { ...EMPTY_RESULT, moved: { branches: 900, refs: 800 } };
    const [listed, outlined] = [
      { job: { result: told }, moves: [move, { ...move, branch: 'b', after: '1' }, { ...move, state: 'planned' }] },
      { job: { result: told }, moves: [] },
    ];
    expect([lacksMoves(listed), movedBy(listed)]).toEqual([false, { branches: 2, refs: 1 }]);
    expect([lacksMoves(outlined), movedBy(outlined)]).toEqual([true, { branches: 900, refs: 800 }]);
  });

  it('counts a branch once that it has moved again, since somebody had pushed to it meanwhile', () => {
    const again = { job: { result: null }, moves: [move, { ...move, before: '9', after: '3' }] };
    expect(movedBy(again)).toEqual({ branches: 1, refs: 1 });
  });

  it('is nothing where a list has left out what it had only planned', () => {
    const planned = { job: { result: { ...EMPTY_RESULT, moved: { branches: 0, refs: 0 } } }, moves: [] };
    expect([lacksMoves(planned), movedBy(planned)]).toEqual([false, { branches: 0, refs: 0 }]);
  });

  it('is nothing where neither says so', () => {
    const none = { job: { result: null }, moves: [] };
    expect([lacksMoves(none), movedBy(none)]).toEqual([false, { branches: 0, refs: 0 }]);
  });
});
