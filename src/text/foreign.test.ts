import { expect, test } from 'vitest';
import { ErrorText, MOST_ERROR_TEXT, oneLine, shown } from './foreign';
import { says } from './says';
import { hasControls, visible, visibleInLine, visibleJson } from './visible';

/** What comes of a text that arrives in pieces of a size. */
function taken(text: Buffer | string, size: number): string {
  const bytes = Buffer.from(text);
  const held = new ErrorText();
  for (let at = 0; at < bytes.length; at += size) held.add(bytes.subarray(at, at + size));
  return held.toString();
}

test('an error text of up to 64 KiB is kept whole, in whatever pieces it arrives', () => {
  const text = 'remote: grüße\n'.repeat(4000).slice(0, 40_000);
  for (const size of [1, 7, 4096, 1_000_000]) expect(taken(text, size)).toBe(text);
});

test('of a longer one the start and the end are kept, cut at lines, with how long it was', () => {
  const text = `remote: first\n${'remote: more\n'.repeat(100_000)}fatal: last\n`;
  for (const size of [977, 5_000_000]) {
    const kept = taken(text, size);
    expect(kept.length).toBeLessThan(MOST_ERROR_TEXT + 100);
    expect(kept).toMatch(/^remote: first\nremote: more\n/);
    expect(kept).toMatch(/\nremote: more\nfatal: last\n$/);
    expect(kept).toContain('… 1,300,026 bytes in all; the middle is left out …');
    for (const line of kept.split('\n')) expect(line).toMatch(/^(remote: (first|more)|fatal: last|… .*|)$/);
  }
});

test('a secret that stands across the cut is not shown by half', () => {
  for (let shift = 0; shift < 60; shift += 1) {
    const line = 'https://ada:hunter2hunter2hunter2@git.example.com/x\n';
    expect(taken(`${'x'.repeat(shift)}\n${line.repeat(4000)}`, 10_000)).not.toContain('hunter');
    expect(taken(`${'x'.repeat(shift)} ${line.trim().concat(' ').repeat(4000)}`, 10_000)).not.toContain('hunter');
  }
});

test('a word of any length is cut too, and no secret can be told from what stands at the cuts', () => {
  const secret = `ghp_${'s'.repeat(1000)}`;
  const [before, after] = ['a'.repeat(32_000), 'z'.repeat(32_000)];
  const text = taken(`${before}${secret}${'b'.repeat(1_000_000)}${secret}${after}`, 65_536);
  expect(text).toMatch(/^a+\n… 1,066,008 bytes in all; the middle is left out …\nz+$/);
});

test('what a terminal would obey, and what turns the writing round, is made visible', () => {
  expect(visible('\u001b[31mred\u0007')).toBe('␛[31mred␇');
  expect(visible('\u009b2J\u007f')).toBe('<U+009B>2J␡');
  expect(visible('user\u202egpj.exe\u2066x\u200f')).toBe('user<U+202E>gpj.exe<U+2066>x<U+200F>');
  expect(visible('two\nlines\tand tabs')).toBe('two\nlines\tand tabs');
  expect(visibleInLine('two\nlines\tand \u202etabs')).toBe('two␊lines␉and <U+202E>tabs');
  for (const plain of ['naïve café', 'שלום עולם', '日本語', '👩‍👩‍👧', 'a\u00a0b']) {
    expect(visible(plain)).toBe(plain);
    expect(hasControls(plain)).toBe(false);
  }
  expect(hasControls('a\u2067b')).toBe(true);
});

test('line ends of other systems are line ends', () => {
  expect(shown('one\r\ntwo\rthree\n')).toBe('one\ntwo\nthree\n');
});

test('one line says how long a longer text was, and cuts no character in two', () => {
  expect(oneLine(' fix:\n  the   cart\t')).toBe('fix: the cart');
  expect(oneLine('x'.repeat(501))).toBe(`${'x'.repeat(500)}… (501 characters)`);
  expect(oneLine('👍👍', 3)).toBe('👍… (4 characters)');
  expect(oneLine('y'.repeat(2_000_000)).length).toBeLessThan(540);
});

test('a phrase is found on one line, in order, in capitals or not', () => {
  expect(says("fatal: transport 'ext' not allowed", ["transport '*' not allowed"])).toBe(true);
  expect(says('FATAL: Repository Not Found', ['repository not found'])).toBe(true);
  expect(says("transport 'ext'\nnot allowed", ["transport '*' not allowed"])).toBe(false);
  expect(says("not allowed: transport 'x'", ["transport '*' not allowed"])).toBe(false);
});

test('JSON means the same and acts on no terminal', () => {
  const value = { name: 'a\x9b31m\u202eb\x7f\n' };
  const text = visibleJson(value);
  expect(text).toMatch(/^[\x20-\x7e]*$/);
  expect(JSON.parse(text)).toEqual(value);
});

test('the NUL with which git ends some lines is no part of them; one within a line is shown', () => {
  expect(taken('remote: on the remote side.\0\nremote: more\0        \nfatal: a\0b\n', 7)).toBe(
    'remote: on the remote side.\nremote: more\nfatal: a␀b\n',
  );
});
