import { afterAll, beforeAll, expect, it } from 'vitest';
import { audit } from '@/db/schema';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { note, pruneAudit } from './audit';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

it('who guesses does not push out what others have done: each keeps its newest', async () => {
  const entry = { who: null, via: null, address: null, about: {} };
  for (let i = 0; i < 3; i += 1) await note(test.db, { ...entry, action: 'jobs.run' });
  for (let i = 0; i < 5; i += 1) await note(test.db, { ...entry, action: 'sign_in_failed' });
  const left = async () => (await test.db.select().from(audit)).map(({ seq }) => seq);
  await pruneAudit(test.db, { failed: 2, rows: 10 });
  expect(await left()).toEqual([1, 2, 3, 7, 8]);
  await pruneAudit(test.db, { failed: 2, rows: 4 });
  expect(await left()).toEqual([2, 3, 7, 8]);
  await pruneAudit(test.db, { failed: 2, rows: 4 });
  expect(await left()).toEqual([2, 3, 7, 8]);
});
