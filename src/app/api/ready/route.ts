import { sql } from 'drizzle-orm';
import { config } from '@/config';
import { db } from '@/db/client';
import { hasProblem, type ProblemSource, stopsJobs } from '@/db/problems';
import { databaseTrouble } from '@/db/trouble';
import { logTrouble } from '@/log';

export const dynamic = 'force-dynamic';

/** What is asked for, by the source that tells of it. */
const PARTS: Array<[part: string, source: ProblemSource, problem: string]> = [
  ['git', 'git_program', 'No git 2.38 or later answers.'],
  ['executor', 'registration', 'Inngest has not taken the registration of this server.'],
  ['executor', 'hand_over', 'Inngest takes no jobs.'],
  ['disk', 'disk', 'The disk cannot be written.'],
];

/**
 * 200 while this server can take requests and run jobs, else 503 with what keeps it from that; for a proxy that chooses
 * among several. Whoever asks, so it names no path and no host: the status page has the whole.
 */
export async function GET(): Promise<Response> {
  const checks: Record<string, string> = { database: (await databaseProblem()) ?? 'ok' };
  for (const [part, source, problem] of PARTS) {
    checks[part] ??= 'ok';
    if (checks[part] === 'ok' && keepsFrom(source)) checks[part] = problem;
  }
  const ok = Object.values(checks).every((check) => check === 'ok');
  return Response.json({ ok, checks }, { status: ok ? 200 : 503 });
}

/**
 * A disk that is nearly full is no reason yet, nor is Inngest where jobs run in this process meanwhile. Where Inngest does
 * not call, its calls may come through the proxy that asks here: it has to find this server for that to be over.
 */
function keepsFrom(source: ProblemSource): boolean {
  const isOfInngest = source === 'registration' || source === 'hand_over';
  return isOfInngest ? hasProblem(source) && config().executor === 'inngest' : stopsJobs(source);
}

async function databaseProblem(): Promise<string | null> {
  try {
    await (await db()).run(sql`select 1`);
    return hasProblem('database') ? 'The database takes no writes.' : null;
  } catch (error) {
    const trouble = databaseTrouble(error);
    if (!trouble) logTrouble('database_failed', 'The database does not answer', error, { withStack: true });
    return trouble?.what ?? 'The database does not answer.';
  }
}
