import { describe, expect, it } from 'vitest';
import type { HistoryCommit } from './commit-graph';
import { History } from './history';
import { findRenamed, type RenamedBranch } from './renamed';

/** `stem1` to `stem<length>` on `below`, the newest first. */
const line = (stem: string, length: number, below = 'trunk'): HistoryCommit[] =>
  Array.from({ length }, (_, i) => length - i).map((n) => ({
    id: `${stem}${n}`,
    parents: [n === 1 ? below : `${stem}${n - 1}`],
  }));

const was = (name: string, tip: string, base = 'trunk'): RenamedBranch => ({
  ...{ name, tip, base, parent: 'main', tracked: true, merged: false, gone: true, renamedFrom: null },
});
const is = (name: string, tip: string, more: Partial<RenamedBranch> = {}): RenamedBranch => ({
  ...{ name, tip, base: null, parent: null, tracked: false, merged: false, gone: false, renamedFrom: null, ...more },
});

/** Commits have the author's line of the letters that they begin with and their number: `old1` and `o1` are `o 1`. */
async function found(commits: HistoryCommit[], rows: RenamedBranch[]) {
  const asked: string[][] = [];
  const history = new History([...commits, { id: 'trunk', parents: [] }]);
  const renamed = await findRenamed(
    history,
    'trunk',
    rows,
    () => true,
    async (ids) => {
      asked.push(ids);
      return new Map(ids.map((id) => [id, { author: `${id[0]} ${id.match(/\d+$/)?.[0]}` }]));
    },
  );
  return { renamed: Object.fromEntries(renamed), asked };
}

describe('a branch that is gone and one that is new', () => {
  it('are one where the new one is at the same commit, or goes on from it', async () => {
    const commits = [...line('more', 1, 'old2'), ...line('old', 2)];
    expect((await found(commits, [was('a', 'old2'), is('b', 'old2')])).renamed).toEqual({ b: 'a' });
    expect((await found(commits, [was('a', 'old2'), is('b', 'more1')])).renamed).toEqual({ b: 'a' });
  });

  it('are one where all its commits were rewritten, and are not where one is missing, more or another', async () => {
    const all = (length: number, stem = 'o') => [...line(stem, length), ...line('old', 2)];
    expect((await found(all(2), [was('a', 'old2'), is('b', 'o2')])).renamed).toEqual({ b: 'a' });
    expect((await found(all(1), [was('a', 'old2'), is('b', 'o1')])).renamed).toEqual({});
    expect((await found(all(3), [was('a', 'old2'), is('b', 'o3')])).renamed).toEqual({});
    expect((await found(all(2, 'x'), [was('a', 'old2'), is('b', 'x2')])).renamed).toEqual({});
  });

  it('are not told from each other where two could be it, on either side', async () => {
    const commits = [...line('o', 1), ...line('other', 1), ...line('old', 1), ...line('older', 1)];
    expect((await found(commits, [was('a', 'old1'), is('b', 'o1'), is('c', 'other1')])).renamed).toEqual({});
    expect((await found(commits, [was('a', 'old1'), was('z', 'older1'), is('b', 'o1')])).renamed).toEqual({});
  });

  it('are not held against each other where the new one was taken for another already', async () => {
    const commits = [...line('o', 1), ...line('old', 1)];
    const rows = (from: string) => [was('a', 'old1'), is('b', 'o1', { renamedFrom: from })];
    expect((await found(commits, rows('z'))).renamed).toEqual({});
    expect((await found(commits, rows('a'))).renamed).toEqual({ b: 'a' });
  });
});

it('however many are gone, and new, their authors are asked for once, and not where nothing is new', async () => {
  const names = 'abcdefgh'.split('');
  const commits = names.flatMap((name) => [...line(`${name}new`, 2), ...line(`${name}old`, 2)]);
  const gone = names.map((name) => was(`old/${name}`, `${name}old2`));
  const { renamed, asked } = await found(commits, [...gone, ...names.map((name) => is(`new/${name}`, `${name}new2`))]);
  expect(renamed).toEqual(Object.fromEntries(names.map((name) => [`new/${name}`, `old/${name}`])));
  expect(asked.map((ids) => ids.length)).toEqual([4 * names.length]);
  expect((await found(commits, gone)).asked).toEqual([]);
});
