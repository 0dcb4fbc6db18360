import { expect, it } from 'vitest';
import { middle } from './middle';

it('leaves a text that is short enough as it is', () => {
  expect(middle('feat/auth', 9)).toBe('feat/auth');
});

it('leaves out the middle of a longer one, and keeps its end', () => {
  expect(middle('checkout/a-long-way-to-pay', 13)).toBe('checko…to-pay');
  expect([...middle('x'.repeat(100), 48)]).toHaveLength(48);
});

it('takes no character apart', () => {
  expect(middle('🙂🙂🙂🙂🙂', 3)).toBe('🙂…🙂');
});
