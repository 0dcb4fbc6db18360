import { describe, expect, test } from 'vitest';
import { History } from './history';
import { type SuggestBranch, suggestParents } from './suggest';

//  t1 ─ t2 (trunk)
//  t1 ─ a1 ─ b1 ─ c1        t1 ─ a1 ─ a2
const history = new History([
  { id: 'c1', parents: ['b1'] },
  { id: 'b1', parents: ['a1'] },
  { id: 'a2', parents: ['a1'] },
  { id: 'a1', parents: ['t1'] },
  { id: 't2', parents: ['t1'] },
  { id: 't1', parents: [] },
  { id: 'alone2', parents: ['alone'] },
  { id: 'alone', parents: [] },
]);
const branch = (name: string, tip: string, more: Partial<SuggestBranch> = {}): SuggestBranch => ({
  name,
  tip,
  tracked: false,
  parent: null,
  tips: [tip],
  ...more,
});
const suggest = async (...branches: SuggestBranch[]) =>
  Object.fromEntries(await suggestParents(history, { name: 'main', tip: 't2' }, branches));

describe('suggestParents', () => {
  test('suggests the nearest branch below, else trunk', async () => {
    expect(await suggest(branch('c', 'c1'), branch('b', 'b1'), branch('a', 'a1'))).toEqual({
      a: 'main',
      b: 'a',
      c: 'b',
    });
    expect(await suggest(branch('c', 'c1'), branch('a', 'a1'))).toEqual({ a: 'main', c: 'a' });
  });

  test('the base of a pull request comes first, if that branch is there', async () => {
    expect((await suggest(branch('c', 'c1', { pullRequestBase: 'a' }), branch('b', 'b1'), branch('a', 'a1'))).c).toBe(
      'a',
    );
    expect((await suggest(branch('c', 'c1', { pullRequestBase: 'main' }), branch('b', 'b1'))).c).toBe('main');
    expect((await suggest(branch('c', 'c1', { pullRequestBase: 'deleted' }), branch('b', 'b1'))).c).toBe('b');
  });

  test('a branch that was rewritten since is still found', async () => {
    expect((await suggest(branch('c', 'c1'), branch('a', 'a2', { tips: ['a2', 'a1'] }))).c).toBe('a');
  });

  test('a branch at a commit of trunk is no better than trunk', async () => {
    expect(await suggest(branch('c', 'c1'), branch('empty', 't1'))).toEqual({ c: 'main', empty: 'main' });
  });

  test('a branch that shares nothing with any other gets no suggestion', async () => {
    expect(await suggest(branch('gh-pages', 'alone'), branch('a', 'a1'))).toEqual({ a: 'main' });
  });

  test('what stands on such a branch gets none either, but where that one is tracked', async () => {
    const next = branch('next', 'alone2');
    expect(await suggest(branch('pages', 'alone'), next, branch('a', 'a1'))).toEqual({ a: 'main' });
    const tracked = branch('pages', 'alone', { tracked: true, parent: 'deleted' });
    expect(await suggest(tracked, next)).toEqual({ next: 'pages' });
  });

  test('of two branches at one commit, the untracked one stands on the tracked one', async () => {
    expect(await suggest(branch('a', 'a1'), branch('z', 'a1', { tracked: true, parent: 'main' }))).toEqual({ a: 'z' });
    expect(await suggest(branch('y', 'a1'), branch('x', 'a1'))).toEqual({ x: 'main', y: 'x' });
  });

  test('suggestions never run in a circle', async () => {
    const a = branch('a', 'a1', { pullRequestBase: 'c' });
    expect(await suggest(a, branch('b', 'b1'), branch('c', 'c1'))).toEqual({ a: 'c', b: 'a', c: 'main' });
    expect(await suggest(branch('a', 'a1'), branch('b', 'b1', { pullRequestBase: 'b' }))).toEqual({
      a: 'main',
      b: 'a',
    });
    expect(await suggest(branch('b', 'b1'), branch('a', 'a1', { tracked: true, parent: 'b' }))).toEqual({ b: 'main' });
  });

  test('of a tall stack no branch looks through all that is below it', async () => {
    let looked = 0;
    class Counted extends History {
      override newestOwn(tip: string, below: string, isIt: (commit: string) => boolean) {
        return super.newestOwn(tip, below, (commit) => {
          looked += 1;
          return isIt(commit);
        });
      }
    }
    const height = 200;
    const ids = Array.from({ length: height }, (_, i) => `s${String(i).padStart(3, '0')}`);
    const tall = new Counted([
      ...ids.map((id, i) => ({ id, parents: [ids[i - 1] ?? 't1'] })).reverse(),
      { id: 't2', parents: ['t1'] },
      { id: 't1', parents: [] },
    ]);
    const all = ids.map((id) => branch(id, id));
    const found = await suggestParents(tall, { name: 'main', tip: 't2' }, all);
    expect([...found]).toEqual(ids.map((id, i) => [id, ids[i - 1] ?? 'main']));
    expect(looked).toBeLessThan(4 * height);
  });
});
