import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { BlockList } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { createTRPCClient, httpLink } from '@trpc/client';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ASKER_HEADER, readAsker, writeAsker } from '@/access/asker';
import type { AppRouter } from '@/api/router';
import { wire } from '@/api/wire';
import { rawRequest, sendRaw } from '@/testing/raw-http';
import { createDoor, type Door, type DoorConfig, type DoorOptions } from './door';

const TOKEN = 'a-token-for-this-test-alone';
const guarded: DoorConfig = {
  host: '127.0.0.1',
  loopback: true,
  allowedHosts: [],
  publicUrl: null,
  publicRead: false,
  guarded: true,
  allow: { read: [], act: [], administer: [] },
  trustedProxies: null,
  proxyUser: null,
  token: TOKEN,
  metricsToken: null,
  inngest: null,
};

/** Stands in for the table of sessions: one is live, and `broken` is a database in trouble. */
const someSessions: DoorOptions['sessions'] = {
  begin: async () => 'live',
  find: async (id) => {
    if (id === 'broken') throw new Error('the database is away');
    return id === 'live' ? { name: 'Mara', role: 'act', repoIds: null, tokenId: null } : null;
  },
  end: async () => undefined,
};

/** Stands in for the table of tokens. */
const TOKENS = { spk_reader: 'read', spk_admin: 'administer' } as const;
const someTokens: DoorOptions['tokens'] = {
  find: async (token) => {
    const role = token === 'spk_reader' || token === 'spk_admin' ? TOKENS[token] : null;
    return role && { id: role, name: `the ${role}`, role, repoIds: null };
  },
};

let noted: Array<Parameters<DoorOptions['note']>[0]> = [];
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function listen(options: Partial<DoorOptions> = {}): Promise<{ url: string; door: Door }> {
  noted = [];
  const door = createDoor({
    config: guarded,
    sessions: someSessions,
    tokens: someTokens,
    provider: null,
    note: async (entry) => void noted.push(entry),
    takesUpgrades: false,
    ...options,
  });
  server = createServer(door.answer);
  door.attach(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { url: `http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`, door };
}

/** Stands in for Next: says which path it was asked for, and throws when it is asked to. */
const echo: Parameters<Door['open']>[0] = {
  inngestSigns: true,
  handle: async (request, response) => {
    if (request.url === '/throw') throw new Error('Next threw');
    if (request.url === '/stream') {
      response.writeHead(200).write('open');
      return;
    }
    if (request.url === '/throw-late') {
      response.writeHead(200).write('half');
      throw new Error('Next threw late');
    }
    const { name, role } = readAsker(new Headers({ [ASKER_HEADER]: String(request.headers[ASKER_HEADER]) }));
    response.end(`app ${request.url} as ${name}, who may ${role}`);
  },
};

const ask = async (url: string, line: string, headers: Record<string, string> = {}) =>
  sendRaw(url, rawRequest(url, line, headers));

it('refuses at once what no setting could allow, and keeps the others waiting until it is opened', async () => {
  const { url, door } = await listen();
  const waiting = [
    ask(url, 'GET /', { Authorization: `Bearer ${TOKEN}` }),
    ask(url, 'GET /', { Cookie: 'spicerack_session=live' }),
    ask(url, 'PUT /api/inngest'),
    ask(url, 'GET /'),
    ask(url, 'GET /', { Cookie: 'spicerack_session=%' }),
  ];
  expect((await ask(url, 'GET //[')).status).toBe(400);
  expect((await ask(url, 'GET /', { Host: 'evil.example' })).status).toBe(403);
  door.open(echo);
  const answers = await Promise.all(waiting);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 401, 401]);
});

it('refuses a call of the API as the API does, and everybody else in words', async () => {
  const { url, door } = await listen();
  door.open(echo);
  const link = httpLink({ url: `${url}/api/trpc`, transformer: wire, headers: { authorization: 'Bearer wrong' } });
  const api = createTRPCClient<AppRouter>({ links: [link] });
  const error = await api.access.me.query().catch((thrown: unknown) => thrown);
  const message = 'This is not a token of this server, or it has expired or was revoked.';
  expect(error).toMatchObject({ message, data: { code: 'UNAUTHORIZED', httpStatus: 401 } });
  expect(await (await fetch(`${url}/status`)).text()).toMatch(/^This server asks for a token: /);
  // Trouble of the server is no refusal of it: the call may be sent again.
  const broken = await fetch(`${url}/api/trpc/access.me`, { headers: { Cookie: 'spicerack_session=broken' } });
  expect([broken.status, broken.headers.get('content-type')]).toEqual([503, 'text/plain; charset=utf-8']);
});

