import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '@/db/client';
import { branches, repos } from '@/db/schema';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { backUp, whyNotOpened } from './backup';
import { checkpoint } from './checkpoint';

let test: TestDatabase;
let dir: string;
beforeAll(async () => {
  test = await testDatabase();
  dir = mkdtempSync(join(tmpdir(), 'spicerack-backup-'));
});
afterAll(async () => {
  await test.close();
  rmSync(dir, { recursive: true, force: true });
});
const databaseUrl = () => `file:${test.dir}/test.db`;

describe('a backup', () => {
  it('has what was there, also while somebody writes, and is opened as it is', async () => {
    const repoId = await test.addRepo({ a: 'main' });
    const writer = await test.db.$client.transaction('write');
    await writer.execute(`insert into repos (id, name, url) values ('later', 'later', '/srv/later.git')`);
    await backUp({ databaseUrl: databaseUrl() }, join(dir, 'new', 'copy.db'));
    await writer.commit();
    const copy = await openDatabase(`file:${dir}/new/copy.db`);
    expect(await copy.select({ id: repos.id }).from(repos)).toEqual([{ id: repoId }]);
    expect(await copy.select().from(branches).where(eq(branches.repoId, repoId))).toMatchObject([{ name: 'a' }]);
    copy.$client.close();
    expect(statSync(join(dir, 'new', 'copy.db')).mode & 0o077).toBe(0);
  });

  it.each([
    ['a file that is there', () => databaseUrl(), () => join(test.dir, 'test.db'), /is there already/],
    [
      'no database',
      () => `file:${dir}/nowhere.db`,
      () => join(dir, 'x.db'),
      /There is no database at .*SPICERACK_DATA_DIR/,
    ],
    [
      'no database, since its folder is a file',
      () => `file:${test.dir}/test.db/nowhere.db`,
      () => join(dir, 'x.db'),
      /There is no database at /,
    ],
    [
      'below what is no folder',
      () => databaseUrl(),
      () => join(test.dir, 'test.db', 'x.db'),
      /cannot be written \(EEXIST\)/,
    ],
    ['a database server', () => 'libsql://db.example', () => join(dir, 'x.db'), /is a database server/],
  ])('of or to %s is refused, and leaves nothing behind', async (_name, url, target, words) => {
    await expect(backUp({ databaseUrl: url() }, target())).rejects.toThrow(words);
    expect(readdirSync(dir).filter((name) => name.startsWith('x.db') || name === 'nowhere.db')).toEqual([]);
  });
});

// By the code alone: to root, which often runs the tests, no file is another user's.
it.each([
  ['EACCES', "/srv/s.db is not this user's (EACCES): make the backup as the user that runs Spicerack."],
  ['EROFS', '/srv/s.db cannot be read and written (EROFS): mend that first, then make the backup.'],
])('a database that gives %s is told for what it is', (code, words) => {
  expect(whyNotOpened('/srv/s.db', code)).toBe(words);
});

it('a checkpoint leaves nothing in the log of the database', async () => {
  await test.addRepo();
  const log = () => statSync(join(test.dir, 'test.db-wal')).size;
  expect(log()).toBeGreaterThan(0);
  await checkpoint(test.db);
  expect(log()).toBe(0);
});
