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
        ...{ branch: 'a', before: 'before', after: 'after', parentBefore: 'main', baseBefore: `old${count}` },
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
