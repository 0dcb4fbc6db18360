import { expect, it } from 'vitest';
import { typedAfter } from './typed-ahead';

const after = (...keys: string[]) => keys.reduce(typedAfter, '');

it('what is typed before its place is there is kept as it would stand there', () => {
  expect(after('c', 'a', 'r', 't')).toBe('cart');
  expect(after('c', 'x', 'Backspace', 'a')).toBe('ca');
  expect(after('é', '🦊', 'Backspace')).toBe('é');
  expect(after('Backspace')).toBe('');
});

it('keys that would lead somewhere are no letters', () => {
  expect(after('a', 'Enter', 'ArrowDown', 'Tab', 'Shift', 'F5', 'b')).toBe('ab');
});
