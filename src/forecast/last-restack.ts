import { and, eq, sql } from 'drizzle-orm';
import { type Db, type Statement, snapshot } from '@/db/client';
import { jsonRows, rowsIn } from '@/db/json-rows';
import { branches, type ForecastRow, forecasts, repos } from '@/db/schema';
import type { BranchCounts } from '@/model/counts';
import type { ForecastOutline, RestackForecast } from '@/model/forecast';
import type { VersionedNeed } from '@/model/needs';
import { actionKey } from '@/planner/tips-key';
import { branchCounts, branchStates, filterCounts, type Known } from '@/repos/branch-state';
import { type NeedBranch, needsOf } from '@/repos/needs';

/**
 * The last outline of a Restack of the whole repo: for the branches as they are where there is one. At most one row.
 * @param key the branches as they are about to be: an outline of those goes first, whenever it was made
 */
export const lastRestackQuery = (db: Db, repoId: string, key: string | null = null) =>
  db
    .select({
      id: forecasts.id,
      outline: forecasts.outline,
      computedAt: forecasts.computedAt,
      stale: forecasts.stale,
      tipsKey: forecasts.tipsKey,
    })
    .from(forecasts)
    .where(
      and(
        eq(forecasts.repoId, repoId),
        eq(forecasts.action, actionKey({ kind: 'restack_repo' })),
        eq(forecasts.status, 'ready'),
      ),
    )
    .orderBy(
      sql`${forecasts.tipsKey} is not ${key}`,
      forecasts.stale,
      sql`${forecasts.computedAt} desc`,
      sql`${forecasts.id} desc`,
    )
    .limit(1);

type LastRestack = Pick<RestackForecast, 'id' | 'tipsKey' | 'computedAt' | 'stale'> & {
  outline: ForecastOutline | null;
};

/** What of it the states of branches are made of. */
export function restackOf(row: LastRestack | undefined): RestackForecast | null {
  if (!row?.outline) return null;
  const { id, tipsKey, computedAt, stale, outline } = row;
  const { failure, heldBack, left } = outline;
  const moves = outline.moves.map(({ branch, from, moves: isMoved }) => ({ branch, from, moves: isMoved }));
  return { id, tipsKey, computedAt, stale, outline: { failure, heldBack, moves, ...(left ? { left } : {}) } };
}

/** The columns of a branch row that its state depends on. */
export const STATE_COLUMNS = {
  name: branches.name,
  parent: branches.parent,
  tip: branches.tip,
  base: branches.base,
  tracked: branches.tracked,
  merged: branches.merged,
  gone: branches.gone,
  kept: branches.kept,
  keptReason: branches.keptReason,
  needsRestack: branches.needsRestack,
  forecast: branches.forecast,
};

/** The columns of a branch row that what a repo wants of a person depends on. */
export const NEED_COLUMNS = {
  ...STATE_COLUMNS,
  suggestedParent: branches.suggestedParent,
  prNumber: branches.prNumber,
  prState: branches.prState,
  prUrl: branches.prUrl,
  review: branches.review,
  ci: branches.ci,
};

/** Needs that a list of repos carries of one: nobody does more in a day. */
const MOST_NEEDS = 200;

type Restack = NonNullable<Known['restack']> & { tipsKey: string };

/** What a list of repos says of one whose branch rows these are. */
export function countStates(rows: readonly NeedBranch[], trunk: string | null, restack: Restack | null): BranchCounts {
  const states = branchStates({ rows, trunk, restack });
  return countsFrom(filterCounts(states), needsOf(rows, trunk, states), restack);
}

/** The same of branches of which that is known already. */
export function countsFrom(
  filters: ReturnType<typeof filterCounts>,
  needs: readonly VersionedNeed[],
  restack: Restack | null,
): BranchCounts {
  const isForeseen = restack !== null && !restack.stale && restack.outline.failure === null;
  const more = needs.length - MOST_NEEDS;
  return {
    ...{ ...branchCounts(filters), needs: needs.slice(0, MOST_NEEDS) },
    ...(more > 0 ? { moreNeeds: more } : {}),
    ...(restack?.outline.failure ? { noForecast: restack.outline.failure.message } : {}),
    ...(isForeseen ? { tipsKey: restack.tipsKey } : {}),
  };
}

/**
 * What renews what the list of repos says of one, once the outline of a Restack of the whole holds for its branches:
 * because it was computed, or because they are again as they were when it was. Runs after what makes it hold.
 */
export async function countsAsForeseen(
  db: Db,
  { id, repoId, kind, tipsKey }: Pick<ForecastRow, 'id' | 'repoId' | 'kind' | 'tipsKey'>,
  outline: ForecastOutline | null,
): Promise<Statement[]> {
  if (kind !== 'restack_repo' || outline === null) return [];
  const [[repo], stated] = await snapshot(db, [
    db.select({ trunk: repos.trunk }).from(repos).where(eq(repos.id, repoId)),
    jsonRows(db, NEED_COLUMNS, sql`from branches where repo_id = ${repoId}`),
  ]);
  const counts = countStates(rowsIn(stated), repo?.trunk ?? null, { outline, stale: false, tipsKey });
  return [
    db.run(sql`
      update repos set counts = ${JSON.stringify(counts)}
      where id = ${repoId} and exists (select 1 from forecasts where id = ${id} and status = 'ready' and not stale)`),
  ];
}
