import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '@/db/client';
import { branches, forecasts } from '@/db/schema';
import type { BranchCounts } from '@/model/counts';
import type { ForecastOutline, RestackForecast } from '@/model/forecast';
import { actionKey } from '@/planner/tips-key';
import { branchCounts, branchStates, type Known } from '@/repos/branch-state';
import { type NeedBranch, needsOf } from '@/repos/needs';

/** The last outline of a Restack of the whole repo: for the branches as they are where there is one. At most one row. */
export const lastRestackQuery = (db: Db, repoId: string) =>
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
    .orderBy(forecasts.stale, sql`${forecasts.computedAt} desc`, sql`${forecasts.id} desc`)
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

/** What a list of repos says of one whose branch rows these are. */
export function countStates(
  rows: readonly NeedBranch[],
  trunk: string | null,
  restack: (NonNullable<Known['restack']> & { tipsKey: string }) | null,
): BranchCounts {
  const states = branchStates({ rows, trunk, restack });
  const isForeseen = restack !== null && !restack.stale && restack.outline.failure === null;
  const needs = needsOf(rows, trunk, states);
  const more = needs.length - MOST_NEEDS;
  return {
    ...{ ...branchCounts(states), needs: needs.slice(0, MOST_NEEDS) },
    ...(more > 0 ? { moreNeeds: more } : {}),
    ...(isForeseen ? { tipsKey: restack.tipsKey } : {}),
  };
}
