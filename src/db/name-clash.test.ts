import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { clashingName } from './name-clash';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

it.each([
  ['a/x', 'a'],
  ['a/x/y', 'a'],
  ['deep', 'deep/er/one'],
  ['deep/er', 'deep/er/one'],
  ['main/x', 'main'],
])('a new branch %s cannot be beside %s', async (name, there) => {
  const repoId = await test.addRepo({ a: 'main', 'deep/er/one': 'main' });
  expect(await clashingName(test.db, repoId, name)).toBe(there);
});

it.each(['a-x', 'ab', 'deep-er', 'deep/e', 'deep/er/two', 'deeper', 'mainx'])('a new branch %s can', async (name) => {
  const repoId = await test.addRepo({ a: 'main', 'deep/er/one': 'main' });
  expect(await clashingName(test.db, repoId, name)).toBeNull();
});
