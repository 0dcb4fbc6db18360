import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InStatement } from '@libsql/client';
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callerOn } from '@/api/testing/caller';
import { type Db, openDatabase } from '@/db/client';
import { setProblem } from '@/db/problems';
import { jobs, repos } from '@/db/schema';
import { type DatabaseServer, databaseServer } from '@/db/testing/database-server';

/** What a call says of what it was to change, where the database server does not do as it is asked. */

const NOT_KNOWN = 'Whether this was done is not known: look before you send it again';
const BY_KEY = `${NOT_KNOWN}, or send it again with the same idempotencyKey.`;
const NOTHING = 'Nothing was changed.';

let dir: string;
let server: DatabaseServer;
let db: Db;
let repoId: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-in-trouble-'));
  vi.stubEnv('SPICERACK_DATA_DIR', dir);
  server = await databaseServer(join(dir, 'server.db'));
  db = await openDatabase(server.url);
  repoId = (await api().repos.add({ url: '/srv/shop.git' })).repo.id;
  await db.delete(jobs);
});
afterEach(async () => {
  setProblem('database', null);
  vi.unstubAllEnvs();
  db.$client.close();
  await server.stop();
  await rm(dir, { recursive: true, force: true });
});

const api = () => callerOn(db);
const sync = (idempotencyKey?: string) =>
  api().jobs.run({ repoId, kind: 'sync_repo', ...(idempotencyKey && { idempotencyKey }) });
const known = async () => (await db.select({ id: jobs.id }).from(jobs)).map(({ id }) => id);

/** Has something happen around the next that is written. */
function atWrite(when: 'before' | 'after', happens: () => void | Promise<void>): void {
  const client = db.$client;
  const { batch } = client;
  const writes = (statements: Array<InStatement | [string, unknown?]>) =>
    statements.some(
      (each) => !/^\s*select/i.test(typeof each === 'string' ? each : 'sql' in each ? each.sql : each[0]),
    );
  client.batch = async (statements, mode) => {
    if (!writes(statements)) return batch(statements, mode);
    client.batch = batch;
    if (when === 'before') await happens();
    const answer = await batch(statements, mode);
    if (when === 'after') await happens();
    return answer;
  };
}

const saidOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error: unknown) => {
      expect(error).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      return String(error);
    },
  );

describe('a change that was sent and never answered', () => {
  it('is not said to have changed nothing where it was done; with the same key it is the same job', async () => {
    atWrite('before', () => server.behave('mute', 1));
    const said = await saidOf(sync('one'));
    expect(said).toContain(BY_KEY);
    expect(said).not.toContain(NOTHING);
    const [job, ...others] = await known();
    expect([job, others]).toEqual([expect.any(String), []]);
    expect((await sync('one')).jobId).toBe(job);
    expect(await known()).toEqual([job]);
  });

  it.each(['cut', 500, 502, 503, 504] as const)('nor where nobody can know it: %s', async (manners) => {
    atWrite('before', () => server.behave(manners, 1));
    const said = await saidOf(sync('one'));
    expect(said).toContain(BY_KEY);
    expect(said).not.toContain(NOTHING);
  });

  it('is told of no key where it was sent with none', async () => {
    atWrite('before', () => server.behave('mute', 1));
    const said = await saidOf(sync());
    expect(said).toContain(`${NOT_KNOWN}. `);
    expect(said).not.toMatch(/idempotencyKey|Nothing was changed/);
  });
});

it('a change of which the first part was written is not said to have changed nothing, whatever the rest met', async () => {
  atWrite('after', () => server.behave(401, 1));
  const said = await saidOf(api().repos.update({ repoId, name: 'other' }));
  expect(said).toContain(NOT_KNOWN);
  expect(said).not.toContain(NOTHING);
  expect(await db.select({ name: repos.name }).from(repos).where(eq(repos.id, repoId))).toEqual([{ name: 'other' }]);
});

describe('of a change of which it is known, it says that nothing was changed', () => {
  it('where the server has refused it', async () => {
    atWrite('before', () => server.behave(401, 1));
    expect(await saidOf(sync('one'))).toContain(NOTHING);
    expect(await known()).toEqual([]);
  });

  it('where all that failed was to read', async () => {
    server.behave(503, 1000);
    const said = saidOf(sync('one'));
    expect(await said).toContain(NOTHING);
    server.behave('cut', 0);
    expect(await known()).toEqual([]);
  }, 20_000);

  it('where nobody listened, however much another call has written meanwhile', async () => {
    atWrite('before', async () => {
      await api().repos.update({ repoId, name: 'other' });
      await server.stop();
      // A connection that was open may break yet; nobody is there once none is.
      const refused = () => fetch(server.url).then(String, ({ cause }: Error) => cause);
      await expect.poll(refused).toMatchObject({ code: 'ECONNREFUSED' });
    });
    expect(await saidOf(sync('one'))).toContain(NOTHING);
    await server.start();
    expect(await known()).toEqual([]);
  }, 20_000);
});

it('a call that only reads says nothing of changes', async () => {
  server.behave(401, 1);
  const said = await saidOf(api().repos.list());
  expect(said).toContain('does not take the token of this server. Set SPICERACK_DATABASE_AUTH_TOKEN');
  expect(said).not.toMatch(/changed|done/);
});
