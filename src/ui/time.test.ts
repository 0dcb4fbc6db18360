import { expect, it } from 'vitest';
import { elapsed } from './time';

it('what goes on is told by seconds for a minute, then by minutes', () => {
  expect([-5, 0, 999, 12_400, 59_999].map(elapsed)).toEqual(['0 s', '0 s', '0 s', '12 s', '59 s']);
  expect([60_000, 119_999, 305_000, 3_905_000].map(elapsed)).toEqual(['1 min', '1 min', '5 min', '1 h 5 min']);
});
