import { describe, expect, test } from 'vitest';
import type { PlanBranch, PlanRequest } from '../engine';
import type { Outcome } from '../outcome';
import { sharesOf, wholeStacks } from './whole-stacks';

/** Branches `name parent`, each at the commit of its own name, over a trunk at `main`. */
const branches = (...lines: string[]): PlanBranch[] =>
  lines.map((line) => {
    const [name = '', parent = ''] = line.split(' ');
    return { name, parent, tip: name, base: parent === 'main' ? 'old' : parent };
  });

function request(all: PlanBranch[], targets = all.map(({ name }) => name)): PlanRequest {
  return {
    gitDir: '',
    trunk: { name: 'main', tip: 'main' },
    branches: all,
    targets: all.flatMap(({ name, parent }) => (targets.includes(name) ? [{ branch: name, onto: parent }] : [])),
    committer: { name: 'A', email: 'a@example.com', date: '0 +0000' },
    signal: new AbortController().signal,
    log: () => undefined,
  };
}

/** Each branch put to where its commits are anew. */
const moved = (all: PlanBranch[], but: Record<string, Partial<Outcome>> = {}): Outcome[] =>
  all.map((branch) => {
    const { name, parent } = branch;
    const result = { tip: `${name}'`, rewritten: [], dropped: [], merges: [], signed: [] };
    return { branch, onto: { name: parent, tip: parent }, result, ...but[name] };
  });

const names = (all: PlanBranch[], outcomes: Outcome[], targets?: string[]) =>
  wholeStacks(request(all, targets), outcomes).map(({ root, branches }) => [
    root.name,
    ...branches.map(({ name }) => name),
  ]);

describe('what git-spice can restack by whole stacks', () => {
  const two = branches('a main', 'b a', 'c b', 'x main', 'y x');

  test('is all of them where nothing is to be said of any', () => {
    expect(names(two, moved(two))).toEqual([['main', 'a', 'b', 'c', 'x', 'y']]);
  });

  test('is nothing where none of them moves', () => {
    const stays = (branch: PlanBranch) => ({
      result: { tip: branch.tip, rewritten: [], dropped: [], merges: [], signed: [] },
    });
    const outcomes = moved(two).map((each) => ({ ...each, ...stays(each.branch) }));
    expect(names(two, outcomes)).toEqual([]);
  });

  test.each<[string, Partial<Outcome>]>([
    ['is held back', { result: { heldBack: { kind: 'below', branch: 'a' } } }],
    [
      'loses a commit',
      { result: { tip: 'b2', rewritten: [], dropped: [{ commit: '1', subject: '1' }], merges: [], signed: [] } },
    ],
    ['has merges flattened', { result: { tip: 'b2', rewritten: [], dropped: [], merges: ['m'], signed: [] } }],
    ['goes to another parent', { onto: { name: 'x', tip: 'x' } }],
  ])('ends below a branch that %s', (_, outcome) => {
    expect(names(two, moved(two, { b: outcome }))).toEqual([['main', 'a', 'x', 'y']]);
  });

  test('ends below a branch that is behind its parent', () => {
    const behind = two.map((branch) => (branch.name === 'b' ? { ...branch, base: 'a before' } : branch));
    expect(names(behind, moved(behind))).toEqual([['main', 'a', 'x', 'y']]);
  });

  test('ends below a branch without commits of its own, and takes one name of a commit', () => {
    const same = two.map((branch) => (branch.name === 'x' ? { ...branch, tip: 'a' } : branch));
    expect(names(same, moved(same))).toEqual([['main', 'a', 'b', 'c']]);
    const empty = two.map((branch) => (branch.name === 'b' ? { ...branch, tip: 'a' } : branch));
    expect(names(empty, moved(empty))).toEqual([['main', 'a', 'x', 'y']]);
  });

  test('stands on what stays where a part is asked for', () => {
    const part = two.filter(({ name }) => name === 'b' || name === 'c');
    expect(names(two, moved(part), ['b', 'c'])).toEqual([['a', 'b', 'c']]);
  });
});

describe('many stacks are shared out', () => {
  const shares = (all: PlanBranch[]) =>
    wholeStacks(request(all), moved(all)).flatMap((stacks) =>
      sharesOf(stacks).map(({ root, branches }) => ({ root: root.name, names: branches.map(({ name }) => name) })),
    );
  const stack = (i: number, height: number) =>
    branches(...Array.from({ length: height }, (_, n) => `s${i}-${n} ${n === 0 ? 'main' : `s${i}-${n - 1}`}`));
  const stacksOf = (count: number, height: number) => Array.from({ length: count }, (_, i) => stack(i, height)).flat();

  test('in two parts alike, each with its stacks whole and bottom up', () => {
    const all = stacksOf(100, 3);
    const [one, other, ...more] = shares(all);
    expect(more).toEqual([]);
    expect([...(one?.names ?? []), ...(other?.names ?? [])].sort()).toEqual(all.map(({ name }) => name).sort());
    for (const share of [one, other]) {
      expect(share?.root).toBe('main');
      expect(share?.names.length).toBeGreaterThan(140);
      const seen = new Set(['main']);
      for (const name of share?.names ?? []) {
        expect(seen.has(all.find((branch) => branch.name === name)?.parent ?? '')).toBe(true);
        seen.add(name);
      }
    }
  });

  test('but not few, nor one that is large', () => {
    expect(shares(stacksOf(66, 3))).toHaveLength(1);
    expect(shares(stack(1, 300))).toHaveLength(1);
  });
});
