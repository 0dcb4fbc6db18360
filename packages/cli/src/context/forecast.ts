import type { ForecastView } from '@/feed/events';
import type { ForecastOutline } from '@/model/forecast';
import type { Client } from './client';
import type { Session } from './session';

export type Action = Parameters<Client['forecast']['get']>[0];

/** What an action would do, once that is known: it is asked for anew where the branches change meanwhile. */
export async function forecastOf(session: Session, action: Action): Promise<ForecastView> {
  const { signal } = session;
  const client = session.client();
  for (;;) {
    const { feedCursor, ...asked } = await client.forecast.get(action, { signal });
    if (asked.status !== 'pending') return asked;
    session.out.now(asked.message || 'forecast…');
    for await (const message of client.watch({ repoId: action.repoId, from: feedCursor }, { signal })) {
      if (message.kind === 'start_over') break;
      const news = message.events.findLast((event) => event.type === 'forecasts' && event.row.id === asked.id);
      if (news?.type !== 'forecasts') continue;
      if (news.op === 'delete' || news.row.stale) break;
      if (news.row.status !== 'pending') return news.row;
    }
  }
}

/** Whether a person should look before it is done: something would stay behind or go away. */
export function losesSomething({ failure, heldBack, dropped, left = [] }: ForecastOutline): boolean {
  return (
    failure !== null ||
    heldBack.length > 0 ||
    dropped.length > 0 ||
    left.some(({ on, replacedBy }) => !on && !replacedBy)
  );
}

/** Whether it would leave something where it is. */
export function holdsBack({ failure, heldBack }: ForecastOutline): boolean {
  return failure !== null || heldBack.length > 0;
}
