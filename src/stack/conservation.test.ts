import { expect, it } from 'vitest';
import type { HistoryCommit } from './commit-graph';
import { account, LEFT_TOLD } from './conservation';
import { History } from './history';

it('of all that a rewritten trunk takes from under a branch, the newest are told by commit and the rest counted', async () => {
  const line = (name: string, length: number): HistoryCommit[] =>
    Array.from({ length }, (_, i) => ({
      id: `${name}${length - i}`,
      parents: i + 1 < length ? [`${name}${length - i - 1}`] : [],
    }));
  const count = LEFT_TOLD + 5;
  const history = new History([
    { id: 'before', parents: [`old${count}`] },
    { id: 'after', parents: [`new${count}`] },
    ...line('old', count),
    ...line('new', count),
  ]);
  const { left, more, lost } = await account(
    history,
    [
      {
        ...{ branch: 'a', before: 'before', after: 'after', parentBefore: 'main', parentAfter: 'main' },
        baseBefore: `old${count}`,
        rewritten: [{ from: 'before', to: 'after' }],
      },
    ],
    { dropped: [], warnings: [] },
    new Map([['a', 'after']]),
    `new${count}`,
    new Set(),
  );
  expect(lost).toEqual([]);
  expect([left.length, left[0], left.at(-1)?.commit]).toEqual([
    LEFT_TOLD,
    { branch: 'a', commit: `old${count}`, on: null },
    'old6',
  ]);
  expect(more).toEqual(new Map([['a', 5]]));
});

it('a merge that this plan flattens in the branch below has not been taken away by its author; one that it does not has', async () => {
  // b ← c; b has the merge m of s, which replaying leaves nothing of.
  const history = new History([
    { id: 'c again', parents: ['b1 again'] },
    { id: 'b1 again', parents: ['trunk'] },
    { id: 'trunk', parents: ['start'] },
    { id: 'c', parents: ['m'] },
    { id: 'm', parents: ['b1', 's'] },
    { id: 'b1', parents: ['start'] },
    { id: 's', parents: ['start'] },
    { id: 'start', parents: [] },
  ]);
  const moves = [
    {
      ...{
        branch: 'b',
        before: 'm',
        after: 'b1 again',
        parentBefore: 'main',
        parentAfter: 'main',
        baseBefore: 'start',
      },
      rewritten: [{ from: 'b1', to: 'b1 again' }],
    },
    {
      ...{ branch: 'c', before: 'c', after: 'c again', parentBefore: 'b', parentAfter: 'b', baseBefore: 'm' },
      rewritten: [{ from: 'c', to: 'c again' }],
    },
  ];
  const tips = new Map([
    ['b', 'b1 again'],
    ['c', 'c again'],
  ]);
  const flattened = { branch: 'b', kind: 'merge_flattened' as const, commits: ['m'], message: '' };
  const outcome = (warnings: (typeof flattened)[]) =>
    account(history, moves, { dropped: [], warnings }, tips, 'trunk', new Set(['s', 'start']));
  expect(await outcome([flattened])).toMatchObject({ left: [], lost: [] });
  expect((await outcome([])).left).toMatchObject([{ branch: 'c', commit: 'm', on: null }]);
});

it('what leaves very many branches is looked for once, not in each of them', async () => {
  const asked = async (stacks: number) => {
    const sides = (side: string, s: number): HistoryCommit[] => [
      { id: `${side}${s}.1`, parents: [`${side}${s}.0`] },
      { id: `${side}${s}.0`, parents: ['trunk'] },
    ];
    const all = Array.from({ length: stacks }, (_, s) => s);
    const commits = all.flatMap((s) => [...sides('old', s), ...sides('new', s)]);
    const history = new History([...commits, { id: 'trunk', parents: [] }]);
    const count = { isAncestor: 0, firstToHave: 0 };
    // The bottom of each stack was amended by its author.
    const { left, lost } = await account(
      {
        ownCommits: (tip, below) => history.ownCommits(tip, below),
        isAncestor(ancestor, commit) {
          count.isAncestor += 1;
          return history.isAncestor(ancestor, commit);
        },
        firstToHave(tips) {
          count.firstToHave += 1;
          return history.firstToHave(tips);
        },
        whoHas: (commit) => history.whoHas(commit),
      },
      all.map((s) => ({
        ...{ branch: `top${s}`, before: `old${s}.1`, after: `new${s}.1`, baseBefore: `old${s}.0` },
        ...{ parentBefore: `bottom${s}`, parentAfter: `bottom${s}` },
        rewritten: [{ from: `old${s}.1`, to: `new${s}.1` }],
      })),
      { dropped: [], warnings: [] },
      new Map(
        all.flatMap(
          (s): Array<[string, string]> => [
            [`bottom${s}`, `new${s}.0`],
            [`top${s}`, `new${s}.1`],
            ...(s === 1 ? ([['kept', 'old1.0']] satisfies Array<[string, string]>) : []),
          ],
        ),
      ),
      'trunk',
      new Set(),
    );
    expect(lost).toEqual([]);
    expect(left).toEqual(all.map((s) => ({ branch: `top${s}`, commit: `old${s}.0`, on: s === 1 ? 'kept' : null })));
    return count;
  };
  const [few, many] = [await asked(10), await asked(100)];
  expect(many).toEqual({ isAncestor: 10 * few.isAncestor, firstToHave: few.firstToHave });
});

/** b0 ← b1 ← … on main, restacked onto what has come there; and how many commits were listed to account for them. */
async function restacked(height: number, lost: string[] = []) {
  const ids = Array.from({ length: height }, (_, i) => `c${i}`);
  const line = (after: string, below: string) =>
    ids.map((id, i) => ({ id: id + after, parents: [i === 0 ? below : `c${i - 1}${after}`] })).reverse();
  const history = new History([
    ...line(' again', 'trunk'),
    ...line('', 'start'),
    { id: 'trunk', parents: ['start'] },
    { id: 'start', parents: [] },
  ]);
  let listed = 0;
  const accounts = await account(
    {
      ownCommits(tip, below) {
        const own = history.ownCommits(tip, below);
        listed += own.length;
        return own;
      },
      isAncestor: (ancestor, commit) => history.isAncestor(ancestor, commit),
      firstToHave: (tips) => history.firstToHave(tips),
      whoHas: (commit) => history.whoHas(commit),
    },
    ids.map((id, i) => {
      const parent = i === 0 ? 'main' : `b${i - 1}`;
      return {
        ...{ branch: `b${i}`, before: id, after: `${id} again`, parentBefore: parent, parentAfter: parent },
        baseBefore: ids[i - 1] ?? 'start',
        rewritten: lost.includes(id) ? [] : [{ from: id, to: `${id} again` }],
      };
    }),
    { dropped: [], warnings: [] },
    new Map(ids.map((id, i) => [`b${i}`, `${id} again`])),
    'trunk',
    new Set(),
  );
  return { accounts, listed };
}

it('a tall stack is accounted for in a walk that grows with its height, and not with the square of it', async () => {
  const { accounts, listed } = await restacked(200);
  expect(accounts).toEqual({ left: [], more: new Map(), lost: [] });
  expect(listed).toBeLessThan(3 * 200);
});

it('what a branch in the middle of a stack would lose is lost by that one, and leaves those above it', async () => {
  const { accounts } = await restacked(5, ['c2']);
  expect(accounts.lost).toEqual([{ branch: 'b2', commit: 'c2' }]);
  expect(accounts.left).toEqual(['b3', 'b4'].map((branch) => ({ branch, commit: 'c2', on: null })));
});
