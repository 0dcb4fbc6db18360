import { createClient, type InArgs, type InStatement } from '@libsql/client';
import type { Db } from '@/db/client';

/** A statement that was run, with how SQLite goes about it. */
export interface QueryPlan {
  sql: string;
  /** The steps, as `EXPLAIN QUERY PLAN` says them: `SCAN jobs`, `SEARCH jobs USING INDEX …`. */
  steps: string[];
}

/**
 * Notes every statement that a database is given while `work` runs, and asks SQLite for the plan of each.
 * @returns one plan for each text of a statement
 */
export async function queryPlans(db: Db, work: () => Promise<unknown>): Promise<QueryPlan[]> {
  const client = db.$client;
  const { execute, batch } = client;
  const seen = new Map<string, { sql: string; args?: InArgs }>();
  const note = (statement: InStatement | [string, InArgs?]) => {
    if (typeof statement === 'string') seen.set(statement, { sql: statement });
    else if (Array.isArray(statement)) seen.set(statement[0], { sql: statement[0], args: statement[1] ?? [] });
    else seen.set(statement.sql, statement);
  };
  Object.assign(client, {
    execute(statement: InStatement) {
      note(statement);
      return typeof statement === 'string' ? execute(statement) : execute(statement);
    },
    batch(...given: Parameters<typeof batch>) {
      given[0].forEach(note);
      return batch(...given);
    },
  } satisfies Partial<typeof client>);
  try {
    await work();
  } finally {
    Object.assign(client, { execute, batch });
  }
  // On a connection of its own: libsql leaves the lock of a statement that is only explained where it is.
  const { rows: files } = await client.execute('pragma database_list');
  const own = createClient({ url: `file:${String(files[0]?.file)}` });
  const plans: QueryPlan[] = [];
  for (const [sql, { args = [] }] of seen) {
    const { rows } = await own.execute({ sql: `explain query plan ${sql}`, args });
    plans.push({ sql, steps: rows.map((row) => String(row.detail)) });
  }
  own.close();
  return plans;
}

/** The tables that grow with every job, task and move of a branch. */
export const GROWING = [
  'jobs',
  'job_branches',
  'job_moves',
  'job_steps',
  'job_logs',
  'events',
  'audit',
  'tasks',
  'branch_tips',
  'idempotency_keys',
];

/**
 * The plans that read one of these tables from end to end, or all the jobs that a repo has ever had, whatever name the
 * statement gives the table. What only goes with a deleted repo is not read.
 */
export function walksOf(plans: QueryPlan[], tables: string[]): QueryPlan[] {
  return plans.filter(({ sql, steps }) => {
    const names = tables.flatMap((table) => [
      table,
      ...[...sql.matchAll(new RegExp(`\\b"?${table}"? (?:as )?"?(\\w+)"?`, 'gi'))].map(([, alias]) => alias ?? ''),
    ]);
    return steps.some((step) => {
      const scanned = step.match(/^SCAN (\S+)/)?.[1];
      return (
        (scanned !== undefined && names.includes(scanned)) ||
        /USING INDEX jobs_(repo|started|repo_status) \(repo_id=\?\)$/.test(step)
      );
    });
  });
}
