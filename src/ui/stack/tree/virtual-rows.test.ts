import { expect, test } from 'vitest';
import { withKept } from './virtual-rows';

test('the row with the keys and the one in hand stay on the page however far one scrolls, each once', () => {
  expect(withKept([40, 41, 42], [7, 90])).toEqual([7, 40, 41, 42, 90]);
  expect(withKept([40, 41, 42], [41, 7])).toEqual([7, 40, 41, 42]);
});

test('nothing is kept where no row has the keys and none is in hand', () => {
  expect(withKept([0, 1], [-1, -1])).toEqual([0, 1]);
});