it('answers also where the app throws, the sessions cannot be read, and nobody reads the answer', async () => {
  const { url, door } = await listen();
  door.open(echo);
  const Authorization = `Bearer ${TOKEN}`;
  expect((await ask(url, 'GET /throw', { Authorization })).status).toBe(500);
  expect((await ask(url, 'GET /throw-late', { Authorization })).body).not.toContain('late');
  const broken = await ask(url, 'GET /', { Cookie: 'spicerack_session=broken' });
  expect(broken.status).toBe(503);
  expect(broken.body).not.toContain('away');
  expect((await ask(url, 'GET /x', { Authorization })).body).toContain('app /x');
});

it('knows the addresses and the name of the machine where others reach it, and only there', async () => {
  const own = Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address)),
  );
  const { url, door } = await listen({ config: { ...guarded, host: '0.0.0.0', loopback: false } });
  door.open(echo);
  for (const Host of [...own, hostname(), `${hostname()}.local`]) {
    expect((await ask(url, 'GET /api/health', { Host: `${Host}:3000` })).status).toBe(200);
  }
  expect((await ask(url, 'GET /api/health', { Host: '203.0.113.7' })).status).toBe(403);
});

it('knows the name by which Inngest reaches it', async () => {
  const inngest = { baseUrl: null, eventKey: null, signingKey: 'k', dev: false, serveOrigin: 'https://rack.example' };
  const { url, door } = await listen({ config: { ...guarded, inngest } });
  door.open(echo);
  expect((await ask(url, 'POST /api/inngest', { Host: 'rack.example' })).status).toBe(200);
});

it('hands Upgrade requests on only for hot reload, and only from those who may come in', async () => {
  const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket' };
  const { url, door } = await listen({ takesUpgrades: true });
  door.upgrades.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
  door.open(echo);
  const Cookie = 'spicerack_session=live';
  expect((await ask(url, 'GET /_next/webpack-hmr', { ...upgrade, Cookie })).status).toBe(101);
  expect((await ask(url, 'GET /_next/webpack-hmr', upgrade)).status).toBe(401);
  expect((await ask(url, 'GET /', { ...upgrade, Cookie, Origin: 'http://evil.example' })).status).toBe(403);
  expect((await ask(url, 'GET //', { ...upgrade, Cookie })).status).toBe(400);
});

it('takes nobody for another who says so, but for a proxy on this machine', async () => {
  const { url, door } = await listen();
  door.open(echo);
  const guess = (token: string, from: string) =>
    ask(url, 'GET /', { Authorization: `Bearer ${token}`, 'X-Forwarded-For': from });
  for (let i = 0; i < 6; i++) await guess('wrong', `192.0.2.${i}, 198.51.100.1`);
  expect((await guess(TOKEN, '198.51.100.1')).status).toBe(429);
  expect((await guess(TOKEN, '198.51.100.1, 198.51.100.2')).status).toBe(200);
});

it('takes the token by a form, small and from its own page', async () => {
  const { url, door } = await listen();
  door.open(echo);
  const post = (form: string, headers: Record<string, string> = {}) =>
    sendRaw(url, rawRequest(url, 'POST /api/sign-in', { Origin: url, ...headers }, form));
  const right = await post(`token=${TOKEN}&to=%2Fstatus%3Fa%3D1`);
  expect(right.status).toBe(303);
  expect(right.head).toMatch(/^location: \/status\?a=1\r?$/im);
  expect(right.head).toMatch(/^set-cookie: spicerack_session=live;/im);
  expect((await post(`token=${TOKEN}&to=%2F.%2F%2Fevil.example`)).head).toMatch(/^location: \/\r?$/im);
  expect((await post(`token=${TOKEN}`, { Origin: 'http://evil.example' })).status).toBe(403);
  const wrong = ['', 'token=', 'token=wrong', 'token[]=x', '%', `token=${TOKEN}x`];
  for (const [i, form] of wrong.entries()) {
    expect((await post(form, { 'X-Forwarded-For': `192.0.2.${i}` })).status).toBe(401);
  }
  const long = await post(`token=${'x'.repeat(100_000)}`);
  expect(long.status).toBe(413);
});

it('shows browsers a page that asks for the token, with nothing in it that they sent', async () => {
  const { url, door } = await listen();
  door.open(echo);
  const Accept = 'text/html,*/*';
  const page = await ask(url, `GET /repos/x?q="><script>&token`, { Accept });
  expect(page.status).toBe(401);
  expect(page.head).toContain("default-src 'none'");
  expect(page.body).toContain('action="/api/sign-in"');
  expect(page.body).not.toContain('<script');
  expect((await ask(url, 'GET /')).body).not.toContain('<');
});

