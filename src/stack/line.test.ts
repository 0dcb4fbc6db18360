import { expect, test } from 'vitest';
import { Line } from './line';

/** A line of c0, c1, …, newest first, and how much of it was read. */
function counted(length: number) {
  let read = 0;
  function* commits() {
    for (let i = 0; i < length; i += 1) {
      read += 1;
      yield `c${i}`;
    }
  }
  return { line: new Line(commits()), read: () => read };
}

test('a line is read as far as somebody asks, and no part of it twice', () => {
  const { line, read } = counted(1000);
  expect(line.readTo('c3', 500)).toBe(3);
  expect(read()).toBe(4);
  expect([line.readTo('c1', 500), line.placeOf('c3'), line.placeOf('c4')]).toEqual([1, 3, undefined]);
  expect(line.find((id) => id === 'c10')).toBe(10);
  expect(read()).toBe(11);
});

test('what is further down than anybody looks is not read, and said to be there', () => {
  const { line, read } = counted(1000);
  expect(line.readTo('c900', 500)).toBe(500);
  expect([read(), line.commits.length]).toEqual([501, 501]);
  expect(line.readAll()).toBe(999);
  expect(line.find((id) => id === 'elsewhere')).toBe(-1);
});
