import { sql } from 'drizzle-orm';
import { config } from '@/config';
import { db } from '@/db/client';
import { hasProblem, type ProblemSource, stopsJobs } from '@/db/problems';
import { databaseTrouble, SILENT } from '@/db/trouble';
import { logTrouble } from '@/log';
import { inTime } from '@/time-limit';

export const dynamic = 'force-dynamic';

/** How long the database has for its answer, in milliseconds: whoever asks here waits a few seconds at most. */
const ANSWERS_WITHIN_MS = 2000;

/** What is asked for, by the source that tells of it. */
const PARTS: Array<[part: string, source: ProblemSource, problem: string]> = [
  ['git', 'git_program', 'No git 2.38 or later answers.'],
  ['executor', 'registration', 'Inngest has not taken the registration of this server.'],
  ['executor', 'hand_over', 'Inngest takes no jobs.'],
  ['disk', 'disk', 'The data directory cannot be used.'],
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

let looking: Promise<string | null> | null = null;

/** One look for all who ask meanwhile: a database that hangs keeps each, and whoever likes may ask. */
function databaseProblem(): Promise<string | null> {
  looking ??= inTime(ANSWERS_WITHIN_MS, lookAtDatabase(), SILENT.what).finally(() => {
    looking = null;
  });
  return looking;
}

async function lookAtDatabase(): Promise<string | null> {
  try {
    await (await db()).run(sql`select 1`);
    return hasProblem('database') ? 'The database takes no writes.' : null;
  } catch (error) {
    const trouble = databaseTrouble(error);
    if (!trouble) logTrouble('database_failed', 'The database does not answer', error, { withStack: true });
    return trouble?.what ?? SILENT.what;
  }
}
