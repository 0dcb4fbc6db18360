import { describe, expect, it } from 'vitest';
import { foldLines, read } from './patch';

describe('a long line', () => {
  it('is folded, and what git has cut already says still how long it is', () => {
    const long = `+${'x'.repeat(1000)}`;
    const { text, count } = foldLines(`@@ -1 +1,3 @@\n short\n${long}\n${long}… (3,000,000 bytes)`);
    expect(count).toBe(2);
    const [, , first = '', second = ''] = text.split('\n');
    expect(first).toMatch(/^\+x{299}…$/);
    expect(second).toMatch(/^\+x{299}… \(3,000,000 bytes\)$/);
  });

  it('leaves all others as they are', () => {
    const patch = `@@ -1 +1 @@\n-a\n+${'b'.repeat(299)}`;
    expect(foldLines(patch)).toEqual({ text: patch, count: 0 });
  });
});

describe('the end of a file', () => {
  const MARK = '\\ No newline at end of file';
  const end = (...lines: string[]) => read(lines.join('\n'), 'unified').end;

  it('is told where it has no newline, before or after', () => {
    expect(end('@@ -0,0 +1 @@', '+a', MARK)).toBe('No newline at the end of the file.');
    expect(end('@@ -1,2 +1,2 @@', '-a', '+b', ' c', MARK)).toBe('No newline at the end of the file.');
    expect(end('@@ -1 +1 @@', '-a', '+b', MARK)).toBe('No newline at the end of the file any more.');
    expect(end('@@ -1 +1 @@', '-a', MARK, '+b', MARK)).toBe('No newline at the end of the file.');
    expect(end('@@ -1 +1 @@', '-a', MARK, '+a')).toBe('There was no newline at the end of the file; now there is.');
    expect(end('@@ -1 +0,0 @@', '-a', MARK)).toBe('There was no newline at the end of the file.');
  });

  it('is not spoken of where it ends as files do, or is not in sight', () => {
    expect(end('@@ -1 +1 @@', '-a', '+b')).toBeNull();
    expect(end('@@ -0,0 +1 @@', '+a')).toBeNull();
    expect(end('')).toBeNull();
  });
});
