import { expect, it } from 'vitest';
import { readImage } from './image';

const padded = (...parts: Array<string | number[]>) =>
  Buffer.concat([
    ...parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
    Buffer.alloc(40),
  ]);

it.each([
  ['image/png', padded('\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR', [0, 0, 0, 3, 0, 0, 0, 2]), 3, 2],
  ['image/gif', padded('GIF89a', [3, 0, 2, 0]), 3, 2],
  ['image/jpeg', padded([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 17, 8, 0, 2, 0, 3]), 3, 2],
  ['image/webp', padded('RIFF\0\0\0\0WEBPVP8X', [0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 1, 0, 0]), 3, 2],
])('a picture is known by its first bytes: %s', (type, content, width, height) => {
  expect(readImage(content)).toEqual({ type, width, height });
});

it.each([
  '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>',
  '\xff\xd8'.padEnd(40, '\xff'),
  '',
  'GIF8',
])('what is none is none: %s', (text) => {
  expect(readImage(Buffer.from(text, 'latin1'))).toBeNull();
});
