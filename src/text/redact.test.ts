import { afterEach, expect, test } from 'vitest';
import { redact } from './redact';

const S = 'hunter2';

test.each([
  ['https://ada:hunter2@git.example.com/x.git', 'https://***@git.example.com/x.git'],
  ['https://hunter2@git.example.com/x.git', 'https://***@git.example.com/x.git'],
  ["fatal: unable to access 'https://ada:hunter2@h/x/': no", "fatal: unable to access 'https://***@h/x/': no"],
  ['https://ada:hun/hunter2@h.example/x', 'https://***@h.example/x'],
  ['https://ada:p@hunter2@h.example/x', 'https://***@h.example/x'],
  ['https://ada:p@s/hunter2@h.example/x', 'https://***@h.example/x'],
  ['https://ada:1/hunter2@h.example/x', 'https://***@h.example/x'],
  ["https://ada:p'hunter2@h.example/x", 'https://***@h.example/x'],
  ['ssh://git:hunter2@h:22/x', 'ssh://***@h:22/x'],
  ['see https://a.example/b,https://c:hunter2@d/e', 'see https://a.example/b,https://***@d/e'],
  ['ada:hunter2@h.example:acme/x.git', '***@h.example:acme/x.git'],
  ["'ada:hun/hunter2@h.example:acme/x.git'", "'***@h.example:acme/x.git'"],
  ['url=ada:hunter2@h.example:x', 'url=***@h.example:x'],
  ['Authorization: Basic hunter2', 'Authorization: ***'],
  ['> proxy-authorization:hunter2 and more', '> proxy-authorization: ***'],
  ['PRIVATE-TOKEN: hunter2', 'PRIVATE-TOKEN: ***'],
  ['Set-Cookie: a=hunter2; Path=/', 'Set-Cookie: ***'],
  ['GET /x?access_token=hunter2&page=1', 'GET /x?access_token=***&page=1'],
  ['/x?next=%2Fy%3Ftoken%3Dhunter2', '/x?next=%2Fy%3Ftoken%3D***'],
  ['{"password": "hunter2", "a": 1}', '{"password": "***", "a": 1}'],
  ['{"password": "a long hunter2", "a": 1}', '{"password": "***", "a": 1}'],
  [String.raw`{\"token\":\"hunter2\"}`, String.raw`{\"token\":\"***\"}`],
  ['?q=%7B%22token%22%3A%22hunter2%22%7D', '?q=%7B%22token%22%3A%22***'],
  ["TOKEN='hunter2'", "TOKEN='***'"],
  ['X-Auth-Token: hunter2', 'X-Auth-Token: ***'],
  ['access_token: "hunter2"', 'access_token: "***"'],
  ['password = hunter2', 'password = ***'],
  ['passwd: hunter2, user: ada', 'passwd: ***, user: ada'],
  ['/login?next=https%3A%2F%2Fada%3Ahunter2%40h.example%2Fx', '/login?next=https%3A%2F%2F***%40h.example%2Fx'],
  ['//ada:hunter2@h.example/x', '//***@h.example/x'],
  ['bearer 0123456789abcdef.hunter2', 'bearer ***'],
  ['got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJodW50ZXIyIn0.hunter2', 'got ***'],
  ['glcbt-0123456789abcdefHUNTER2', '***'],
  ['xoxb-0123456789-abcdefHUNTER2', '***'],
  ['ghp_0123456789abcdefghijHUNTER2 is revoked', '*** is revoked'],
  ['Bearer 0123456789abcdef.hunter2', 'Bearer ***'],
])('a login is hidden: %s', (text, hidden) => {
  expect(redact(text)).toBe(hidden);
  expect(redact(text).toLowerCase()).not.toContain(S);
});

test.each([
  'fatal: repository https://git.example.com/acme/shop.git/ not found',
  'https://git.example.com:8443/acme/shop@2.git',
  'http://127.0.0.1:8080/@acme/shop.git',
  'http://[::1]:8080/@acme/shop.git',
  'git@github.com:acme/shop.git: Permission denied (publickey).',
  'git@host:releases/shop@2.git',
  'Ada Lovelace <ada@example.com>',
  'refs/heads/fix@home -> origin/fix@home',
  'HEAD@{1}: commit: secret sauce',
  "could not read Password for 'https://git.example.com': terminal prompts disabled",
  'Basic authentication failed',
  'remote: Invalid username or token. Password authentication is not supported for Git operations.',
  'error: invalid token: expired',
  "fatal: bad config line 3: unexpected token: 'x'",
  'refs/heads/a:refs/heads/b',
])('what is no login stays as it is: %s', (text) => {
  expect(redact(text)).toBe(text);
});

afterEach(() => {
  process.env.SPICERACK_TOKEN = '';
});

test('secrets of this process are hidden wherever they stand, percent-encoded and in JSON too', () => {
  const secret = 'a b/"c"+ümlaut-0123';
  process.env.SPICERACK_TOKEN = secret;
  const encoded = encodeURIComponent(secret);
  for (const form of [secret, encoded, encoded.replace(/%../g, (b) => b.toLowerCase()), JSON.stringify(secret)]) {
    expect(redact(`remote: x${form}y`)).toMatch(/^remote: x"?\*\*\*"?y$/);
  }
});

test('the token in the address of the database is a secret, the address itself is none', () => {
  process.env.SPICERACK_DATABASE_URL = 'libsql://db.example.com?authToken=eyJ-database-token';
  expect(redact('libsql://db.example.com said: eyJ-database-token')).toBe('libsql://db.example.com said: ***');
  process.env.SPICERACK_DATABASE_URL = '';
});
