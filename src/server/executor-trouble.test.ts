import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { executorTrouble, notCalled } from './executor-trouble';

/** Stands in for an Inngest server that lives. */
let living: Server | undefined;
afterEach(() => living?.close());

const at = (baseUrl: string) => ({
  baseUrl,
  eventKey: 'secret-event',
  serveOrigin: null,
  signingKey: 'secret-signing',
  dev: false,
});

async function tell(detail: string, executor: 'auto' | 'inngest' = 'inngest') {
  living = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(living, 'listening');
  const address = living.address();
  const url = `http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`;
  return executorTrouble({ executor, inngest: at(url) }, detail);
}

it('one that does not answer cannot be reached; what to do names the setting, and no key is in it', async () => {
  const trouble = await executorTrouble(
    { executor: 'inngest', inngest: at('http://127.0.0.1:9') },
    'Failed to register; fetch failed',
  );
  expect(trouble).toEqual({
    what: 'Inngest cannot be reached at http://127.0.0.1:9.',
    hint: expect.stringMatching(/^Jobs wait.*INNGEST_BASE_URL/),
  });
  expect(JSON.stringify(trouble)).not.toMatch(/secret/);
});

it.each(['401 Unauthorized', 'Failed to register; status code: 401', 'Event key not found', '403 Forbidden'])(
  'one that says %j does not take our keys',
  async (detail) => {
    expect(await tell(detail)).toMatchObject({
      what: expect.stringMatching(/does not take the keys/),
      hint: expect.stringMatching(/INNGEST_SIGNING_KEY/),
    });
  },
);

it('any other refusal is one of the registration, whatever it says; with `auto` jobs run here meanwhile', async () => {
  const trouble = await tell('500 at Object.<anonymous> (/srv/x.js:1:1)', 'auto');
  expect(trouble).toMatchObject({
    what: expect.stringMatching(/does not know this server/),
    hint: expect.stringMatching(/^Jobs run in this process meanwhile/),
  });
  expect(JSON.stringify(trouble)).not.toMatch(/anonymous/);
});

it('one that takes jobs and does not call is told with the address that it was given', () => {
  const server = { executor: 'inngest', host: '0.0.0.0', port: 3000 } as const;
  expect(notCalled({ ...server, inngest: at('http://inngest.lan:8288') })).toEqual({
    what: 'Inngest at http://inngest.lan:8288 takes jobs and does not call this server for them.',
    hint: expect.stringMatching(/^Jobs wait.*reaches http:\/\/127\.0\.0\.1:3000 \(INNGEST_SERVE_ORIGIN\)/),
  });
  const inngest = { ...at('http://inngest.lan:8288'), serveOrigin: 'https://rack.example' };
  expect(notCalled({ ...server, inngest }).hint).toContain('reaches https://rack.example (');
});
