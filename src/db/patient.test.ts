import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@libsql/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { patient } from './patient';
import { MOVED } from './trouble';

describe('a patient client', () => {
  let dir: string;
  let client: Client;
  let other: Client;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'spicerack-patient-'));
    const url = `file:${dir}/test.db`;
    client = patient(createClient({ url, timeout: 20 }));
    other = createClient({ url, timeout: 20 });
    await client.execute('pragma journal_mode = wal');
    await client.execute('create table rows (n integer)');
  });
  afterEach(async () => {
    client.close();
    other.close();
    await rm(dir, { recursive: true, force: true });
  });

  const rows = async () => (await client.execute('select n from rows order by n')).rows.map((row) => row.n);

  it('waits for the lock of another writer while the process goes on with other things', async () => {
    const lock = await other.transaction('write');
    const writes = Promise.all([
      client.execute('insert into rows values (1)'),
      client.batch(['insert into rows values (2)', 'insert into rows values (3)']),
    ]);
    // Only a process that does not stand still can get to this while the writes wait.
    for (let turns = 0; turns < 5; turns++) {
      expect(await rows()).toEqual([]);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await lock.rollback();
    await writes;
    expect(await rows()).toEqual([1, 2, 3]);
  });

  it('gives up on a lock that stays, and works again as soon as it is gone', async () => {
    const lock = await other.transaction('write');
    const failures = await Promise.allSettled([
      client.execute('insert into rows values (1)'),
      client.batch(['insert into rows values (2)']),
    ]);
    expect(failures.map((failure) => failure.status === 'rejected' && failure.reason.code)).toEqual([
      'SQLITE_BUSY',
      'SQLITE_BUSY',
    ]);
    expect(await rows()).toEqual([]);
    await lock.rollback();
    await client.batch(['insert into rows values (3)', 'insert into rows values (4)']);
    expect(await rows()).toEqual([3, 4]);
  });

  it('opens no other file in the place of its own: says so, and goes on when it is back', async () => {
    const [folder, aside] = [join(dir, 'data'), join(dir, 'aside')];
    await mkdir(folder);
    const url = `file:${folder}/own.db`;
    const told: unknown[] = [];
    const mine = patient(createClient({ url, timeout: 20 }), (error) => told.push(error), join(folder, 'own.db'));
    const theirs = createClient({ url, timeout: 20 });
    await mine.execute('pragma journal_mode = wal');
    await mine.execute('create table rows (n integer)');
    for (const replace of [async () => undefined, async () => writeFile(join(folder, 'own.db'), '')]) {
      const lock = await theirs.transaction('write');
      await rename(folder, aside);
      await mkdir(folder);
      await replace();
      const before = await readdir(folder);
      for (const statement of ['insert into rows values (1)', 'insert into rows values (2)']) {
        await expect(mine.execute(statement)).rejects.toMatchObject({ code: MOVED });
      }
      await expect(mine.execute('select n from rows')).rejects.toMatchObject({ code: MOVED });
      expect(await readdir(folder)).toEqual(before);
      expect(told.length).toBeGreaterThan(0);
      await lock.rollback();
      await rm(folder, { recursive: true });
      await rename(aside, folder);
      await mine.batch(['insert into rows values (3)', 'insert into rows values (4)']);
    }
    expect((await mine.execute('select n from rows')).rows.map((row) => row.n)).toEqual([3, 4, 3, 4]);
    mine.close();
    theirs.close();
  });

  it('tells at once what no waiting can help', async () => {
    await expect(client.execute('insert into elsewhere values (1)')).rejects.toThrow(/no such table/);
    client.close();
    await expect(client.execute('select 1')).rejects.toThrow(/closed/);
  });
});
