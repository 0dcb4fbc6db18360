import { setImmediate } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { callerOn } from '@/api/testing/caller';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { type BenchRow, type Contestant, compare, measure } from './support/row';

const RUNS = 100;

/** How long the loop may stand still, in milliseconds. */
const STOP_MS = 50;

/** Ended jobs of the tables that are compared. */
const COUNTS = [1_000_000, 1000];

/**
 * What a job page, lists by branch and by person, an overview and an accepted job cost with many jobs, against few; and
 * how long the loop stands still for them at most.
 */
export async function run(): Promise<BenchRow[]> {
  const databases: TestDatabase[] = [];
  try {
    const contestants = [];
    for (const count of COUNTS) contestants.push(await contestant(count, databases));
    const [many, few] = contestants;
    if (!many || !few) throw new Error('nothing to compare');
    const costs = await measure('a job accepted, and reads of jobs', [many, { ...few, atMost: 1.3 }], RUNS);
    // Both are the longest of all runs.
    const stops = compare('the longest stop of the loop under these reads and acceptances', [
      { label: many.label, median: await longestStop(many) },
      { label: few.label, median: await longestStop(few) },
      { label: 'what it is to stay within', median: STOP_MS, atMost: 1 },
    ]);
    return [costs, { ...stops, runs: RUNS }];
  } finally {
    for (const test of databases) await test.close();
  }
}

/** How long nothing else had its turn at most, in milliseconds: SQLite runs in our thread, so a call is done in one go. */
async function longestStop({ calls }: Beside): Promise<number> {
  let longest = 0;
  for (let i = 0; i < RUNS; i += 1) {
    for (const call of calls) {
      await setImmediate();
      const from = performance.now();
      await call();
      longest = Math.max(longest, performance.now() - from);
    }
  }
  return longest;
}

interface Beside extends Contestant {
  calls: Array<() => Promise<unknown>>;
}

async function contestant(count: number, databases: TestDatabase[]): Promise<Beside> {
  const test = await testDatabase();
  databases.push(test);
  const repoId = await test.addRepo({ a: 'main' });
  await test.db.run(sql`
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
    insert into jobs (id, repo_id, kind, status, branch, requested_by, started_at, finished_at)
    select 'job-' || i, ${repoId}, 'rebase_branch', 'completed', 'branch-' || (i % 500), 'person-' || (i % 20), '2026', '2026' from n`);
  await test.db.run(sql`
    insert into job_moves (job_id, branch, rewritten, state) select id, branch, '[]', 'pushed' from jobs`);
  await test.db.run(sql`insert into jobs (id, repo_id, kind, status, requested_by)
    values ('00000000-0000-4000-8000-000000000000', ${repoId}, 'sync_repo', 'completed', 'test')`);
  const api = callerOn(test.db, { requestedBy: 'bench' });
  const calls = [
    () => api.jobs.run({ repoId, kind: 'rebase_branch', branch: 'a' }),
    () => api.jobs.list({ repoId, branch: 'branch-7' }),
    () => api.jobs.list({ requestedBy: 'nobody' }),
    () => api.jobs.get({ jobId: '00000000-0000-4000-8000-000000000000' }),
    () => api.repos.overview({ repoId }),
  ];
  return {
    label: `${count} jobs`,
    calls,
    prepare: async () => undefined,
    async run() {
      for (const call of calls) await call();
    },
  };
}
