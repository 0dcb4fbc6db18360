import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Db, openDatabase } from './client';
import { problems } from './problems';
import { repos } from './schema';
import { type DatabaseServer, databaseServer } from './testing/database-server';
import { databaseTrouble } from './trouble';

describe('on a database server', () => {
  let dir: string;
  let server: DatabaseServer;
  let db: Db;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'spicerack-server-'));
    server = await databaseServer(join(dir, 'server.db'));
    db = await openDatabase(server.url);
  });
  afterEach(async () => {
    db.$client.close();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const add = (name: string) => db.insert(repos).values({ id: name, name, url: `/srv/${name}.git` });
  const names = async () => (await db.select({ name: repos.name }).from(repos)).map(({ name }) => name);
  const failureOf = (ends: Promise<unknown>) =>
    ends.then(
      () => null,
      (error: unknown) => error,
    );

  it('what is asked while it is away for a moment waits for it, and is done once', async () => {
    await server.stop();
    const both = Promise.all([add('one'), names()]);
    setTimeout(() => void server.start(), 150);
    await both;
    expect(await names()).toEqual(['one']);
  });

  it('what only reads is asked again where the answer got lost; what writes is not, since nobody knows whether it was done', async () => {
    await add('one');
    server.behave('cut', 2);
    expect(await names()).toEqual(['one']);
    const before = server.requests();
    server.behave('mute', 1);
    const error = await failureOf(add('two'));
    expect(databaseTrouble(error)?.what).toBe('The database server cannot be reached.');
    expect(problems()).toMatchObject([{ what: 'The database server cannot be reached.' }]);
    expect(server.requests()).toBe(before + 1);
    expect(await names()).toEqual(['one', 'two']);
  });

  it.each([502, 503, 504])(
    'a proxy that says %i may have handed a write on: only what reads is asked again',
    async (status) => {
      await add('one');
      server.behave(status, 2);
      expect(await names()).toEqual(['one']);
      const before = server.requests();
      server.behave(status, 1);
      expect(databaseTrouble(await failureOf(add('two')))?.what).toBe('The database server cannot be reached.');
      expect(server.requests()).toBe(before + 1);
    },
  );

  it('what it refuses is not asked again, and says what to do', async () => {
    const before = server.requests();
    server.behave(401, 1);
    const error = await failureOf(names());
    expect(databaseTrouble(error)?.hint).toContain('SPICERACK_DATABASE_AUTH_TOKEN');
    await expect(db.$client.execute('select n from elsewhere')).rejects.toThrow(/no such table/);
    expect(server.requests()).toBe(before + 2);
  });
});
