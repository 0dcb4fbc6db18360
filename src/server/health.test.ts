import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerHealth } from './health';

const server = createServer((request, response) => {
  if (!answerHealth(request, response)) response.writeHead(404).end();
});
let origin = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port }: AddressInfo = Object(server.address());
  origin = `http://127.0.0.1:${port}`;
});
afterAll(() => server.close());

it('tells that the process lives, whatever else is asked with it', async () => {
  const answer = await fetch(`${origin}/api/health?from=probe`);
  expect([answer.status, await answer.json()]).toEqual([200, { ok: true }]);
  expect((await fetch(`${origin}/api/health`, { method: 'HEAD' })).status).toBe(200);
});

it.each([
  ['GET', '/api/health/'],
  ['GET', '/api/healthy'],
  ['GET', '/api/ready?/api/health'],
  ['POST', '/api/health'],
])('leaves %s %s to the app', async (method, path) => {
  expect((await fetch(origin + path, { method })).status).toBe(404);
});
