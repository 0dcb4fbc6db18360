import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerApi, setServeApi } from './answer-api';

const server = createServer((request, response) => {
  response.setHeader('cache-control', 'no-store');
  response.setHeader('vary', 'origin');
  void answerApi(request, response).then(
    (isAnswered) => isAnswered || response.writeHead(418).end(),
    // As the door does.
    () => response.destroy(),
  );
});
let origin = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port }: AddressInfo = Object(server.address());
  origin = `http://127.0.0.1:${port}`;
});
afterAll(() => server.close());

const json = { 'content-type': 'application/json' };
const isAnswered = async (method: string, path: string) => (await fetch(origin + path, { method })).status !== 418;

/** The answer as it comes over the wire. */
async function raw(path: string, headers: Record<string, string>): Promise<{ message: IncomingMessage; body: Buffer }> {
  const [message]: IncomingMessage[] = await once(get(origin + path, { headers }), 'response');
  if (!message) throw new Error('no answer');
  const pieces: Buffer[] = [];
  for await (const piece of message) pieces.push(piece);
  return { message, body: Buffer.concat(pieces) };
}

it('leaves everything to the app as long as that has not said what answers', async () => {
  expect(await isAnswered('GET', '/api/trpc/repos.list')).toBe(false);
});

it('takes calls, and leaves what is none, and every other method, to the app', async () => {
  setServeApi(async () => new Response('{}', { headers: json }));
  const taken = ['/api/trpc/repos.list', '/api/trpc/repos.list?input=1/2', '/api/trpc/a,b?batch=1', '/api/trpc/a%2Eb'];
  for (const path of taken)
    expect([await isAnswered('GET', path), await isAnswered('POST', path)]).toEqual([true, true]);
  const left = [
    '/api/trpc',
    '/api/trpc/',
    '/api/trpc/a/b',
    '/api/trpc/a/',
    '/api/trpcs/a',
    '/x/api/trpc/a',
    '/api/ready',
  ];
  for (const path of left) expect(await isAnswered('GET', path), path).toBe(false);
  for (const method of ['HEAD', 'OPTIONS', 'PUT', 'DELETE'])
    expect(await isAnswered(method, '/api/trpc/a'), method).toBe(false);
});

it('hands the request over as it came, and gives the answer as it is, beside what was said of it before', async () => {
  setServeApi(async (request) => {
    const body = { body: await request.text(), asks: request.headers.get('x-asks'), url: new URL(request.url).search };
    return Response.json(body, { status: 409, headers: { 'x-says': 'so', vary: 'trpc-accept' } });
  });
  const body = JSON.stringify({ name: 'größer' });
  const answer = await fetch(`${origin}/api/trpc/a?b=%20c`, {
    method: 'POST',
    body,
    headers: { 'x-asks': 'me', ...json },
  });
  expect([answer.status, await answer.json()]).toEqual([409, { body, asks: 'me', url: '?b=%20c' }]);
  const { headers } = answer;
  expect([headers.get('x-says'), headers.get('cache-control'), headers.get('content-type')]).toEqual([
    'so',
    'no-store',
    'application/json',
  ]);
  expect(headers.get('vary')).toBe('origin, trpc-accept, accept-encoding');
});

it('compresses what is large for those who can read that, and nothing else', async () => {
  const large = JSON.stringify({ text: 'a branch '.repeat(1000) });
  setServeApi(async (request) => new Response(request.url.includes('large') ? large : '{"a":1}', { headers: json }));
  const accepts = async (accept: string, size = 'large') => {
    const { message, body } = await raw(`/api/trpc/${size}`, { 'accept-encoding': accept });
    expect(message.headers['content-length']).toBe(String(body.length));
    return { coding: message.headers['content-encoding'], body };
  };
  for (const accept of ['gzip', 'br, gzip;q=0.5', 'GZIP', '*']) {
    const { coding, body } = await accepts(accept);
    expect([coding, gunzipSync(body).toString()], accept).toEqual(['gzip', large]);
  }
  for (const accept of ['', 'identity', 'br', 'gzip;q=0', 'gzip; q=0.00', 'xgzip']) {
    const { coding, body } = await accepts(accept);
    expect([coding, body.toString()], accept).toEqual([undefined, large]);
  }
  expect((await accepts('gzip', 'small')).coding).toBeUndefined();
});

const stream = { 'content-type': 'text/event-stream' };

/** A body that makes each piece when it is asked for. */
function body(piece: (n: number) => Promise<string>, cancel: () => void): ReadableStream {
  let made = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        made += 1;
        controller.enqueue(new TextEncoder().encode(await piece(made)));
      },
      cancel,
    },
    { highWaterMark: 0 },
  );
}

it('sends each piece of a stream before the next is there, and ends the stream when its reader goes', async () => {
  let goOn = (): void => undefined;
  const second = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let cancelled = (): void => undefined;
  const isOver = new Promise<void>((resolve) => {
    cancelled = resolve;
  });
  let aborted: Promise<unknown> = Promise.resolve();
  setServeApi(async ({ signal }) => {
    aborted = once(signal, 'abort');
    const pieces = async (n: number) => {
      if (n === 2) await second;
      if (n === 3) await new Promise(() => undefined);
      return `${n}`;
    };
    return new Response(body(pieces, cancelled), { headers: stream });
  });
  const leaves = new AbortController();
  const answer = await fetch(`${origin}/api/trpc/feed`, { signal: leaves.signal });
  const reader = answer.body?.getReader();
  const read = async () => new TextDecoder().decode((await reader?.read())?.value);
  expect(await read()).toBe('1');
  goOn();
  expect(await read()).toBe('2');
  leaves.abort();
  await Promise.all([isOver, aborted]);
});

it('makes no more of a stream than a reader who is slow has room for', async () => {
  let made = 0;
  const piece = 'x'.repeat(100_000);
  setServeApi(
    async () =>
      new Response(
        body(
          async (n) => {
            made = n;
            return piece;
          },
          () => undefined,
        ),
        { headers: stream },
      ),
  );
  const [message]: IncomingMessage[] = await once(get(`${origin}/api/trpc/feed`), 'response');
  if (!message) throw new Error('no answer');
  message.pause();
  // It has come to a stop once nothing more is made while the loop goes round a thousand times.
  for (let before = -1; before !== made; ) {
    before = made;
    for (let i = 0; i < 1000; i += 1) await new Promise((resolve) => setImmediate(resolve));
  }
  const stoppedAt = made;
  expect(stoppedAt).toBeLessThan(1000);
  let taken = 0;
  message.on('data', (chunk: Buffer) => {
    taken += chunk.length;
  });
  message.resume();
  await expect.poll(() => taken).toBeGreaterThan(stoppedAt * piece.length);
  message.destroy();
});

it('breaks off what fails half-way, so that nobody takes it for whole', async () => {
  setServeApi(async () => {
    const failing = async (n: number) => (n === 1 ? 'half' : Promise.reject(new Error('broke')));
    return new Response(
      body(failing, () => undefined),
      { headers: stream },
    );
  });
  const answer = await fetch(`${origin}/api/trpc/feed`);
  await expect(answer.text()).rejects.toThrow();
});
