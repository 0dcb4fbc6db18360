import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { callerOn } from '@/api/testing/caller';
import { db } from '@/db/client';
import { problems, setProblem } from '@/db/problems';
import { type DatabaseServer, databaseServer } from '@/db/testing/database-server';
import { watchHealth } from '@/upkeep/health';
import { GET as metrics } from '../metrics/route';
import { GET as ready } from './route';

let dir: string;
let server: DatabaseServer;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-hangs-'));
  server = await databaseServer(join(dir, 'server.db'));
  vi.stubEnv('SPICERACK_DATA_DIR', dir);
  vi.stubEnv('SPICERACK_DATABASE_URL', server.url);
  await db();
});
afterEach(() => {
  server.behave('cut', 0);
  setProblem('database', null);
});
afterAll(async () => {
  (await db()).$client.close();
  await server.stop();
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true, force: true });
});

const checks = async () => {
  const answer = await ready();
  return [answer.status, (await answer.json()).checks.database];
};
/** How long something takes, in milliseconds. */
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

describe('while the database takes what it is asked and never answers', () => {
  it('whoever asks whether the server is ready is told that it is not, soon; and that it is once the database answers', async () => {
    expect(await checks()).toEqual([200, 'ok']);
    server.behave('hang', 1000);
    // Nobody who waits for four seconds waits in vain.
    expect(
      await timeOf(async () => expect(await checks()).toEqual([503, 'The database does not answer.'])),
    ).toBeLessThan(4000);
    server.behave('cut', 0);
    expect(await checks()).toEqual([200, 'ok']);
  });

  it('however many ask, the database is asked once', async () => {
    server.behave('hang', 1000);
    const before = server.requests();
    const all = await Promise.all(Array.from({ length: 50 }, checks));
    expect(new Set(all.map(String))).toEqual(new Set(['503,The database does not answer.']));
    expect(server.requests()).toBe(before + 1);
  });

  it('the measures say so too, and are there again after it', async () => {
    server.behave('hang', 1000);
    const answer = await metrics();
    expect([answer.status, await answer.text()]).toEqual([503, 'The database does not answer.\n']);
    server.behave('cut', 0);
    expect((await metrics()).status).toBe(200);
  }, 20_000);

  it('the status page tells of it', async () => {
    server.behave('hang', 1000);
    const status = await callerOn(await db()).system.status();
    expect(status).toMatchObject({ queue: null, problems: [{ what: 'The database does not answer.' }] });
    server.behave('cut', 0);
    expect((await callerOn(await db()).system.status()).queue).toMatchObject({ queued: 0 });
  }, 20_000);

  it('the server finds it out by itself, and that it is over', async () => {
    server.behave('hang', 1000);
    const abort = new AbortController();
    const watch = watchHealth(await db(), dir, abort.signal);
    const whats = () => problems().map(({ what }) => what);
    await expect.poll(whats, { timeout: 20_000 }).toContain('The database does not answer.');
    server.behave('cut', 0);
    await expect.poll(whats, { timeout: 20_000 }).not.toContain('The database does not answer.');
    abort.abort();
    await watch;
  }, 60_000);
});
