import { expect, test } from 'vitest';
import { z } from 'zod';
import { inputWords } from './input-words';

const schema = z.strictObject({
  id: z.string(),
  limit: z.number().int().min(1).max(5).optional(),
  kind: z.enum(['x', 'y']).optional(),
  name: z.string().max(3, 'Use a shorter one.').optional(),
  text: z.string().max(3).optional(),
  on: z.boolean().optional(),
});
const words = (input: unknown) =>
  schema.safeParse(input, { error: inputWords }).error?.issues.map(({ message }) => message);

test('an input that is refused is told in words, with what to do, and never in those of the library', () => {
  expect(words({})).toEqual(['It is missing: give text.']);
  expect(words({ id: 5, limit: 1.5, kind: 'z', text: 'long', on: 'yes', more: 1 })).toEqual([
    'Give text.',
    'Give a whole number.',
    'Choose one of x, y.',
    'Use at most 3 characters.',
    'Give true or false.',
    'There is no field "more" here. Leave it out.',
  ]);
  expect(words({ id: '', limit: 0 })).toEqual(['Use at least 1.']);
  expect(words(null)).toEqual(['Give an object.']);
});

test('a schema that has words of its own keeps them', () => {
  expect(words({ id: '', name: 'long' })).toEqual(['Use a shorter one.']);
});
