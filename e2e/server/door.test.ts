import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSpicerack } from '@spicerack/client';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRemote } from '@/demo/remote';
import { findInngest } from '@/server/inngest-program';
import { fuzzing, fuzzTimeout } from '@/testing/fuzz';
import { serveHttp } from '@/testing/http';
import { rawRequest, sendRaw } from '@/testing/raw-http';
import { writeStack } from '@/testing/stack';
import { startServer, type TestServer } from '../support/server';

/**
 * What gets past the door of a server with a token, tried with bytes on a socket: no client in between that tidies
 * up. Jobs run on Inngest where its program is found, since that has a door of its own.
 */

const TOKEN = 'a-token-for-this-test-alone';
const LIST = `repos.list?input=${encodeURIComponent('{"json":{}}')}`;
const inngest = 'program' in (await findInngest());

/** Settings that nobody is to read anywhere. */
const SECRET_SETTINGS = {
  SPICERACK_METRICS_TOKEN: 'planted-metrics-token',
  SPICERACK_GITHUB_TOKEN: 'planted-github-token',
  SPICERACK_GITHUB_SIGN_IN_SECRET: 'planted-secret-of-an-app',
  SPICERACK_DATABASE_AUTH_TOKEN: 'planted-database-token',
};

let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    executor: inngest ? 'inngest' : 'inline',
    env: {
      ...SECRET_SETTINGS,
      SPICERACK_GITHUB_SIGN_IN_ID: 'an-app',
      SPICERACK_ALLOW_READ: 'nobody',
      SPICERACK_TOKEN: TOKEN,
      SPICERACK_ALLOWED_HOSTS: 'Rack.Example',
      SPICERACK_LOG: 'json',
    },
  });
}, 300_000);
afterAll(() => server?.dispose());

const ask = (line: string, headers: Record<string, string> = {}, body = '') =>
  sendRaw(server.url, rawRequest(server.url, line, headers, body));
const withToken = { Authorization: `Bearer ${TOKEN}` };

describe('without the token, nothing but the health check is answered', () => {
  test.each([
    ['GET /', 401],
    ['GET /status', 401],
    ['GET /icon.svg', 401],
    [`GET /api/trpc/${LIST}`, 401],
    // Neighbours of the exempt paths.
    ['GET /api/health/', 401],
    ['GET /api/health/x', 401],
    ['GET /api/healthy', 401],
    ['GET /API/HEALTH', 401],
    ['GET /api/%68ealth', 401],
    ['GET /api/inngest', 401],
    ['GET /api/inngest/x', 401],
    // Dot segments, plain and encoded.
    [`GET /api/health/../trpc/${LIST}`, 400],
    [`GET /api/health/%2e%2e/trpc/${LIST}`, 400],
    [`GET /api/health/.%2E/trpc/${LIST}`, 400],
    [`GET /api/health/%252e%252e/trpc/${LIST}`, 400],
    [`GET /api/inngest/../trpc/${LIST}`, 400],
    [`GET /api/health/;/../../trpc/${LIST}`, 400],
    [`GET /api/health;/../trpc/${LIST}`, 400],
    [`GET /api/health/..;/trpc/${LIST}`, 400],
    [`GET /api/health/%3b/../../trpc/${LIST}`, 400],
    [`GET /api/health/..\\trpc\\${LIST}`, 400],
    [`GET /api/health/..%5ctrpc%5C${LIST}`, 400],
    [`GET /api/health/..%2ftrpc%2F${LIST}`, 400],
    [`GET /api/health%2f..%2ftrpc/${LIST}`, 400],
    ['GET /api/health/../../', 400],
    ['GET /./status', 400],
    ['POST /api/health/../trpc/repos.addDemo', 400],
    // What is no path.
    ['GET //', 400],
    ['GET //[', 400],
    ['GET //evil.example/', 400],
    ['GET /api//health', 400],
    ['GET /\\evil.example/', 400],
    ['GET *', 400],
    ['OPTIONS *', 400],
    ['GET http://127.0.0.1/api/health', 400],
    ['GET http://[/', 400],
    ['GET api/health', 400],
    ['CONNECT 127.0.0.1:22', 405],
    // Characters.
    ['GET /api/health%00', 400],
    ['GET /api/health%0d%0aX:1', 400],
    ['GET /api/health%7f', 400],
    ['GET /api/health%c2%85', 400],
    ['GET /api/health%', 400],
    ['GET /api/health%zz', 400],
    ['GET /api/health%ff', 400],
    ['GET /api/health#/../trpc', 400],
    ['GET /api/h\u00e9alth', 400],
  ] as const)('%s: %d', async (line, status) => {
    const answer = await ask(line);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain('"repos"');
  });

  test('and the health check is', async () => {
    expect((await ask('GET /api/health')).status).toBe(200);
    expect((await ask('GET /api/health?x=/../trpc')).status).toBe(200);
  });
});