it('gives sessions to HTTPS alone where people reach it by that, whatever the proxy passes on', async () => {
  const signIn = async (publicUrl: string | null) => {
    const { url, door } = await listen({ config: { ...guarded, publicUrl } });
    door.open(echo);
    const answer = await fetch(`${url}/?token=${TOKEN}`, { redirect: 'manual' });
    server?.closeAllConnections();
    return answer.headers.get('set-cookie');
  };
  expect(await signIn('https://rack.example')).toMatch(/; Secure$/);
  for (const other of ['http://rack.example', null]) expect(await signIn(other)).not.toMatch(/Secure/);
});

it('measures have a token of their own, which opens nothing else and is not opened by another', async () => {
  const metricsToken = 'a-token-for-measures-alone';
  const as = (token: string) => ({ Authorization: `Bearer ${token}` });
  for (const token of [TOKEN, null]) {
    const { url, door } = await listen({ config: { ...guarded, token, guarded: token !== null, metricsToken } });
    door.open(echo);
    expect((await ask(url, 'GET /api/metrics', as(metricsToken))).status).toBe(200);
    expect((await ask(url, 'GET /api/metrics', as(TOKEN))).status).toBe(401);
    if (token) expect((await ask(url, 'GET /', as(metricsToken))).status).toBe(401);
    server?.closeAllConnections();
  }
  const { url, door } = await listen({ config: { ...guarded, metricsToken } });
  door.open(echo);
  expect((await ask(url, 'GET /api/metrics')).status).toBe(401);
});

it('closes a stream once the session or the token that opened it is over, and leaves the others open', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const over = new Set<string>();
  const { url, door } = await listen({
    sessions: { ...someSessions, find: async (id) => (over.has(id) ? null : someSessions.find(id)) },
    tokens: { find: async (token) => (over.has(token) ? null : someTokens.find(token)) },
  });
  door.open(echo);
  const open = async (headers: Record<string, string>) => {
    const stream = (await fetch(`${url}/stream`, { headers })).body?.getReader();
    await stream?.read();
    let isOpen = true;
    const ended = stream?.read().catch(() => undefined).then(() => { isOpen = false; }); // biome-ignore format: one line
    return { ended, isOpen: () => isOpen };
  };
  const bySession = await open({ cookie: 'spicerack_session=live' });
  const byToken = await open({ authorization: 'Bearer spk_reader' });
  const byServer = await open({ authorization: `Bearer ${TOKEN}` });
  await vi.advanceTimersByTimeAsync(60_000);
  expect([bySession, byToken, byServer].map(({ isOpen }) => isOpen())).toEqual([true, true, true]);
  over.add('live').add('spk_reader');
  await vi.advanceTimersByTimeAsync(60_000);
  await Promise.all([bySession.ended, byToken.ended]);
  expect(byServer.isOpen()).toBe(true);
});

it('tells the app who asks, and nobody else can', async () => {
  const { url, door } = await listen();
  door.open(echo);
  const forged = {
    [ASKER_HEADER]: writeAsker({ name: 'root', role: 'administer', repoIds: null, hasSession: false, address: null }),
  };
  const as = async (headers: Record<string, string>) => {
    const { status, body } = await ask(url, 'GET /', { ...forged, ...headers });
    return status === 200 ? body.split(' as ')[1]?.trim() : status;
  };
  expect(await as({ Authorization: `Bearer ${TOKEN}` })).toBe('server token, who may administer');
  expect(await as({ Authorization: 'Bearer spk_reader' })).toBe('the read, who may read');
  expect(await as({ Cookie: 'spicerack_session=live' })).toBe('Mara, who may act');
  expect(await as({ Authorization: 'Bearer spk_none' })).toBe(401);
  expect(await as({})).toBe(401);
});

it('asks nobody on a server for this machine alone, and takes who presents a token for who it says', async () => {
  const { url, door } = await listen({ config: { ...guarded, token: null, guarded: false } });
  door.open(echo);
  expect((await ask(url, 'GET /')).body).toContain('as null, who may administer');
  expect((await ask(url, 'GET /', { Authorization: 'Bearer anything' })).body).toContain('as null, who may administer');
  expect((await ask(url, 'GET /', { Authorization: 'Bearer spk_reader' })).body).toContain('the read, who may read');
  expect((await ask(url, 'GET /', { Authorization: 'Bearer spk_none' })).status).toBe(401);
});

it('lets everybody look where that is set, and nobody do more without signing in', async () => {
  const { url, door } = await listen({ config: { ...guarded, publicRead: true } });
  door.open(echo);
  for (const Cookie of ['', 'spicerack_session=gone']) {
    expect((await ask(url, 'GET /', { Cookie })).body).toContain('as null, who may read');
  }
  expect((await ask(url, 'GET /', { Cookie: 'spicerack_session=live' })).body).toContain('as Mara, who may act');
  expect((await ask(url, 'GET /', { Authorization: 'Bearer wrong' })).status).toBe(401);
  const page = await ask(url, 'GET /api/sign-in', { Accept: 'text/html' });
  expect([page.status, page.body.includes('name="token"')]).toEqual([200, true]);
});

