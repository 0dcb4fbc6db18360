import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { NextRequest } from 'next/server';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';

const KEY = '0123456789abcdef';

/** Stands in for an Inngest server: writes down what is registered. */
let inngestServer: Server;
let registered: Array<{ url: string; app: string; events: string[]; steps: string[] }>;
beforeEach(async () => {
  vi.resetModules();
  registered = [];
  const Registration = z.object({
    url: z.string(),
    appName: z.string(),
    functions: z.array(
      z.object({
        triggers: z.array(z.object({ event: z.string().optional(), expression: z.string().optional() })),
        steps: z.record(z.string(), z.object({ runtime: z.object({ url: z.string() }) })),
      }),
    ),
  });
  inngestServer = createServer((request, response) => {
    void json(request).then((body) => {
      const { url, appName: app, functions } = Registration.parse(body);
      const events = functions.flatMap(({ triggers }) =>
        triggers.flatMap(({ event, expression }) => expression ?? event ?? []),
      );
      const steps = functions.flatMap((fn) => Object.values(fn.steps).map((step) => step.runtime.url));
      registered.push({ url, app, events, steps });
      response.setHeader('content-type', 'application/json').end('{"ok":true}');
    });
  }).listen(0, '127.0.0.1');
  await once(inngestServer, 'listening');
  const address = inngestServer.address();
  vi.stubEnv('PORT', '4321');
  vi.stubEnv('INNGEST_DEV', '0');
  vi.stubEnv('INNGEST_SIGNING_KEY', KEY);
  vi.stubEnv('INNGEST_BASE_URL', `http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  inngestServer.closeAllConnections();
  inngestServer.close();
});

/** As Inngest does it. */
function signed(body = '', key = KEY, time = String(Math.floor(Date.now() / 1000))): Record<string, string> {
  const signature = createHmac('sha256', key).update(body).update(time).digest('hex');
  return { 'x-inngest-signature': `t=${time}&s=${signature}` };
}

async function put(headers: Record<string, string>): Promise<Response> {
  const { PUT } = await import('./route');
  const request = new NextRequest('http://evil.example/api/inngest', { method: 'PUT', headers });
  return PUT(request, undefined);
}

const forged = { 'x-inngest-signature': `t=1&s=${'0'.repeat(64)}` };
const foreign = { host: 'evil.example:99', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' };

it('registers the address of the settings, whatever Host a signed request says', async () => {
  expect((await put({ ...foreign, ...signed() })).status).toBe(200);
  expect(registered.map(({ url }) => url)).toEqual(['http://127.0.0.1:4321/api/inngest']);
  for (const step of registered[0]?.steps ?? []) expect(step).toMatch(/^http:\/\/127\.0\.0\.1:4321\/api\/inngest\?/);
  expect(registered[0]?.steps.length).toBeGreaterThan(0);
});

it('registers under INNGEST_SERVE_ORIGIN, where Inngest reaches the server from elsewhere', async () => {
  vi.stubEnv('INNGEST_SERVE_ORIGIN', 'https://rack.example');
  expect((await put({ ...foreign, ...signed() })).status).toBe(200);
  expect(registered.map(({ url }) => url)).toEqual(['https://rack.example/api/inngest']);
});

it.each([
  ['', 'spicerack'],
  ['rack-test', 'rack-test'],
])('with SPICERACK_INNGEST_APP=%s it is the app %s, and hears of the events of no other', async (given, app) => {
  vi.stubEnv('SPICERACK_INNGEST_APP', given);
  expect((await put(signed())).status).toBe(200);
  // The second is its function's own failure.
  const events = [`${app}/job.dispatched`, `event.data.function_id == '${app}-job'`];
  expect(registered).toMatchObject([{ app, events }]);
  // What hands jobs over sends to the same.
  const { jobDispatched } = await import('@inngest/events');
  expect(jobDispatched.name).toBe(`${app}/job.dispatched`);
});

it('registers nothing for a request that is not signed, or with another key, or long ago', async () => {
  const old = String(Math.floor(Date.now() / 1000) - 3600);
  for (const headers of [{}, signed('', 'another'), signed('another body'), signed('', KEY, old), forged]) {
    expect((await put({ ...foreign, ...headers })).status).toBe(401);
  }
  expect(registered).toEqual([]);
});

it('reads no more of a call than one can need, however it is sent', async () => {
  const { POST } = await import('./route');
  let read = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      read += 65_536;
      controller.enqueue(new Uint8Array(65_536));
    },
  });
  const request = new NextRequest('http://localhost/api/inngest', {
    method: 'POST',
    headers: signed(),
    body: endless,
    duplex: 'half',
  });
  expect((await POST(request, undefined)).status).toBe(413);
  expect(read).toBeLessThan(8 * 1024 * 1024);
});

it('is not there where no job runs on Inngest', async () => {
  vi.stubEnv('SPICERACK_EXECUTOR', 'inline');
  expect((await put({ ...foreign, ...signed() })).status).toBe(404);
  expect(registered).toEqual([]);
});
