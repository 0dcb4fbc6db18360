import { getTableColumns, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { config } from '@/config';
import type { Db } from '@/db/client';
import { type JobRow, jobs } from '@/db/schema';

/** The jobs that have yet to end, read by their indexes: what it costs does not grow with the queue, nor with history. */

/** SQL for a table of `seq`: the jobs of a repo that have yet to end. */
export function openJobsOf(repoId: SQLWrapper | string): SQL {
  return sql`(select seq from jobs where repo_id = ${repoId} and status = 'running'
    union all select seq from jobs where repo_id = ${repoId} and status = 'queued')`;
}

/** SQL that is true while a job of the repo has yet to end. */
export function hasOpenJob(repoId: SQLWrapper | string): SQL {
  return sql`exists ${openJobsOf(repoId)}`;
}

/**
 * The running jobs, and of the repos that have none the first queued job of each, as many as may be at work at once.
 * Whoever was served longest ago comes first: no repo gets a second turn while another one waits for its first.
 * One seek for each repo with something queued, and none for what stands further back in its queue.
 */
export async function turns(db: Db): Promise<JobRow[]> {
  return db
    .select(getTableColumns(jobs))
    .from(
      sql`(
    with recursive waiting(repo) as (
      select min(repo_id) from jobs where status = 'queued'
      union all
      select (select min(repo_id) from jobs where status = 'queued' and repo_id > waiting.repo)
      from waiting where waiting.repo is not null
    ),
    heads(seq, served) as (
      select (select min(seq) from jobs where status = 'queued' and repo_id = waiting.repo),
             (select max(started_at) from jobs where repo_id = waiting.repo)
      from waiting
      where waiting.repo is not null
        and not exists (select 1 from jobs where status = 'running' and repo_id = waiting.repo)
      order by 2 nulls first, 1 limit ${config().concurrency}
    )
    select seq as turn, next_attempt_at as served from jobs where status = 'running'
    union all
    select seq, served from heads)`,
    )
    .innerJoin(jobs, sql`${jobs.seq} = turn`)
    .orderBy(sql`served nulls first`, jobs.seq);
}