it('writes down who signed in and out and who failed to, and no token', async () => {
  const { url, door } = await listen();
  door.open(echo);
  const post = (path: string, form: string, headers: Record<string, string> = {}) =>
    sendRaw(url, rawRequest(url, `POST ${path}`, { Origin: url, 'User-Agent': 'Firefox', ...headers }, form));
  await post('/api/sign-in', 'token=spk_admin');
  await post('/api/sign-in', 'token=a-wrong-one');
  await post('/api/sign-out', '', { Cookie: 'spicerack_session=live' });
  await ask(url, 'GET /', { Authorization: 'Bearer another-wrong-one' });
  expect(noted.map(({ action, who, via }) => [action, who, via])).toEqual([
    ['sign_in', 'the administer', 'Firefox'],
    ['sign_in_failed', null, 'Firefox'],
    ['sign_out', 'Mara', 'Firefox'],
    ['sign_in_failed', null, null],
  ]);
  expect(JSON.stringify(noted)).not.toMatch(/wrong|spk_|spicerack_session/);
});

/** Only what comes from these addresses may say who somebody is. */
function behind(...addresses: string[]): DoorConfig {
  const trustedProxies = new BlockList();
  for (const address of addresses) trustedProxies.addSubnet(address, 32, 'ipv4');
  return {
    ...guarded,
    trustedProxies,
    proxyUser: { header: 'x-forwarded-user', groupsHeader: 'x-forwarded-groups' },
    allow: { read: ['@example.com'], act: ['group:devs'], administer: ['mara@example.com'] },
  };
}

describe('a proxy that says who somebody is', () => {
  const who = async (url: string, headers: Record<string, string>) => {
    const { status, body } = await ask(url, 'GET /', headers);
    return status === 200 ? body.split(' as ')[1]?.trim() : status;
  };

  it('is believed where its address is named, and people may do what lists say of them and their groups', async () => {
    const { url, door } = await listen({ config: behind('127.0.0.1') });
    door.open(echo);
    const as = (user: string, more = {}) => who(url, { 'X-Forwarded-User': user, ...more });
    expect(await as('mara@example.com')).toBe('mara@example.com, who may administer');
    expect(await as('zoe@example.com')).toBe('zoe@example.com, who may read');
    expect(await as('zoe@example.com', { 'X-Forwarded-Groups': 'staff, devs' })).toBe('zoe@example.com, who may act');
    expect(await as('mara@example.com.evil.example')).toBe(403);
    expect(await as('mara@example.com', { Origin: 'http://evil.example' })).toBe(403);
    expect(await as('mara@example.com', { Authorization: 'Bearer spk_reader' })).toBe('the read, who may read');
    expect(await who(url, {})).toBe(401);
    expect(await who(url, { 'X-Forwarded-User': '' })).toBe(401);
    expect(noted.filter(({ action }) => action === 'sign_in').map(({ who }) => who)).toEqual([
      'mara@example.com',
      'zoe@example.com',
    ]);
  });

  it('is not believed from any other address, nor where it passes on what somebody sent beside its own', async () => {
    const { url, door } = await listen({ config: behind('192.0.2.1') });
    door.open(echo);
    expect(await who(url, { 'X-Forwarded-User': 'mara@example.com' })).toBe(401);
    expect(await who(url, { 'X-Forwarded-User': 'mara@example.com', 'X-Forwarded-For': '192.0.2.1' })).toBe(401);
    expect(await who(url, { 'X-Forwarded-User': 'mara@example.com', Cookie: 'spicerack_session=live' })).toContain(
      'Mara',
    );
    server?.closeAllConnections();

    const trusted = await listen({ config: behind('127.0.0.1') });
    trusted.door.open(echo);
    const twice = `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Forwarded-User: mara@example.com\r\nX-Forwarded-User: zoe@example.com\r\n\r\n`;
    expect((await sendRaw(trusted.url, twice)).status).toBe(401);
  });

  it('is not believed at all unless a header is named', async () => {
    const { url, door } = await listen({ config: { ...behind('127.0.0.1'), proxyUser: null } });
    door.open(echo);
    expect(await who(url, { 'X-Forwarded-User': 'mara@example.com' })).toBe(401);
  });

  it('is believed about where a request comes from, so that who guesses keeps nobody else waiting', async () => {
    const { url, door } = await listen({ config: behind('127.0.0.1') });
    door.open(echo);
    const guess = (token: string, from: string) =>
      ask(url, 'GET /', { Authorization: `Bearer ${token}`, 'X-Forwarded-For': from });
    for (let i = 0; i < 6; i++) await guess('wrong', '198.51.100.1');
    expect((await guess(TOKEN, '198.51.100.1')).status).toBe(429);
    expect((await guess(TOKEN, '198.51.100.2')).status).toBe(200);
  });
});
