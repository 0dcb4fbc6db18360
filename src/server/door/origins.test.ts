import { once } from 'node:events';
import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFront } from './front';

const BOARD = 'https://board.example';
let server: Server;
let url: string;
/** What the app behind it was asked: the headers that are left. */
let asked: Array<Record<string, unknown>> = [];

beforeAll(async () => {
  server = createFront(
    (request, response) => {
      asked.push({ ...request.headers });
      response.end('{}');
    },
    { dev: false, allowedOrigins: [BOARD], vouching: ['x-forwarded-user'] },
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const crossSite = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' };
const ask = (path: string, origin: string, init: RequestInit = {}) =>
  fetch(`${url}${path}`, { ...init, headers: { ...crossSite, ...init.headers, origin } });

describe('a page of a site that the settings name', () => {
  it('is not who a proxy says that its visitor is', async () => {
    asked = [];
    const headers = { 'x-forwarded-user': 'mara@example.com', authorization: 'Bearer its-own' };
    await ask('/api/trpc/jobs.list', BOARD, { headers });
    expect(asked[0]).toHaveProperty('authorization');
    expect(asked[0]).not.toHaveProperty('x-forwarded-user');
  });

  it('is told what it may send to the API', async () => {
    const answer = await ask('/api/trpc/jobs.run', BOARD, { method: 'OPTIONS' });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe(BOARD);
    expect(answer.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('uses the API as a program does: the cookie of who is signed in here does not come along', async () => {
    asked = [];
    const answer = await ask('/api/trpc/repos.list', BOARD, {
      headers: { cookie: 'spicerack_session=somebody', authorization: 'Bearer its-own' },
    });
    expect(answer.headers.get('access-control-allow-origin')).toBe(BOARD);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ authorization: 'Bearer its-own' });
    expect(asked[0]).not.toHaveProperty('cookie');
    expect(asked[0]).not.toHaveProperty('origin');
  });

  it.each(['/', '/repos/x', '/api/inngest', '/api/sign-in', '/api/trpc/../inngest', '/api/trpc/%2e%2e/inngest'])(
    'gets nothing else: %s',
    async (path) => {
      asked = [];
      const answer = await ask(path, BOARD, { method: 'POST' });
      expect(answer.status).toBe(403);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect(asked).toEqual([]);
    },
  );
});

it.each(['https://other.example', 'http://board.example', `${BOARD}.evil.example`, `${BOARD}:444`, 'null'])(
  'a page of another site is refused: %s',
  async (origin) => {
    asked = [];
    for (const method of ['OPTIONS', 'GET', 'POST']) {
      const answer = await ask('/api/trpc/repos.list', origin, { method });
      expect(answer.status).toBe(403);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
    expect(asked).toEqual([]);
  },
);