describe('with the token', () => {
  test('the API answers, and a page does', async () => {
    expect((await ask(`GET /api/trpc/${LIST}`, withToken)).body).toContain('"repos"');
    expect((await ask('GET /status', withToken)).status).toBe(200);
  });

  test.each([
    [`GET /api/health/../trpc/${LIST}`],
    ['GET //'],
    ['GET //evil.example/'],
    ['GET *'],
    ['GET http://127.0.0.1/status'],
  ])('a path with more than one reading is refused all the same: %s', async (line) => {
    expect((await ask(line, withToken)).status).toBe(400);
  });

  test.each([
    [`/status?token=${TOKEN}`, '/status'],
    [`/?token=${TOKEN}&filter=a%2Fb`, '/?filter=a%2Fb'],
    [`/?next=//evil.example&token=${TOKEN}`, '/?next=%2F%2Fevil.example'],
  ])('in the address, it is kept as a session and leaves the address: %s', async (path, location) => {
    const answer = await ask(`GET ${path}`);
    expect(answer.status).toBe(303);
    expect(answer.head).toMatch(new RegExp(`^location: ${location.replace(/[?/%]/g, '\\$&')}\r?$`, 'im'));
    expect(answer.head).not.toContain(TOKEN);
  });

  test.each(['/.//evil.example/x', '//evil.example/x', '/\\evil.example', '/%5cevil.example', '/..//evil.example'])(
    'in the address, it leads to no other site: %s',
    async (path) => {
      const answer = await ask(`GET ${path}?token=${TOKEN}`);
      expect(answer.status).toBe(400);
      expect(answer.head).not.toMatch(/^(location|set-cookie):/im);
    },
  );
});

describe('a query that is posted, since its input is too long for an address', () => {
  const administers = () => createSpicerack({ url: server.url, token: TOKEN });
  const body = JSON.stringify({ json: {} });
  const json = { 'Content-Type': 'application/json' };

  test('needs no more than to read, and is no action in the audit log', async () => {
    const { secret } = await administers().access.createToken({ name: 'reader of much', role: 'read' });
    const { entries } = await administers().access.audit({ limit: 1 });
    const reads = { Authorization: `Bearer ${secret}`, ...json };
    expect((await ask('POST /api/trpc/repos.list', reads, body)).status).toBe(200);
    const reader = createSpicerack({ url: server.url, token: secret });
    const branches = Array.from({ length: 1000 }, (_, i) => `${i}-`.padEnd(100, 'x'));
    const repoId = '0198f0f0-0000-7000-8000-000000000000';
    const asked = reader.forecast.get({ repoId, kind: 'register_existing_branch', branches });
    // It got as far as to look for the repository.
    await expect(asked).rejects.toMatchObject({ code: 'NOT_FOUND', field: 'repoId' });
    expect((await administers().access.audit({ limit: 1 })).entries).toEqual(entries);
  });

  // A GET of a script elsewhere is refused too; but only a POST names its origin in every browser there is.
  test('is refused from another site, as a change is', async () => {
    const elsewhere = { ...withToken, ...json, Origin: 'http://evil.example' };
    for (const call of ['repos.list', 'repos.add']) {
      expect((await ask(`POST /api/trpc/${call}`, elsewhere, body)).status).toBe(403);
    }
    const form = { ...withToken, 'Content-Type': 'text/plain' };
    expect((await ask('POST /api/trpc/repos.list', form, body)).status).toBe(415);
  });

  test('makes no change of a GET', async () => {
    const answer = await ask(`GET /api/trpc/repos.addDemo?input=${encodeURIComponent(body)}`, withToken);
    expect(answer.status).toBe(405);
    expect(answer.body).toContain('change by POST');
  });

  test('is what an address of 30 KB is told to be', async () => {
    const input = encodeURIComponent(JSON.stringify({ json: { filter: 'x'.repeat(30_000) } }));
    const answer = await ask(`GET /api/trpc/repos.list?input=${input}`, withToken);
    expect(answer.status).toBe(431);
    expect(answer.body).toContain('send a query by POST');
  });
});

