import { setImmediate as turn } from 'node:timers/promises';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { readAsker, requestedByOf } from '@/access/asker';
import { requestedBy } from '@/access/requested-by';
import { db } from '@/db/client';
import type { Follow } from '@/feed/follow';
import { logTrouble } from '@/log';
import { refusalBody } from '@/server/door/refusal-body';
import { shutdownSignal } from '@/shutdown';
import { version } from '../../package.json';
import { feedStream } from './feed/stream';
import { KeptAnswers, type MadeFrom } from './kept/answers';
import { appRouter } from './router';

/** Most calls of one request: each may answer with thousands of rows. */
const MAX_CALLS = 10;

const OF_STREAMS = /\/feed\.subscribe$/;

/** How many streams begin in one turn of the loop. */
const STREAMS_A_TURN = 10;

const answers = new KeptAnswers();

/**
 * Answers a request of the API. Who comes in has been decided at the door, as for every path; what he may do is decided
 * with each procedure.
 */
export async function serveApi(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const refused = refusal(request, pathname);
  if (refused) return refused;
  if (OF_STREAMS.test(pathname)) await streamsTurn();
  const database = await db();
  const asker = readAsker(request.headers);
  const client = requestedBy(request.headers);
  // A database in trouble is told by what would have made the answer.
  const kept = await answers.find(request, asker, database).catch(() => null);
  if (kept) return kept;
  let madeFrom: MadeFrom | undefined;
  let followed: Follow | undefined;
  const response = await fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: appRouter,
    // A query of many names has no room in an address. It is the query still, whoever may ask it; a change is never a GET.
    allowMethodOverride: true,
    createContext: () => ({
      db: database,
      asker,
      client,
      requestedBy: requestedByOf(asker, client),
      shutdown: shutdownSignal(),
      keep: (from) => {
        madeFrom = from;
      },
      stream: (follow) => {
        followed = follow;
      },
    }),
    responseMeta: () => ({ headers: { 'x-spicerack-version': version } }),
    onError: ({ path, error }) => {
      // A stream whose client has gone away ends with an error of its own.
      if (error.code === 'INTERNAL_SERVER_ERROR' && !shutdownSignal().aborted && !request.signal.aborted)
        logTrouble('request_failed', `A call failed: ${path}`, error.cause ?? error, { withStack: true });
    },
  });
  if (followed) {
    await response.body?.cancel();
    return new Response(feedStream(followed, request.signal), response);
  }
  return madeFrom ? answers.keep(request, asker, madeFrom, response) : response;
}

let begun = 0;
let begins = Promise.resolve();

/** Waits where many streams come at once, as all do after a restart: whoever else asks is answered in between. */
function streamsTurn(): Promise<void> {
  begun += 1;
  if (begun % STREAMS_A_TURN === 0) begins = begins.then(() => turn());
  return begins;
}

/** What tRPC would take and the API has no use for: forms, bytes, and any number of calls in one request. */
function refusal(request: Request, pathname: string): Response | null {
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (request.method === 'POST' && type !== 'application/json') {
    return refuse('UNSUPPORTED_MEDIA_TYPE', 415, 'Send the input as JSON, with "content-type: application/json".');
  }
  // tRPC splits the path at its commas once it is decoded.
  const calls = pathname.split(/,|%2c/i).length;
  if (calls > MAX_CALLS) {
    return refuse('BAD_REQUEST', 400, `These are ${calls} calls in one request: send at most ${MAX_CALLS} in one.`);
  }
  return null;
}

function refuse(code: Parameters<typeof refusalBody>[0]['code'], httpStatus: number, message: string): Response {
  return new Response(refusalBody({ code, httpStatus, message }), {
    status: httpStatus,
    headers: { 'content-type': 'application/json' },
  });
}
