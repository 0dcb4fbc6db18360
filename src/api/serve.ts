import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { readAsker, requestedByOf } from '@/access/asker';
import { requestedBy } from '@/access/requested-by';
import { queueOfTurns } from '@/breather';
import { db } from '@/db/client';
import type { Follow } from '@/feed/follow';
import { logTrouble } from '@/log';
import { percentDecoded } from '@/percent-decoded';
import { refusalBody } from '@/server/door/refusal-body';
import { shutdownSignal } from '@/shutdown';
import { version } from '../../package.json';
import { feedStream } from './feed/stream';
import { KeptAnswers, type MadeFrom } from './kept/answers';
import { appRouter } from './router';

/** Most calls of one request: each may answer with thousands of rows. */
const MAX_CALLS = 10;

/** Queries that read so much that the loop goes round for nobody else meanwhile. */
const HEAVY = new Set([
  'branches.history',
  'changes.commits',
  'changes.get',
  'changes.image',
  'changes.rangeDiff',
  'forecast.get',
  'jobs.get',
  'jobs.list',
  'jobs.log',
  'jobs.rewritten',
  'repos.list',
  'repos.overview',
]);

/**
 * Where many come at once, as after a restart or of one script, `/api/health` is answered in between; and calls that ask
 * for little do not wait for all that ask for much, nor do those that change something.
 */
const turns = {
  heavy: queueOfTurns({ begins: 1, atOnce: 4 }),
  change: queueOfTurns({ begins: 1 }),
  light: queueOfTurns({ begins: 10 }),
};

const answers = new KeptAnswers();

/**
 * Answers a request of the API. Who comes in has been decided at the door, as for every path; what he may do is decided
 * with each procedure.
 */
export async function serveApi(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  // tRPC splits the path at its commas once it is decoded.
  const calls = percentDecoded(pathname).replace(/^.*\//, '').split(',');
  const refused = refusal(request, calls.length);
  if (refused) return refused;
  const isHeavy = calls.some((call) => HEAVY.has(call));
  const isQuery = request.method === 'GET' || calls.every((call) => HEAVY.has(call));
  const inTurn = turns[isHeavy ? 'heavy' : isQuery ? 'light' : 'change'];
  return inTurn(async () => {
    // Who has gone reads no answer; what was to change something is done all the same.
    if (isQuery && request.signal.aborted) return new Response(null, { status: 499 });
    if (isHeavy && shutdownSignal().aborted) {
      return refuse('SERVICE_UNAVAILABLE', 503, 'This server ends before it comes to this. Ask again in a moment.');
    }
    return answer(request);
  });
}

async function answer(request: Request): Promise<Response> {
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
  // A stream that was refused is over, and so is its connection: one that is kept takes a place of others.
  if (response.headers.get('content-type')?.startsWith('text/event-stream'))
    response.headers.set('connection', 'close');
  return madeFrom ? answers.keep(request, asker, madeFrom, response) : response;
}

/** What tRPC would take and the API has no use for: forms, bytes, and any number of calls in one request. */
function refusal(request: Request, calls: number): Response | null {
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (request.method === 'POST' && type !== 'application/json') {
    return refuse('UNSUPPORTED_MEDIA_TYPE', 415, 'Send the input as JSON, with "content-type: application/json".');
  }
  const coding = request.headers.get('content-encoding')?.trim().toLowerCase();
  if (request.method === 'POST' && coding && coding !== 'identity') {
    return refuse('UNSUPPORTED_MEDIA_TYPE', 415, 'Send the input as it is, without "content-encoding".');
  }
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
