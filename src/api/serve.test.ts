import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ASKER_HEADER, anybody, writeAsker } from '@/access/asker';
import { db } from '@/db/client';
import { repos } from '@/db/schema';
import { beginShutdown } from '@/shutdown';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { serveApi } from './serve';

let test: TestDatabase;
let repoId: string;
beforeAll(async () => {
  test = await testDatabase();
  vi.stubEnv('SPICERACK_DATABASE_URL', `file:${test.dir}/test.db`);
  repoId = await test.addRepo({ a: 'main' });
});
afterAll(async () => {
  (await db()).$client.close();
  vi.unstubAllEnvs();
  await test.close();
});

function call(path: string, input: object, init: RequestInit = {}): Promise<Response> {
  const url = new URL(`http://127.0.0.1/api/trpc/${path}`);
  const headers = { [ASKER_HEADER]: writeAsker(anybody('administer')), 'content-type': 'application/json' };
  if (init.method !== 'POST') url.searchParams.set('input', JSON.stringify({ json: input }));
  else init.body ??= JSON.stringify({ json: input });
  return serveApi(new Request(url, { ...init, headers: { ...headers, ...init.headers } }));
}

/** What is done of calls, all sent at once, whose client goes before the loop turns. */
async function afterClientHasGone(path: string, inputs: object[], init: RequestInit = {}): Promise<number[]> {
  const gone = new AbortController();
  const answers = inputs.map((input) => call(path, input, { ...init, signal: gone.signal }));
  gone.abort();
  return (await Promise.all(answers)).map(({ status }) => status);
}

it('who has gone before it is his turn is not worked for', async () => {
  const ten = Array.from({ length: 10 }, () => ({ repoId }));
  const statuses = await afterClientHasGone('repos.overview', ten);
  expect(statuses.slice(1)).toEqual(ten.slice(1).map(() => 499));
  expect(await afterClientHasGone('jobs.list', ten, { method: 'POST' })).toContain(499);
});

it('what he wanted changed is changed all the same', async () => {
  const names = Array.from({ length: 10 }, (_, i) => `repo-${i}`);
  const inputs = names.map((name) => ({ url: `https://example.com/${name}.git`, name }));
  await afterClientHasGone('repos.add', inputs, { method: 'POST' });
  const added = await test.db.select({ name: repos.name }).from(repos).where(sql`name like 'repo-%'`);
  expect(added.map(({ name }) => name).sort()).toEqual(names);
});

it('who asks for little, or changes something, does not wait for all that ask for much', async () => {
  const order: string[] = [];
  const asks = (name: string, path: string, input: object, init?: RequestInit) =>
    call(path, input, init).then(({ status }) => order.push(`${name} ${status}`));
  const much = Array.from({ length: 50 }, (_, i) => asks('much', 'repos.overview', { repoId, search: `${i}` }));
  const little = asks('little', 'repos.get', { repoId });
  const change = asks('change', 'repos.update', { repoId, name: 'shop' }, { method: 'POST' });
  await Promise.all([...much, little, change]);
  const places = ['little 200', 'change 200'].map((name) => order.indexOf(name));
  expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...places)).toBeLessThan(25);
});

it('a body that is compressed is refused as such', async () => {
  const answer = await call('repos.update', { repoId }, { method: 'POST', headers: { 'content-encoding': 'gzip' } });
  expect(answer.status).toBe(415);
  expect((await answer.json()).error.json.message).toBe('Send the input as it is, without "content-encoding".');
  const plain = { method: 'POST', headers: { 'content-encoding': 'identity' } };
  expect((await call('repos.update', { repoId, name: 'shop' }, plain)).status).toBe(200);
});

it('what waits for its turn when the server ends is told to ask again, and keeps nobody', async () => {
  const many = Array.from({ length: 20 }, (_, i) => call('repos.overview', { repoId, search: `${i}` }));
  beginShutdown();
  const statuses = (await Promise.all(many)).map(({ status }) => status);
  expect(statuses.at(-1)).toBe(503);
  expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
});
