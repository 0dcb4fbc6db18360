import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { setProblem } from '@/db/problems';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { forgetNode, listNodes, nameProblem, sayNode } from './nodes';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await test.close();
});

const about = { host: 'rack', version: '0.1.0', executor: 'inline' as const, startedAt: '2026-11-27T17:00:00.000Z' };
const states = async () =>
  (await listNodes(test.db)).map(({ machine, isAway, takesJobs }) => [machine, isAway, takesJobs]);
/** Another server is another process; here it is a row that it wrote so many seconds ago. */
const other = (machine: string, seconds: number) =>
  test.db.run(sql`insert into nodes (machine, host, version, executor, takes_jobs, started_at, seen_at)
    values (${machine}, 'rack', '0.2.0', 'inline', 1, '', strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ${`-${seconds} seconds`}))`);

it('servers of one database know of each other: who is there, who takes no jobs, who is away, and none for ever', async () => {
  vi.stubEnv('SPICERACK_DATA_DIR', test.dir);
  await other('beside', 20);
  await other('silent', 200);
  await other('long-gone', 90_000);
  await sayNode(test.db, about);
  const [own] = await listNodes(test.db);
  expect(own).toMatchObject({ ...about, isThis: true });
  const me = own?.machine ?? '';
  expect(await states()).toEqual([
    [me, false, true],
    ['beside', false, true],
    ['silent', true, true],
  ]);
  setProblem('disk', { what: 'Full.', hint: 'Free some.', stopsJobs: true });
  await sayNode(test.db, about);
  setProblem('disk', null);
  expect((await states())[0]).toEqual([me, false, false]);
  // A twin, of which this one hears when it says next that it is there; its own row is none.
  expect(nameProblem(await sayNode(test.db, about), about)).toBeNull();
  await sayNode(test.db, { ...about, host: 'copy', startedAt: '2026-11-27T18:00:00.000Z' });
  expect(nameProblem(await sayNode(test.db, about), about)).toMatchObject({
    what: expect.stringContaining(`on copy, has this one's name`),
  });
  expect(nameProblem(null, about)).toBeNull();
  await forgetNode(test.db);
  expect(await states()).toEqual([
    ['beside', false, true],
    ['silent', true, true],
  ]);
});
