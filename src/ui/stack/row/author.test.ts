import { expect, it } from 'vitest';
import { initials } from './author';

it('takes the first letters of the first and the last word, or two of one', () => {
  expect(['Mara Lind', 'Ana de la Cruz', 'ada', '', '  x '].map(initials)).toEqual(['ML', 'AC', 'AD', '', 'X']);
});
