import { and, eq, isNotNull, not, sql } from 'drizzle-orm';
import type { Db } from '@/db/client';
import { hasOpenJob } from '@/db/open-jobs';
import { inRounds } from '@/db/rounds';
import { branches, forecasts, repos } from '@/db/schema';
import { actionKey } from '@/planner/tips-key';
import { askForecast } from './ask';

const RESTACK = { kind: 'restack_repo' } as const;

/**
 * Sees to it that every repo has the outline of a Restack of the whole for its branches as they are, whether or not
 * somebody looks: how branches stand, what a repo wants and every count are made of it. Ends when `abort` aborts.
 */
export async function keepOutlines(db: Db, abort: AbortSignal): Promise<void> {
  await inRounds(abort, 'The outline of a restack cannot be asked for', async () => {
    for (const { id } of await withoutOutline(db)) await askForecast(db, { ...RESTACK, repoId: id });
  });
}

/**
 * The repos with tracked branches of which no outline is known, under way, or was tried in vain for the rows as they
 * are. While a job is open the rows are about to change: then only who looks at them asks.
 */
function withoutOutline(db: Db): Promise<Array<{ id: string }>> {
  const tracked = sql`select 1 from ${branches}
    where ${branches.repoId} = ${repos.id} and ${branches.tracked} and not ${branches.merged} and not ${branches.gone}`;
  const asked = sql`select 1 from ${forecasts}
    where ${and(sql`${forecasts.repoId} = ${repos.id}`, eq(forecasts.action, actionKey(RESTACK)), not(forecasts.stale))}`;
  return db
    .select({ id: repos.id })
    .from(repos)
    .where(
      and(isNotNull(repos.trunkTip), sql`exists (${tracked})`, sql`not exists (${asked})`, not(hasOpenJob(repos.id))),
    );
}
