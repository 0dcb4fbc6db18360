import { join } from 'node:path';
import { afterAll, beforeAll, vi } from 'vitest';
import { type TestDatabase, testDatabase } from '../database';

/** What the tests of a file stand on: there in hooks and tests, not before. */
export type TestGround = Pick<TestDatabase, 'db' | 'dir' | 'addRepo'>;

/**
 * A database, a data directory of the server, and a folder around both where there is room for remotes, from before
 * the first test of a file until after the last. Hooks that are registered after this one end before it.
 * @param settings of the server, by the names of their variables
 */
export function testGround(settings: Record<string, string> = {}): TestGround {
  let database: TestDatabase | undefined;
  beforeAll(async () => {
    database = await testDatabase();
    const all = { SPICERACK_DATA_DIR: join(database.dir, 'data'), ...settings };
    for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await database?.close();
  });
  const there = () => {
    if (!database) throw new Error('The ground is there in hooks and tests alone.');
    return database;
  };
  return {
    get db() {
      return there().db;
    },
    get dir() {
      return there().dir;
    },
    addRepo: (tracked) => there().addRepo(tracked),
  };
}
