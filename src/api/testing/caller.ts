import { anybody } from '@/access/asker';
import { appRouter } from '@/api/router';
import type { Db } from '@/db/client';

/** The API without a server, as somebody who may do everything unless said otherwise. */
export function callerOn(
  db: Db,
  { asker = anybody('administer'), requestedBy = 'test', shutdown = new AbortController().signal } = {},
): ReturnType<typeof appRouter.createCaller> {
  return appRouter.createCaller({ db, asker, client: requestedBy, requestedBy, shutdown, keep: null, stream: null });
}
