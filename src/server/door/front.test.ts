import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createFront, LIMITS, type Limits } from './front';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

const TOO_LONG = /longer than 16 KB\. Ask for less at once, or send a query by POST/;

const seen: string[] = [];
async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  seen.push(request.url ?? '');
  const body = await text(request);
  response.end(String(body.length));
}

/** A front whose app answers with the length of the body, and where it listens. */
async function front(limits: Partial<Limits> = {}): Promise<{ url: string; port: number }> {
  seen.length = 0;
  server = createFront((...exchange) => void echo(...exchange), { dev: false, limits: { ...LIMITS, ...limits } });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, port };
}

/** What is answered to bytes sent over a socket, until the other side ends it. */
async function raw(port: number, ...parts: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  for (const part of parts) socket.write(part);
  return text(socket);
}

/** A body without a length, as chunks. */
function chunked(length: number, piece = 16_384): RequestInit {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent >= length) return controller.close();
      const size = Math.min(piece, length - sent);
      sent += size;
      controller.enqueue(new Uint8Array(size));
    },
  });
  // `duplex` is what undici asks for and the DOM's types do not have.
  return { method: 'POST', body, duplex: 'half' } as RequestInit;
}

describe('a request’s body', () => {
  it.each([
    ['with a length', (length: number): RequestInit => ({ method: 'POST', body: new Uint8Array(length) })],
    ['in chunks', (length: number) => chunked(length)],
  ])('is taken up to the limit and refused beyond it, %s', async (_how, request) => {
    const { url } = await front();
    for (const length of [0, 1, 100_000, LIMITS.body]) {
      expect(await (await fetch(url, request(length))).text()).toBe(String(length));
    }
    seen.length = 0;
    for (const length of [LIMITS.body + 1, 20 * LIMITS.body]) {
      const answer = await fetch(url, request(length));
      expect(answer.status).toBe(413);
      expect((await answer.json()).error.json).toMatchObject({
        message: expect.stringContaining('Send less at once'),
        data: { code: 'PAYLOAD_TOO_LARGE' },
      });
    }
    expect(seen).toEqual([]);
  });

  it('that is too large costs no memory however long it goes on', async () => {
    const { url } = await front();
    const before = process.memoryUsage().rss;
    expect((await fetch(url, chunked(400 * LIMITS.body, LIMITS.body))).status).toBe(413);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * LIMITS.body);
  });

  it('reaches the app only as a whole: one that stalls, or breaks off, is never seen', async () => {
    const { port } = await front({ requestMs: 400, headersMs: 400 });
    const head = 'POST /slow HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n';
    expect(await raw(port, head, '12345')).toContain('408 Request Timeout');
    const gone = connect(port, '127.0.0.1');
    gone.write(`${head}12345`, () => gone.destroy());
    await once(gone, 'close');
    expect(seen).toEqual([]);
  });

  it('may come slowly within its time', async () => {
    const { port } = await front();
    const socket = connect(port, '127.0.0.1');
    socket.write('POST /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 3\r\n\r\n');
    for (const letter of 'abc') {
      await sleep(20);
      socket.write(letter);
    }
    expect(await text(socket)).toMatch(/200 OK[\s\S]*\r\n\r\n3$/);
  });
});

