import type { Action, Forecast, ForecastOutline } from '@spicerack/client';
import type { Session } from './session';

/** What an action would do, once that is known. */
export async function forecastOf({ out, signal, client }: Session, action: Action): Promise<Forecast> {
  out.now('forecast…');
  try {
    return await client().waitForForecast(action, { signal });
  } finally {
    out.now(null);
  }
}

/**
 * Whether a person should look before it is done: something would stay behind or go away. An action that cannot be done
 * loses nothing, and the job knows it from fresher branches.
 */
export function losesSomething({ heldBack, dropped, left = [] }: ForecastOutline): boolean {
  return heldBack.length > 0 || dropped.length > 0 || left.some(({ on, replacedBy }) => !on && !replacedBy);
}

/** Whether it would leave something where it is. */
export function holdsBack({ failure, heldBack }: ForecastOutline): boolean {
  return failure !== null || heldBack.length > 0;
}
