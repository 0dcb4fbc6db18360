import { expect, it } from 'vitest';
import { account, LEFT_TOLD } from './conservation';
import { History, type HistoryCommit } from './history';

it('of all that a rewritten trunk takes from under a branch, the newest are told by commit and the rest counted', () => {
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
  const { left, more, lost } = account(
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

it('a merge that this plan flattens in the branch below has not been taken away by its author; one that it does not has', () => {
  // b ← c; b has the merge m of s, which replaying leaves nothing of.
  const history = new History([
    { id: 'start', parents: [] },
    { id: 's', parents: ['start'] },
    { id: 'b1', parents: ['start'] },
    { id: 'm', parents: ['b1', 's'] },
    { id: 'c', parents: ['m'] },
    { id: 'trunk', parents: ['start'] },
    { id: 'b1 again', parents: ['trunk'] },
    { id: 'c again', parents: ['b1 again'] },
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
  expect(outcome([flattened])).toMatchObject({ left: [], lost: [] });
  expect(outcome([]).left).toMatchObject([{ branch: 'c', commit: 'm', on: null }]);
});
