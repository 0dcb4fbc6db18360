import { expect, test } from 'vitest';
import { paint, rendered, table } from './line';

test('what would act on a terminal is shown, inside a colour too', () => {
  const line = ['\x1b[31mred ', paint('green', 'a\u202eb\x1b]0;title\x07')];
  expect(rendered(line, false)).toBe('␛[31mred a<U+202E>b␛]0;title␇');
  expect(rendered(line, true)).toBe('␛[31mred \x1b[32ma<U+202E>b␛]0;title␇\x1b[39m');
});

test('a line stays one line: breaks and tabs of a name are shown, and a line of a file keeps its tabs', () => {
  expect(rendered('a\nb\tc', false)).toBe('a␊b␉c');
  expect(rendered([{ style: 'green', code: '+\tx' }], false)).toBe('+\tx');
});

test('columns stand below each other, and no line ends with spaces', () => {
  const lines = table([
    ['a', [paint('dim', 'long')], 'x'],
    ['wide', 'b', ''],
  ]);
  expect(lines.map((line) => rendered(line, false))).toEqual(['a     long  x', 'wide  b']);
});
