import { describe, expect, it } from 'vitest';
import { firstIn, firstOf, MOST, pageOf } from './page';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('a page', () => {
  it('has all of what is little, and is the last then', () => {
    const page = pageOf([numbers(3), []]);
    expect([page.of(numbers(3)), page.of([]), page.next]).toEqual([[0, 1, 2], [], null]);
    expect(pageOf([[], []]).next).toBeNull();
    expect(pageOf([numbers(MOST)]).next).toBeNull();
  });

  it('leads through all lists at once, each entry once', () => {
    const lists = [numbers(5 * MOST + 1), numbers(MOST), numbers(MOST + 7)];
    const seen: number[][] = lists.map(() => []);
    for (let from: number | null = 0; from !== null; ) {
      const page = pageOf(lists, from);
      for (const [i, list] of lists.entries()) seen[i]?.push(...page.of(list));
      from = page.next;
    }
    expect(seen).toEqual(lists);
  });

  it('has fewer of long entries, and never none: each of them comes', () => {
    const long = numbers(10).map((i) => `${i}${'ä'.repeat(5000)}`);
    const page = pageOf([long]);
    expect(page.of(long)).toEqual(long.slice(0, 2));
    expect(pageOf([['x'.repeat(1e6), 'y']])).toMatchObject({ next: 1 });
  });

  it('is empty beyond the end, which is no page that goes on', () => {
    const page = pageOf([numbers(3)], 7);
    expect([page.of(numbers(3)), page.next]).toEqual([[], null]);
  });
});

it('what is cut in a sentence says how many more there are', () => {
  expect(firstIn(['a', 'b'], ', ')).toBe('a, b');
  expect(firstIn([], ', ')).toBe('');
  expect(firstIn(['a', 'b'], ', ', 5)).toBe('a, b, and 3 more');
  expect(firstIn(numbers(4000).map(String), '; ')).toMatch(/^0; 1; .*; 9; and 3990 more$/);
  expect(firstOf(numbers(100), 3)).toEqual([0, 1, 2]);
});
