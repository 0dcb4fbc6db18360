import { sql } from 'drizzle-orm';
import { callerOn } from '@/api/testing/caller';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { type BenchRow, type Contestant, measure } from './row';

const RUNS = 60;

/** Ended jobs of the tables that are compared. */
const COUNTS = [200_000, 1000];

/** What a job page, lists by branch and by person, an overview and an accepted job cost with many jobs, against few. */
export async function run(): Promise<BenchRow> {
  const databases: TestDatabase[] = [];
  try {
    const contestants = [];
    for (const count of COUNTS) contestants.push(await contestant(count, databases));
    return await measure('a job accepted, and reads of jobs', contestants, RUNS);
  } finally {
    for (const test of databases) await test.close();
  }
}

async function contestant(count: number, databases: TestDatabase[]): Promise<Contestant> {
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
  return {
    label: `${count} jobs`,
    prepare: async () => undefined,
    async run() {
      await api.jobs.run({ repoId, kind: 'rebase_branch', branch: 'a' });
      await api.jobs.list({ repoId, branch: 'branch-7' });
      await api.jobs.list({ requestedBy: 'nobody' });
      await api.jobs.get({ jobId: '00000000-0000-4000-8000-000000000000' });
      await api.repos.overview({ repoId });
    },
  };
}
