import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { gitHubProvider } from './github';

/** Signing in at a fake of GitHub: its two addresses of OAuth, and what its API says of whoever signed in. */

const CALLBACK = 'http://rack.example.com/api/sign-in/callback';
const SETTINGS = { clientId: 'Iv1.spicerack', clientSecret: 'the-secret-of-the-app' };

let server: Server;
let url: string;
/** What it was asked, without queries, with what proved who asks. */
let asked: string[];
/** What its API answers, by path; another status where it is a number. */
let api: Record<string, unknown>;
let challenge = '';

beforeEach(async () => {
  asked = [];
  api = { '/user': { login: 'Mara', id: 7 }, '/user/orgs': [{ login: 'acme' }], '/user/teams': [] };
  server = createServer((request, response) => void answer(request, response));
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', url);
    asked.push(`${pathname} ${request.headers.authorization ?? ''}`.trim());
    const send = (body: unknown, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (pathname === '/login/oauth/access_token') return void send(await token(request));
    const path = pathname.replace('/api/v3', '');
    const said = Array.isArray(api[path]) ? api[path].slice(...pageOf(searchParams)) : api[path];
    if (typeof said === 'number') send({ message: 'words of GitHub' }, said);
    else send(said);
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // an address with a port, since it listens on TCP
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function pageOf(query: URLSearchParams): [number, number] {
  const [size, page] = [Number(query.get('per_page')), Number(query.get('page'))];
  return [size * (page - 1), size * page];
}

/** GitHub answers 200 to what it refuses, too. */
async function token(request: IncomingMessage): Promise<Record<string, string>> {
  const form = new URLSearchParams((await request.setEncoding('utf8').toArray()).join(''));
  const proof = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  const known = form.get('client_id') === SETTINGS.clientId && form.get('client_secret') === SETTINGS.clientSecret;
  if (!known) return { error: 'incorrect_client_credentials', error_description: 'They are not right.' };
  if (form.get('code') !== 'a-code' || proof !== challenge) return { error: 'bad_verification_code' };
  return { access_token: 'gho_of_somebody', token_type: 'bearer', scope: 'read:org' };
}

/** Leaves for it and comes back, with what else somebody may have put into the address. */
async function signIn(came: Record<string, string> = {}, settings = SETTINGS) {
  const provider = gitHubProvider({ url, ...settings });
  const { url: leads, begun } = await provider.begin(CALLBACK, '/status');
  const { pathname, searchParams } = new URL(leads);
  expect([pathname, searchParams.get('redirect_uri'), searchParams.get('scope')]).toEqual([
    '/login/oauth/authorize',
    CALLBACK,
    'read:org',
  ]);
  challenge = searchParams.get('code_challenge') ?? '';
  const back = new URL(CALLBACK);
  back.search = String(new URLSearchParams({ code: 'a-code', state: searchParams.get('state') ?? '', ...came }));
  return provider.end(back, begun);
}

it('says who came, by their login, and in which organisations and teams they are, however many', async () => {
  const organization = { login: 'acme' };
  api['/user/teams'] = Array.from({ length: 130 }, (_, i) => ({ slug: `team-${i}`, organization }));
  const { name, groups } = await signIn();
  expect([name, groups.length, groups.slice(0, 2), groups.at(-1)]).toEqual([
    'Mara',
    131,
    ['acme', 'acme/team-0'],
    'acme/team-129',
  ]);
  expect(new Set(asked.map((each) => each.replace(/^\/api\/v3\/user\S*/, 'api')))).toEqual(
    new Set(['/login/oauth/access_token', 'api Bearer gho_of_somebody']),
  );
});

it('lets nobody in who comes with another code or state, or whom the app does not know', async () => {
  await expect(signIn({ code: 'another' })).rejects.toThrow();
  await expect(signIn({ state: 'another' })).rejects.toThrow();
  await expect(signIn({}, { ...SETTINGS, clientSecret: 'another' })).rejects.toThrow();
  expect(asked.filter((each) => each.startsWith('/api'))).toEqual([]);
});

it.each([
  ['no login', '/user', { id: 7 }, /login/],
  ['a login that is no name', '/user', { login: 'group:ops' }, /login/],
  ['an error', '/user', 500, /answers 500 to \/user\./],
  ['no organisations, because the app may not see them', '/user/orgs', 403, /answers 403 to \/user\/orgs\./],
])(
  'lets nobody in where it says %s, and repeats neither its words nor the token',
  async (_name, path, answer, words) => {
    api[path] = answer;
    const refused = await signIn().catch((error: unknown) => error);
    expect(String(refused)).toMatch(words);
    expect(String(refused)).not.toMatch(/gho_|words of GitHub/);
  },
);