describe('a session', () => {
  /** Opens one as a browser does, and gives its cookie. */
  async function signIn(headers: Record<string, string> = {}): Promise<{ Cookie: string; attributes: string }> {
    const { head } = await ask(`GET /?token=${TOKEN}`, headers);
    const [, pair, attributes] = head.match(/^set-cookie: (spicerack_session=[\w-]+)(;.*)$/im) ?? [];
    if (!pair || !attributes) throw new Error(`No session came with:\n${head}`);
    return { Cookie: pair, attributes };
  }

  test('opens pages and the API, and is out of reach of scripts and of other sites', async () => {
    const { Cookie, attributes } = await signIn();
    expect((await ask('GET /status', { Cookie })).status).toBe(200);
    expect((await ask(`GET /api/trpc/${LIST}`, { Cookie })).status).toBe(200);
    expect(attributes).toMatch(/; HttpOnly; SameSite=Lax; Max-Age=\d+/);
    expect(attributes).not.toContain('Secure');
    expect((await signIn({ 'X-Forwarded-Proto': 'https' })).attributes).toContain('; Secure');
  });

  test('ends for good where somebody signs out, and only theirs', async () => {
    const [one, other] = [await signIn(), await signIn()];
    expect(one.Cookie).not.toBe(other.Cookie);
    const elsewhere = { Cookie: one.Cookie, Origin: 'http://evil.example' };
    expect((await ask('POST /api/sign-out', elsewhere)).status).toBe(403);
    expect((await ask('GET /status', { Cookie: one.Cookie })).status).toBe(200);

    const out = await ask('POST /api/sign-out', { Cookie: one.Cookie, Origin: server.url });
    expect(out.status).toBe(303);
    expect(out.head).toMatch(/^set-cookie: spicerack_session=;.*Max-Age=0/im);
    expect((await ask('GET /status', { Cookie: one.Cookie })).status).toBe(401);
    expect((await ask('GET /status', { Cookie: other.Cookie })).status).toBe(200);
  });

  test.each([
    'spicerack_session=%',
    'spicerack_session=made-up',
    `spicerack_session=${TOKEN}`,
    `spicerack_token=${TOKEN}`,
    "spicerack_session=' or 1=1 --",
  ])('is not %s', async (Cookie) => {
    expect((await ask('GET /', { Cookie })).status).toBe(401);
  });
});

describe('the Host', () => {
  test.each(['evil.example', 'evil.example:3000', 'rack.example.evil.example', '203.0.113.7'])(
    '%s is not ours, with the token too',
    async (Host) => {
      for (const path of ['/', '/api/health', '/api/inngest']) {
        const answer = await ask(`GET ${path}`, { ...withToken, Host });
        expect(answer.status).toBe(403);
        expect(answer.body).toContain('SPICERACK_ALLOWED_HOSTS');
      }
    },
  );

  test('may be what the settings add', async () => {
    expect((await ask('GET /api/health', { Host: 'rack.example' })).status).toBe(200);
    expect((await ask('GET /api/health', { Host: 'RACK.example:81' })).status).toBe(200);
  });

  test('comes once, and is a name', async () => {
    expect((await ask('GET /api/health', { Host: 'localhost', host: 'evil.example' })).status).toBe(400);
    expect((await ask('GET /api/health', { Host: 'localhost/@evil.example' })).status).toBe(400);
    expect((await ask('GET /api/health', { Host: '' })).status).toBe(400);
    expect((await sendRaw(server.url, 'GET /api/health HTTP/1.0\r\n\r\n')).status).toBe(400);
  });
});

test('Upgrade requests are refused, with the token too', async () => {
  const upgrade = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    'Sec-WebSocket-Version': '13',
  };
  for (const headers of [upgrade, { ...upgrade, ...withToken }]) {
    for (const path of ['/', '/_next/webpack-hmr', '/api/health']) {
      expect((await ask(`GET ${path}`, headers)).status).toBe(400);
    }
  }
});

test('wrong tokens are slowed down for the address that they come from, and for no other', async () => {
  const guess = (token: string, from: string) =>
    ask('GET /status', { Authorization: `Bearer ${token}`, 'X-Forwarded-For': from });
  const statuses = [];
  for (let i = 0; i < 12; i++) statuses.push((await guess(`wrong-${i}`, '198.51.100.1')).status);
  expect(statuses.slice(0, 5)).toEqual([401, 401, 401, 401, 401]);
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(4);
  const answer = await guess(TOKEN, '198.51.100.1');
  expect(answer.status).toBe(429);
  expect(answer.head).toMatch(/^retry-after: \d+/im);
  expect((await guess(TOKEN, '198.51.100.2')).status).toBe(200);
});

