import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';

/** SQL for a table of `seq`: the jobs of a repo that have yet to end. */
export function openJobsOf(repoId: SQLWrapper | string): SQL {
  return sql`(select seq from jobs where repo_id = ${repoId} and status = 'running'
    union all select seq from jobs where repo_id = ${repoId} and status = 'queued')`;
}

/** SQL that is true while a job of the repo has yet to end. */
export function hasOpenJob(repoId: SQLWrapper | string): SQL {
  return sql`exists ${openJobsOf(repoId)}`;
}

/** SQL that is true while a job of the repo runs. */
export function hasRunningJob(repoId: SQLWrapper | string): SQL {
  return sql`exists (select 1 from jobs where repo_id = ${repoId} and status = 'running')`;
}
