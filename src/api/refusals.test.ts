import { createSpicerack, type Spicerack, SpicerackError } from '@spicerack/client';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anybody } from '@/access/asker';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { appRouter } from './router';

/** The API as a client has it, without a server between. */

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

const answer = (req: Request) =>
  fetchRequestHandler({
    endpoint: '/api/trpc',
    req,
    router: appRouter,
    allowMethodOverride: true,
    createContext: () => ({
      db: test.db,
      asker: { ...anybody('act'), name: 'Mara' },
      client: 'test',
      requestedBy: 'test',
      shutdown: new AbortController().signal,
      keep: null,
      stream: null,
    }),
  });

/** What the client says of a call that is sent as this. */
async function refusal(path: string, init?: RequestInit): Promise<SpicerackError> {
  const url = 'http://spicerack.test';
  const client = createSpicerack({ url, fetch: () => answer(new Request(`${url}/api/trpc/${path}`, init)) });
  const error: unknown = await client.repos.list().catch((thrown: unknown) => thrown);
  if (!(error instanceof SpicerackError)) throw new Error(`It was answered with ${String(error)}`);
  return error;
}

const post = (body: string) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body });

it.each([
  ['a call that is none', 'repos.nope', undefined, 'There is no call repos.nope.'],
  ['a change that is only asked for', 'jobs.cancel', undefined, 'jobs.cancel is not called by this method.'],
  ['an input that is no JSON', 'repos.get?input=%7B', undefined, 'The input is no JSON.'],
  ['a body that is no JSON', 'jobs.cancel', post('{'), 'The input is no JSON.'],
  [
    'what the asker may not do',
    'repos.remove',
    post('{"json":{"repoId":"0198f0f0-0000-7000-8000-000000000000"}}'),
    'This needs somebody who may administer, and Mara may only act.',
  ],
])('%s is told with what to do beside it', async (_, path, init, message) => {
  const error = await refusal(path, init);
  expect(error.message).toBe(message);
  expect(error.hint).toMatch(/^(Look|Ask|Send) .+\.$/);
});

it.each<[string, (client: Spicerack) => Promise<unknown>]>([
  ['nothing', ({ repos }) => repos.get({} as { repoId: string })],
  ['an id that is none', ({ repos }) => repos.get({ repoId: 'x' })],
  ['too many', ({ jobs }) => jobs.list({ limit: 1000 })],
  ['too few', ({ jobs }) => jobs.list({ limit: 0 })],
  ['another word', ({ jobs }) => jobs.list({ status: 'done' as 'queued' })],
  ['a field that is not there', ({ jobs }) => jobs.list({ more: 1 } as object)],
  ['something else', ({ jobs }) => jobs.list({ limit: '1' as unknown as number })],
])('an input with %s is told what to give instead', async (_, call) => {
  const client = createSpicerack({
    url: 'http://spicerack.test',
    fetch: (input, init) => answer(new Request(input, init)),
  });
  const error: unknown = await call(client).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'BAD_REQUEST', field: expect.any(String) });
  expect(String(error)).toMatch(/\b(Give|give|Use|Choose|Leave|List) /);
});
