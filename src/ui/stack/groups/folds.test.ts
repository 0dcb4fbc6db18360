import { expect, it } from 'vitest';
import { foldsIn, withFold } from './folds';

it('what was folded last is the newest, and nothing stands twice', () => {
  const folds = withFold(withFold(withFold(new Map(), 'a', true), 'b', true), 'a', false);
  expect([...folds]).toEqual([
    ['b', true],
    ['a', false],
  ]);
});

it('the oldest are forgotten where there are too many', () => {
  let folds = withFold(new Map(), 'first', true);
  for (let i = 0; i < 499; i++) folds = withFold(folds, `${i}`, true);
  expect([folds.size, folds.has('first')]).toEqual([500, true]);
  const more = withFold(folds, 'more', true);
  expect([more.size, more.has('first'), more.has('0')]).toEqual([500, false, true]);
});

it('what was kept is read again, and what others wrote there is left out', () => {
  const folds = withFold(new Map(), 'a', true);
  expect(foldsIn(JSON.stringify([...folds]))).toEqual(folds);
  expect(foldsIn('[["a", true], ["b"], 7, null, ["c", "yes"]]')).toEqual(folds);
  for (const text of [null, '', '{', '{"a": true}', 'null']) expect(foldsIn(text)).toEqual(new Map());
});
