import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pruneAudit } from '@/access/audit';
import { branchTips, jobLogs, jobSteps, jobs, tasks } from '@/db/schema';
import { GROWING, queryPlans, walksOf } from '@/db/testing/query-plans';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { metrics } from './metrics';
import { prune } from './prune';
import { tendClones } from './upkeep';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
  const repoId = await test.addRepo({ a: 'main' });
  const [id, old] = [uuid(), new Date(0).toISOString()];
  await test.db
    .insert(jobs)
    .values({ id, repoId, kind: 'sync_repo', requestedBy: 'test', status: 'completed', finishedAt: old });
  await test.db.insert(jobSteps).values({ jobId: id, attempt: 1, step: 'sync', status: 'completed' });
  await test.db.insert(jobLogs).values(Array.from({ length: 501 }, () => ({ jobId: id, line: 'x' })));
  await test.db
    .insert(tasks)
    .values({ id: uuid(), repoId, title: 'Old', branch: 'a', branchStatus: 'completed', archivedAt: old });
  await test.db
    .insert(branchTips)
    .values(
      Array.from({ length: 51 }, (_, n) => ({ repoId, branch: 'a', tip: String(n).padStart(40, '0'), seenAt: old })),
    );
});
afterAll(() => test.close());

/** How often each runs, and by itself: on a server where nothing happens too. */
const ROUNDS: Record<string, () => Promise<unknown>> = {
  'what a monitor asks every few seconds': () => metrics(test.db),
  'the look at the clones of every minute': () => tendClones(test.db, new Map(), new AbortController().signal),
  'the retention of every hour': async () => {
    await prune(test.db, { keepMs: 1000, keepEvents: 1 });
    await pruneAudit(test.db, { failed: 1, rows: 1 });
  },
};

describe('reads no table from end to end that grows for ever:', () => {
  for (const [what, round] of Object.entries(ROUNDS)) {
    it(what, async () => {
      const plans = await queryPlans(test.db, round);
      expect(plans.length).toBeGreaterThan(1);
      expect(walksOf(plans, GROWING).filter(({ sql }) => !isFromOneEnd(sql))).toEqual([]);
    });
  }
});

/** The oldest events, and the entries that are kept, are their table from one of its ends, as far as that goes. */
function isFromOneEnd(sql: string): boolean {
  return (
    /from "events" order by "events"."seq" asc limit \?$/.test(sql) ||
    /from audit where true order by seq desc limit 1 offset \?$/.test(sql)
  );
}