describe.skipIf(!inngest)('the door of Inngest', () => {
  test.each([
    ['GET /api/inngest', {}],
    ['PUT /api/inngest', {}],
    ['PUT /api/inngest?deployId=x', {}],
    ['PUT /api/inngest', { 'X-Inngest-Signature': `t=${Math.floor(Date.now() / 1000)}&s=${'0'.repeat(64)}` }],
    ['PUT /api/inngest', { 'X-Inngest-Signature': '%' }],
    ['PUT /api/inngest', { 'X-Inngest-Sync-Kind': 'in_band' }],
    ['PUT /api/inngest', withToken],
    ['POST /api/inngest?fnId=spicerack-job&stepId=step', {}],
    ['POST /api/inngest?probe=trust', {}],
  ])('answers what is not signed with nothing: %s %o', async (line, headers) => {
    const answer = await ask(
      line,
      headers,
      line.startsWith('GET') ? '' : '{"ctx":{},"event":{},"events":[],"steps":{}}',
    );
    expect(answer.status).toBe(401);
    expect(answer.body).not.toMatch(/function_count|has_signing_key|key_hash|modified/);
  });

  test('cannot be made to register the app elsewhere, so jobs go on running', async () => {
    for (const headers of [
      { Host: 'evil.example' },
      { 'X-Forwarded-Host': 'evil.example' },
      { Host: 'rack.example' },
    ]) {
      expect([401, 403]).toContain((await ask('PUT /api/inngest', headers)).status);
    }
    const dir = await mkdtemp(join(tmpdir(), 'spicerack-door-'));
    try {
      const shop = await makeRemote(join(dir, 'shop.git'));
      await shop.from('main').commit('start', { 'a.txt': 'a\n' }).write();
      const client = createSpicerack({ url: server.url, token: TOKEN });
      const { jobId } = await client.repos.add({ url: shop.dir });
      await expect
        .poll(async () => (await client.jobs.get({ jobId })).job.status, { timeout: 45_000 })
        .toBe('completed');
      expect((await client.jobs.get({ jobId })).job.executor).toBe('inngest');
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});

describe('whatever bytes come, they get an answer, and the server goes on', () => {
  const awkward = fc.constantFrom(
    ...['/', '//', '/[', '//[', '/..', '/%2e%2e', '%', '%zz', '\\', ';', '?', '#', '*', '@', ':', '[', ']', ' ', '\t'],
    ...[
      'api',
      'health',
      'inngest',
      'trpc',
      '_next',
      'token=',
      'spicerack_session=',
      'localhost',
      '\x00',
      '\x7f',
      '\xff',
    ],
  );
  const text = fc.oneof(
    fc.array(awkward, { maxLength: 6 }).map((parts) => parts.join('')),
    fc.string({ maxLength: 20 }),
    fc.string({ unit: 'binary', maxLength: 10 }),
  );
  const header = fc.tuple(
    fc.constantFrom(
      'Cookie',
      'Origin',
      'Authorization',
      'Referer',
      'Accept',
      'X-Forwarded-For',
      'X-Inngest-Signature',
      'RSC',
      'Next-Url',
    ),
    text,
  );
  interface Sample {
    method: string;
    path: string;
    host: string;
    headers: Array<[string, string]>;
  }
  const request: fc.Arbitrary<Sample> = fc.record({
    method: fc.constantFrom('GET', 'GET', 'HEAD', 'OPTIONS', 'DELETE', 'CONNECT', 'PRI'),
    path: fc.oneof(
      text.map((rest) => `/${rest}`),
      text,
    ),
    host: fc.oneof(fc.constant('localhost'), fc.constant('rack.example'), text),
    headers: fc.array(header, { maxLength: 3 }),
  });
  const bytes = ({ method, path, host, headers }: Sample) => {
    const lines = [...headers, ['Host', host], ['Connection', 'close']].map(([name, value]) => `${name}: ${value}\r\n`);
    return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
  };
  const samples = fc.sample(request, fuzzing(300));

  const send = async (sample: Sample) => ({ sample, answer: await sendRaw(server.url, bytes(sample)) });

  function judge({ sample, answer }: Awaited<ReturnType<typeof send>>): void {
    expect(answer.status, JSON.stringify(sample)).toEqual(expect.any(Number));
    if (answer.status === 200) expect(sample.path.split('?')[0], JSON.stringify(sample)).toBe('/api/health');
  }

  test(
    'while it runs',
    async () => {
      for (const sample of samples) judge(await send(sample));
      expect((await ask('GET /api/health')).status).toBe(200);
    },
    fuzzTimeout(60_000),
  );

  test('while it starts, with what ended it before', async () => {
    const cruel = ['/', '//', '//['].map((path): Sample => {
      return { method: 'GET', path, host: 'localhost', headers: [['Cookie', 'spicerack_session=%']] };
    });
    const all = [...cruel, ...samples];
    let ready = false;
    await server.kill9();
    const restarted = server.restart().finally(() => {
      ready = true;
    });
    const sent: Array<ReturnType<typeof send>> = [];
    for (let i = 0; !ready; i++) {
      const sample = all[i % all.length];
      if (sample) sent.push(send(sample));
      // It starts beside us on the same cores.
      await sleep(5);
    }
    await restarted;
    const answers = (await Promise.all(sent)).filter(({ answer }) => answer.status !== 'refused');
    expect(answers.length).toBeGreaterThan(cruel.length);
    answers.forEach(judge);
    expect((await ask('GET /api/health')).status).toBe(200);
  });
});

test('no secret stays in logs, rows, events or errors, whichever way it came in; and each line of the log is a fact', async () => {
  const client = createSpicerack({ url: server.url, token: TOKEN, requestedBy: 'Bearer planted-in-a-name-0123456789' });
  const { secret, token } = await client.access.createToken({ name: 'planted', role: 'act' });
  const remote = await makeRemote(join(server.dataDir, 'secret', 'shop.git'));
  await writeStack(remote);
  const http = await serveHttp(join(server.dataDir, 'secret'), { user: 'me', password: 'the-right-one' });
  const answers: unknown[] = [];
  const keep = (said: Promise<unknown>) =>
    said.then(
      (answer) => answers.push(answer),
      (error) => answers.push(error.message),
    );
  const login = http.url.replace('://', '://me:planted-password@');
  const asPlanted = createSpicerack({ url: server.url, token: secret, requestedBy: `x ${secret}` });

  await keep(client.repos.add({ url: `${login}/shop.git` }));
  const { repo, jobId } = await client.repos.add({ url: `${http.url}/shop.git` });
  await keep(client.waitForJob(jobId));
  await keep(client.repos.update({ repoId: repo.id, url: `${login}/moved.git?token=planted-in-a-query` }));
  await keep(asPlanted.tasks.create({ repoId: repo.id, title: 'token=planted-in-a-title', branch: 'a' }));
  await keep(asPlanted.jobs.run({ repoId: repo.id, kind: 'sync_repo' }).then(({ jobId }) => client.waitForJob(jobId)));
  await ask('GET /', { Authorization: 'Bearer planted-wrong-token', 'X-Forwarded-For': '192.0.2.77' });
  await ask('GET /?token=planted-in-an-address', { 'X-Forwarded-For': '192.0.2.78' });
  await ask('POST /api/sign-in', { Origin: server.url, 'X-Forwarded-For': '192.0.2.79' }, 'token=planted-in-a-form');
  const session = await ask('POST /api/sign-in', { Origin: server.url }, `token=${secret}`);
  const [, id = 'no session'] = session.head.match(/spicerack_session=([\w-]+)/) ?? [];
  await keep(client.access.revokeToken({ tokenId: token.id }));
  await keep(client.access.audit({ limit: 100 }));
  await keep(client.jobs.list({ limit: 100 }));
  await http.close();
  rmSync(join(server.dataDir, 'secret'), { recursive: true });

  const planted = [secret, id, TOKEN, ...Object.values(SECRET_SETTINGS), 'planted-password', 'planted-in-a-query',
    'planted-wrong-token', 'planted-in-an-address', 'planted-in-a-form', 'planted-in-a-name-0123456789']; // biome-ignore format: a list
  const everywhere: Array<[string, string]> = [
    ['the log', server.output()],
    ['answers', JSON.stringify(answers)],
    ...filesBelow(server.dataDir).map((file): [string, string] => [file, readFileSync(file, 'latin1')]),
  ];
  const found = everywhere.flatMap(([place, text]) =>
    planted.flatMap((each) => (text.includes(each) ? `${each} in ${place}` : [])),
  );
  expect(found).toEqual([]);

  const facts = server.output().split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)); // biome-ignore format: one list
  const ofJob = facts.filter((fact) => fact.jobId === jobId);
  expect(ofJob.map(({ event }) => event)).toEqual(['accepted', 'claimed', 'ended']);
  expect(ofJob.at(-1)).toMatchObject({ level: 'error', code: 'AUTH', repository: 'shop', attempt: 1, node: expect.stringMatching(/^[\w-]{8,}$/) }); // biome-ignore format: one line
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
