import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ASKER_HEADER, readAsker } from '@/access/asker';
import { createDoor, type DoorConfig, type DoorOptions } from './door';
import { oidcProvider, personOf } from './oidc';
import type { SignedIn } from './sessions';

/** Signing in at a real provider of OpenID Connect, which signs in everybody as whom they say they are. */

const PEOPLE: Record<string, Record<string, unknown>> = {
  mara: { email: 'mara@example.com', email_verified: true, groups: ['ops'] },
  zoe: { email: 'zoe@example.com', email_verified: true, groups: [] },
  mallory: { email: 'mara@example.com', email_verified: false },
};

let providerServer: Server;
let issuer: string;
let app: Server;
let url: string;
let begun: Array<SignedIn & { seconds: number | undefined }>;
let noted: string[];

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // an address with a port, since it listens on TCP
}

beforeAll(async () => {
  app = createServer();
  url = await listen(app);
  providerServer = createServer();
  issuer = await listen(providerServer);
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'spicerack', client_secret: 'a-secret', redirect_uris: [`${url}/api/sign-in/callback`] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
    scopes: ['openid', 'email', 'groups'],
    features: { devInteractions: { enabled: true } },
    findAccount: (_context, id) => ({ accountId: id, claims: async () => ({ sub: id, ...PEOPLE[id] }) }),
  });
  const answer = provider.callback();
  providerServer.on('request', (request, response) => void answer(request, response));
});
afterAll(() => {
  for (const server of [app, providerServer]) {
    server?.closeAllConnections();
    server?.close();
  }
});

beforeEach(() => {
  begun = [];
  noted = [];
  const config: DoorConfig = {
    ...{ host: '127.0.0.1', loopback: true, allowedHosts: [], publicUrl: null, publicRead: false, guarded: true },
    ...{ token: null, metricsToken: null, inngest: null, trustedProxies: null, proxyUser: null },
    allow: { read: ['zoe@example.com'], act: [], administer: ['group:ops'] },
  };
  const sessions: DoorOptions['sessions'] = {
    begin: async (who, seconds) => `session-${begun.push({ ...who, seconds })}`,
    find: async (id) => begun[Number(id.slice('session-'.length)) - 1] ?? null,
    end: async () => undefined,
  };
  const door = createDoor({
    config,
    sessions,
    tokens: { find: async () => null },
    provider: oidcProvider({
      ...{ issuer, clientId: 'spicerack', clientSecret: 'a-secret', scopes: 'openid email groups' },
      ...{ nameClaim: 'email', groupsClaim: 'groups' },
    }),
    note: async ({ action, who }) => void noted.push(`${action} ${who}`),
    takesUpgrades: false,
  });
  door.open({
    inngestSigns: false,
    handle: async (request, response) => {
      const { name, role } = readAsker(new Headers({ [ASKER_HEADER]: String(request.headers[ASKER_HEADER]) }));
      response.end(`${request.url} as ${name}, who may ${role}`);
    },
  });
  app.on('request', door.answer);
});
afterEach(() => void app.removeAllListeners('request'));

/** A browser without scripts: it keeps cookies, follows redirects, and fills in the provider's two forms. */
function browser() {
  const jar = new Map<string, string>();
  const hosts = (at: string) => new URL(at).host;
  async function go(at: string, form?: Record<string, string>): Promise<{ at: string; status: number; body: string }> {
    const mine = [...jar]
      .filter(([key]) => key.startsWith(`${hosts(at)} `))
      .map(([key, value]) => `${key.split(' ')[1]}=${value}`);
    const response = await fetch(at, {
      redirect: 'manual',
      headers: { cookie: mine.join('; '), accept: 'text/html' },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = set.match(/^([^=]+)=([^;]*)/) ?? [];
      if (value === '') jar.delete(`${hosts(at)} ${name}`);
      else jar.set(`${hosts(at)} ${name}`, value);
    }
    const location = response.headers.get('location');
    if (location) return go(new URL(location, at).href);
    return { at, status: response.status, body: await response.text() };
  }
  return {
    go,
    async signIn(login: string, from = `${url}/api/sign-in/begin?to=%2Fstatus`) {
      let page = await go(from);
      for (const fields of [{ prompt: 'login', login, password: 'any' }, { prompt: 'consent' }]) {
        const action = page.body.match(/action="([^"]+)"/)?.[1];
        if (!action || !page.at.startsWith(issuer)) return page;
        page = await go(new URL(action, page.at).href, fields);
      }
      return page;
    },
  };
}

