import { describe, expect, it } from 'vitest';
import type { Entry } from '../entries';
import { rowFrom } from './cursor';

/** Rows of these names; one in brackets is a ghost. */
const rows = (...names: string[]): Entry[] =>
  names.map((name) => ({
    name,
    branch: null,
    ...(name.startsWith('(') ? { ghost: name } : {}),
    place: null,
    dimmed: false,
    level: 1,
    position: 1,
    siblings: 1,
  }));
const to = (entries: Entry[], at: number, by: number) => rowFrom(entries, at, by)?.name;

describe('a step in the tree', () => {
  it('leads as far as there are rows', () => {
    const entries = rows('main', 'a', 'b');
    expect(to(entries, 0, 1)).toBe('a');
    expect(to(entries, 2, 1)).toBe('b');
    expect(to(entries, 1, -10)).toBe('main');
    expect(to(entries, 1, Number.POSITIVE_INFINITY)).toBe('b');
    expect(to(entries, 1, Number.NEGATIVE_INFINITY)).toBe('main');
  });

  it('leads to the first row from nowhere, and nowhere where there is none', () => {
    expect(to(rows('main', 'a'), -1, 1)).toBe('main');
    expect(rowFrom([], -1, 1)).toBeNull();
  });

  it('passes over the old place of a branch that is about to move, either way', () => {
    const entries = rows('main', '(b)', '(c)', 'a');
    expect(to(entries, 0, 1)).toBe('a');
    expect(to(entries, 3, -1)).toBe('main');
  });

  it('never ends on such a place, though it be the last row', () => {
    const entries = rows('main', 'a', '(b)');
    expect(to(entries, 1, 1)).toBe('a');
    expect(to(entries, 0, Number.POSITIVE_INFINITY)).toBe('a');
  });
});
