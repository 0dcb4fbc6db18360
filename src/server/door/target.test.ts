import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readTarget } from './target';

it.each([
  '/',
  '/status',
  '/status/',
  '/repos/0190a3c4-9d7b-7cc2-8f2a-2f6f5f0b3c11?filter=a,b&q=%2e%2e/%5c',
  '/api/trpc/repos.list,jobs.list?batch=1&input={"0":{"json":{}}}',
  '/_next/static/chunks/%5Broot-of-the-server%5D__0a~1.._.js',
  '/.well-known/appspecific/com.chrome.devtools.json',
  '/a%20b/%C3%A9',
  '/...',
])('%s is a path as it stands', (raw) => {
  const [path, ...search] = raw.split('?');
  expect(readTarget(raw)).toEqual({ path, search: search.length > 0 ? `?${search.join('?')}` : '' });
});

it.each([
  ...['', '*', 'status', 'http://localhost/', 'javascript:alert(1)', '?x', '#'],
  ...['//', '//evil.example', '/a//b', '/.//evil.example', '/a/./b', '/a/../b', '/..', '/.', '/a/..', '/a/.'],
  ...['/%2e', '/%2E%2e/a', '/.%2e/a', '/%2e./a', '/a%2fb', '/a%2Fb', '/a%5cb', '/a%5Cb', '/a\\b', '/\\evil.example'],
  ...['/%252e%252e/a', '/%25', '/%', '/%2', '/%zz', '/%u002e', '/%ff', '/%c0%ae', '/%ed%a0%80'],
  ...['/a;b', '/a/..;/b', '/a%3bb', '/;', '/a;/../b'],
  ...['/a%00', '/a%0a', '/a%7f', '/a%c2%85', '/a\0', '/a\nb', '/a\tb', '/a b', '/\u00e9', '/a#b', '/a"b', '/a|b'],
  ...['/a?\n', '/a?\u00e9'],
])('%j is refused', (raw) => {
  expect(readTarget(raw)).toHaveProperty('problem');
});

it('passes only what a URL parser leaves as it is', () => {
  const parts = fc.constantFrom('/', '.', '%2e', '%2f', '%5C', '\\', ';', '%', '2', 'e', 'a', '?', '#', ':', '@', '\t');
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 12 }), (given) => {
      const raw = `/${given.join('')}`;
      const target = readTarget(raw);
      if ('problem' in target) return;
      const parsed = new URL(raw, 'http://localhost');
      expect(parsed.host).toBe('localhost');
      expect(parsed.pathname).toBe(target.path);
      expect(decodeURIComponent(parsed.pathname).split('/').length).toBe(target.path.split('/').length);
    }),
    { numRuns: 5000 },
  );
});