describe('a connection', () => {
  it('whose headers do not come to an end is ended', async () => {
    const { port } = await front({ headersMs: 300, requestMs: 600 });
    expect(await raw(port, 'GET / HTTP/1.1\r\nhost: x\r\nx-slow: ')).toContain('408 Request Timeout');
  });

  it('that asks for an address, or sends headers, of more than 16 KB is refused', async () => {
    const { port } = await front();
    const long = 'a'.repeat(20_000);
    expect(await raw(port, `GET /${long} HTTP/1.1\r\nhost: x\r\n\r\n`)).toContain('431 ');
    expect(await raw(port, `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${long}\r\n\r\n`)).toContain('431 ');
    expect(seen).toEqual([]);
  });

  it('is told in words that what it asks for is too long, by fetch as by bytes, and may send on for a while', async () => {
    const { url, port } = await front();
    const answer = await fetch(`${url}/?${'a'.repeat(30_000)}`);
    expect(answer.status).toBe(431);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
    });
    expect((await answer.json()).error.json).toMatchObject({
      message: expect.stringMatching(TOO_LONG),
      data: { httpStatus: 431 },
    });
    const endless = await raw(port, `GET /?${'a'.repeat(30_000)}`, 'a'.repeat(2_000_000));
    expect(endless.match(/^HTTP/gm)).toHaveLength(1);
    expect(endless).toMatch(TOO_LONG);
  });

  it('that was told so and stays is ended all the same', async () => {
    const { port } = await front();
    const opened = new Promise<Socket>((resolve) => server?.once('connection', resolve));
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => undefined);
    socket.resume().write(`GET /${'a'.repeat(20_000)}`);
    await once(await opened, 'close');
    socket.destroy();
    expect(seen).toEqual([]);
  });

  it('that sends requests before it has its answers is ended: they would be held without end', async () => {
    let begun = 0;
    server = createFront(
      () => {
        begun += 1;
      },
      { dev: false },
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const port = address && typeof address === 'object' ? address.port : 0;
    const post = `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n${'x'.repeat(1000)}`;
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.write(post.repeat(200));
    await new Promise((closed) => socket.once('close', closed));
    expect(begun).toBe(1);
  });

  it('may send as many requests as it likes, one after the other', async () => {
    const { port } = await front();
    const socket = connect(port, '127.0.0.1');
    for (let i = 0; i < 20; i++) {
      socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc');
      expect(String((await once(socket, 'data'))[0])).toMatch(/200 OK[\s\S]*3$/);
    }
    socket.destroy();
    expect(seen).toHaveLength(20);
  });

  it('beyond the most that are taken is ended', async () => {
    const { port } = await front({ connections: 2 });
    const open = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    await Promise.all(open.map((socket) => once(socket, 'connect')));
    const third = connect(port, '127.0.0.1').on('error', () => undefined);
    await once(third, 'close');
    for (const socket of open) socket.destroy();
  });
});

describe('an answer', () => {
  it('says that nobody may frame it, guess its kind, keep it or hear where it was, refusals too', async () => {
    const { url } = await front();
    const answers = [
      await fetch(url),
      await fetch(`${url}/api/trpc/repos.list`),
      await fetch(url, chunked(LIMITS.body + 1)),
      await fetch(url, { headers: { 'sec-fetch-site': 'cross-site' } }),
    ];
    for (const { headers } of answers) {
      expect(headers.get('content-security-policy')).toMatch(
        /default-src 'none'; script-src 'nonce-[\w+/=]{22,}' 'strict-dynamic';.*base-uri 'none'; frame-ancestors 'none'$/,
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    }
    const nonces = answers.map(({ headers }) => headers.get('content-security-policy')?.match(/nonce-[^']+/)?.[0]);
    expect(new Set(nonces).size).toBe(answers.length);
  });

  it('has a nonce of ours, whatever policy the request names', async () => {
    let told: unknown;
    server = createFront(
      ({ headers }, response) => {
        told = [headers['content-security-policy'], headers['content-security-policy-report-only']];
        response.end();
      },
      { dev: false },
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const port = address && typeof address === 'object' ? address.port : 0;
    const theirs = "script-src 'nonce-theirs'";
    const answer = await fetch(`http://127.0.0.1:${port}`, {
      headers: { 'content-security-policy': theirs, 'content-security-policy-report-only': theirs },
    });
    expect(told).toEqual([answer.headers.get('content-security-policy'), undefined]);
  });
});

describe('a request that another site makes a browser send', () => {
  const page = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  // fetch sets these headers itself, so they go over a socket.
  async function statusOf(headers: Record<string, string>, method = 'GET'): Promise<string | undefined> {
    const { port } = await front();
    const lines = Object.entries({ host: 'x', connection: 'close', ...headers }).map(([k, v]) => `${k}: ${v}\r\n`);
    return (await raw(port, `${method} / HTTP/1.1\r\n${lines.join('')}\r\n`)).match(/^HTTP\/1.1 (\d+)/)?.[1];
  }

  it.each(['cross-site', 'same-site', 'whatever-comes-next'])(
    'is refused from %s, but for opening a page',
    async (site) => {
      expect(await statusOf({ 'sec-fetch-site': site, ...page })).toBe('200');
      expect(await statusOf({ 'sec-fetch-site': site, ...page }, 'POST')).toBe('403');
      for (const dest of ['iframe', 'frame', 'object', 'embed', 'empty']) {
        expect(await statusOf({ 'sec-fetch-site': site, ...page, 'sec-fetch-dest': dest }), dest).toBe('403');
      }
      for (const mode of ['no-cors', 'cors', 'websocket']) {
        expect(await statusOf({ 'sec-fetch-site': site, ...page, 'sec-fetch-mode': mode }), mode).toBe('403');
      }
      expect(await statusOf({ 'sec-fetch-site': site })).toBe('403');
    },
  );

  it('is told from our own page, an address that is typed, and a program', async () => {
    for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }, {}]) {
      expect(await statusOf(headers, 'POST')).toBe('200');
    }
  });
});
