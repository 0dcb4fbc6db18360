import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { queueOfTurns } from './breather';

/** Work that is at work until it is ended. */
function work() {
  const begun: number[] = [];
  const ends = new Map<number, () => void>();
  return {
    begun,
    end: (n: number) => ends.get(n)?.(),
    piece: (n: number) => () =>
      new Promise<number>((resolve) => {
        begun.push(n);
        ends.set(n, () => resolve(n));
      }),
  };
}

/** Turns of the loop in which nobody new comes. */
async function turn(): Promise<void> {
  for (let i = 0; i < 3; i += 1) await setImmediate();
}

/** So that all that can happen in this turn has. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}

it('work begins in the order in which it comes, so much of it in one turn of the loop', async () => {
  const inTurn = queueOfTurns({ begins: 2 });
  const { begun, piece } = work();
  for (const n of [1, 2, 3, 4, 5]) void inTurn(piece(n));
  await settled();
  expect(begun).toEqual([1, 2]);
  await turn();
  await settled();
  expect(begun).toEqual([1, 2, 3, 4]);
  void inTurn(piece(6));
  await turn();
  await settled();
  expect(begun).toEqual([1, 2, 3, 4, 5, 6]);
});

it('no more than so much is at work, and what fails makes room too', async () => {
  const inTurn = queueOfTurns({ begins: 10, atOnce: 2 });
  const { begun, end, piece } = work();
  const failed = inTurn(async () => {
    await piece(1)();
    throw new Error('It failed.');
  });
  const others = [2, 3, 4].map((n) => inTurn(piece(n)));
  for (let i = 0; i < 5; i += 1) await turn();
  expect(begun).toEqual([1, 2]);
  end(1);
  await expect(failed).rejects.toThrow('It failed.');
  await settled();
  expect(begun).toEqual([1, 2, 3]);
  end(2);
  end(3);
  expect(await Promise.all(others.slice(0, 2))).toEqual([2, 3]);
  await turn();
  expect(begun).toEqual([1, 2, 3, 4]);
});

it('one that comes alone begins at once', async () => {
  const inTurn = queueOfTurns({ begins: 1 });
  const { begun, piece } = work();
  for (const n of [1, 2, 3]) {
    void inTurn(piece(n));
    await settled();
    expect(begun).toHaveLength(n);
    await turn();
    await turn();
  }
});

it('whoever comes as the loop turns is let in before more begins, but nobody can keep it from beginning', async () => {
  const [inTurn, other] = [queueOfTurns({ begins: 1 }), queueOfTurns({ begins: 1 })];
  const { begun, piece } = work();
  for (const n of [1, 2]) void inTurn(piece(n));
  let turns = 0;
  for (; !begun.includes(2) && turns < 1000; turns += 1) {
    if (turns === 10) expect(begun).toEqual([1]);
    void other(async () => undefined);
    await setImmediate();
  }
  expect(begun).toEqual([1, 2]);
});
