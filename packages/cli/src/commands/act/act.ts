import type { Action } from '@spicerack/client';
import { forecastOf, holdsBack, losesSomething } from '../../context/forecast';
import type { Place, Session } from '../../context/session';
import { EXIT, type Exit, Stop } from '../../out/exit';
import { follow } from './follow';
import { forecastLines } from './words';

/** The flags that every action takes. */
export interface ActFlags extends Place {
  json?: boolean | undefined;
  yes?: boolean | undefined;
  noWait?: boolean | undefined;
  dryRun?: boolean | undefined;
}

/** Says what an action would do, asks where something would stay behind or go away, runs it, and shows it to its end. */
export async function act(session: Session, flags: ActFlags, action: Action): Promise<Exit> {
  const { out } = session;
  const forecast = await forecastOf(session, action);
  const { outline } = forecast;
  if (flags.dryRun) {
    if (!outline)
      throw new Stop(EXIT.failed, `There is no forecast: ${forecast.message}`, {
        code: 'NO_FORECAST',
        retryable: true,
      });
    out.result({ forecast }, () => forecastLines(outline));
    return holdsBack(outline) ? EXIT.heldBack : EXIT.ok;
  }
  for (const line of outline ? forecastLines(outline) : [`forecast: ${forecast.message}`]) out.say(line);
  const isLoss = outline !== null && losesSomething(outline);
  if (isLoss) await agree(session, flags.yes);
  // Ctrl-C comes after it: then its number is known.
  const { jobId } = await session.client().jobs.run(
    // What was agreed to is what was shown.
    isLoss ? { ...action, expected: forecast.tipsKey } : action,
  );
  return follow(session, jobId, { noWait: flags.noWait, more: { forecast } });
}

/** Goes on where a person says yes, or has said so. @throws Stop else; nothing was done then */
export async function agree(
  session: Session,
  yes: boolean | undefined,
  why: readonly [message: string, hint: string] = [
    'Nothing was done: something would stay behind or go away.',
    'Look at the forecast, and give --yes.',
  ],
): Promise<void> {
  if (yes) return;
  if (!session.out.canAsk) throw new Stop(EXIT.refused, why[0], { code: 'NOT_AGREED', hint: why[1] });
  if (await session.out.confirm('Go on?', session.signal)) return;
  throw new Stop(EXIT.interrupted, 'Nothing was done.', { code: 'INTERRUPTED' });
}
