import type { Action, Forecast, ForecastOutline, Repo } from '@spicerack/client';
import { ago } from '@/ui/time';
import type { Session } from './session';

/** What an action would do, and the repository whose last sync that is known from. */
export interface Ahead {
  /** Null before the first sync: nothing is known to forecast from. */
  forecast: Forecast | null;
  repo: Repo;
}

/** What an action would do, once that is known. */
export async function forecastOf({ out, signal, client }: Session, action: Action): Promise<Ahead> {
  const look = () => client().repos.get({ repoId: action.repoId }, { signal });
  const before = await look();
  if (before.trunkTip === null) return { forecast: null, repo: before };
  out.now('forecast…');
  try {
    const forecast = await client().waitForForecast(action, { signal });
    // It may have been synced meanwhile.
    return { forecast, repo: await look() };
  } finally {
    out.now(null);
  }
}

/** How old the picture is that a forecast is made from: `as of the sync 3 min ago`. Pure. */
export function asOf({ syncedAt }: Pick<Repo, 'syncedAt'>, now: number): string {
  return syncedAt === null ? 'not synced yet' : `as of the sync ${ago(syncedAt, now)}`;
}

/** Whether a person should look before it is done: something would stay behind or go away. */
export function losesSomething({ heldBack, dropped, left = [] }: ForecastOutline): boolean {
  return heldBack.length > 0 || dropped.length > 0 || left.some(({ on, replacedBy }) => !on && !replacedBy);
}