describe('signing in at a provider', () => {
  it('is offered where somebody is asked for a token, leads there and back, and opens a session of half a day', async () => {
    const { go, signIn } = browser();
    const asked = await go(`${url}/status`);
    expect([asked.status, asked.body.includes('href="/api/sign-in/begin?to=%2Fstatus"')]).toEqual([401, true]);
    const page = await signIn('mara');
    expect(page).toMatchObject({ at: `${url}/status`, body: '/status as mara@example.com, who may administer' });
    expect(begun).toEqual([
      { name: 'mara@example.com', role: 'administer', repoIds: null, tokenId: null, seconds: 43_200 },
    ]);
    expect(noted).toEqual(['sign_in mara@example.com']);
  });

  it('gives the role that the lists give', async () => {
    expect((await browser().signIn('zoe')).body).toContain('zoe@example.com, who may read');
  });

  it('lets nobody in whom no list names, nor with an address that the provider has not verified', async () => {
    PEOPLE.eve = { email: 'eve@example.com', email_verified: true };
    expect(await browser().signIn('eve')).toMatchObject({
      status: 403,
      body: expect.stringContaining('eve@example.com may not come in'),
    });
    expect(await browser().signIn('mallory')).toMatchObject({
      status: 401,
      body: expect.stringContaining('has not signed you in'),
    });
    expect(begun).toEqual([]);
    expect(noted).toEqual(['sign_in_failed eve@example.com', 'sign_in_failed null']);
  });

  it('ends only in the browser that has begun it, and only once with what the provider said', async () => {
    const { go } = browser();
    expect((await go(`${url}/api/sign-in/callback?code=x&state=y`)).status).toBe(400);
    // Somebody else's answer, in a browser that has begun a sign-in of its own.
    const mine = browser();
    await mine.go(`${url}/api/sign-in/begin`);
    expect((await mine.go(`${url}/api/sign-in/callback?code=stolen&state=other`)).status).toBe(401);
    expect(begun).toEqual([]);
  });

  it('goes on to a page of ours and to no other', async () => {
    const page = await browser().signIn('mara', `${url}/api/sign-in/begin?to=https:%2F%2Fevil.example`);
    expect(page.at).toBe(`${url}/`);
  });

  it('says so where the provider is away, in words that tell nothing of it', async () => {
    app.removeAllListeners('request');
    const away = oidcProvider({
      ...{ issuer: 'http://127.0.0.1:9', clientId: 'x', clientSecret: 'a-secret', scopes: 'openid' },
      ...{ nameClaim: 'email', groupsClaim: 'groups' },
    });
    await expect(away.begin(`${url}/api/sign-in/callback`, '/')).rejects.toThrow();
  });
});

describe('what a provider says', () => {
  const claims = { nameClaim: 'email', groupsClaim: 'groups' };
  it('is a name that the settings choose, and groups as a list or one alone', () => {
    expect(personOf({ upn: 'mara', groups: 'ops' }, { ...claims, nameClaim: 'upn' })).toEqual({
      name: 'mara',
      groups: ['ops'],
    });
    expect(personOf({ email: 'a@b.c', email_verified: true, groups: ['x', 7] }, claims)).toEqual({
      name: 'a@b.c',
      groups: ['x'],
    });
  });

  it.each([
    {},
    { email: 'a b', email_verified: true },
    { email: 7 },
    { email: 'a@b.c' },
    { email: 'a@b.c', email_verified: 'yes' },
  ])('is nobody with %o', (said) => {
    expect(() => personOf(said, claims)).toThrow(/provider/);
  });
});
