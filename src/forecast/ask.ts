import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import { type Db, snapshot, write } from '@/db/client';
import { forecasts } from '@/db/schema';
import { HIDDEN_FORECAST_COLUMNS } from '@/db/triggers';
import type { ForecastView } from '@/feed/events';
import { cursorQuery } from '@/feed/read';
import type { ActionKind } from '@/model/kinds';
import { actionKey } from '@/planner/tips-key';
import { asJson, refusalOf } from '@/queue/accept';
import type { ActionFields } from '@/queue/kinds';
import type { Refusal } from '@/queue/refusal';
import { countsAsForeseen } from './last-restack';
import { tipsNow } from './tips-now';

/** The action that one wants to know about. */
export interface ForecastRequest extends ActionFields {
  repoId: string;
  kind: ActionKind;
}

/** A forecast as it is now, and where to follow the feed from. */
export type ForecastAnswer = ForecastView & { feedCursor: number };

/** After so long an error is no answer any more, and asking computes it again. */
const ERROR_HOLDS = '-10 seconds';

/** The columns of `ForecastView`. */
const view = Object.fromEntries(
  Object.entries(getTableColumns(forecasts)).filter(([key]) => !HIDDEN_FORECAST_COLUMNS.some((name) => name === key)),
  // Object.fromEntries loses the keys' names; what was filtered is exactly what the type leaves out.
) as Omit<ReturnType<typeof getTableColumns<typeof forecasts>>, (typeof HIDDEN_FORECAST_COLUMNS)[number]>;

/**
 * Answers from the table alone. Where nothing is known for the branch rows as they are, it writes the row that
 * asks for it: the background fills it in, and the feed brings that.
 */
export async function askForecast(db: Db, request: ForecastRequest): Promise<ForecastAnswer | { refused: Refusal }> {
  const refused = await refusalOf(db, request);
  if (refused) return { refused };
  const { repoId, kind, branch, parent, base, suggested } = request;
  const several = request.branches && [...new Set(request.branches)];
  const action = actionKey({ ...request, branches: several });
  // Again where the rows change between two looks at them.
  for (let tries = 0; tries < 3; tries++) {
    const now = await tipsNow.of(db, repoId);
    if (!now) break;
    const { key } = now;
    const known = await answer(db, repoId, action, key);
    if (known?.status === 'ready' && !known.stale) return known;
    const message = now.trunkTip === null ? 'It waits for the first sync of this repo.' : '';
    const unchanged = sql`not exists (select 1 from events
      where repo_id = ${repoId} and seq > ${now.cursor} and type in ('branches', 'repos'))`;
    await write(db, [
      db.run(sql`
        insert into forecasts (repo_id, kind, branch, branches, parent, base, suggested, action, tips_key, message)
        select ${repoId}, ${kind}, ${branch ?? null}, ${asJson(several)}, ${parent ?? null}, ${base ?? null}, ${suggested ? 1 : 0}, ${action}, ${key}, ${message}
        where ${unchanged}
        on conflict (repo_id, action, tips_key) do update set
          stale = 0,
          asked_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
          status = case
            when status = 'error' and computed_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ${ERROR_HOLDS}) then 'pending'
            else status end`),
      // The branches are again as they were.
      ...(known?.status === 'ready' ? await countsAsForeseen(db, known, known.outline) : []),
    ]);
    const asked = await answer(db, repoId, action, key);
    if (asked && !asked.stale) return asked;
  }
  return {
    refused: {
      code: 'CONFLICT',
      field: null,
      message: 'The branches of this repo are changing just now.',
      hint: 'Ask again.',
    },
  };
}

async function answer(db: Db, repoId: string, action: string, key: string): Promise<ForecastAnswer | null> {
  const [[row], [head]] = await snapshot(db, [
    db
      .select(view)
      .from(forecasts)
      .where(and(eq(forecasts.repoId, repoId), eq(forecasts.action, action), eq(forecasts.tipsKey, key))),
    cursorQuery(db),
  ]);
  return row ? { ...row, feedCursor: head?.cursor ?? 0 } : null;
}
