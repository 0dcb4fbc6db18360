import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipped, takesGzip } from './gzip';

/** Answers a request of the API: `serveApi`, which the app makes. */
export type ServeApi = (request: Request) => Promise<Response>;

// Node bundles the server and Next the app, so what one makes for the other is handed over here.
const shared = globalThis as typeof globalThis & { __spicerackApi?: ServeApi };

/** Says what answers the API in this process, once there is an app that can. */
export function setServeApi(serve: ServeApi): void {
  shared.__spicerackApi = serve;
}

/** One call, or several with commas: the same paths that the app has a route for. */
const CALL = /^\/api\/trpc\/[^/?]+(?:\?|$)/;

/** Bytes from which an answer is compressed: less goes as one packet anyway. */
const COMPRESSED_FROM = 1400;

/**
 * Answers a call of the API before Next looks at it, whose way to a route takes longer than most calls do. All that
 * answers it is the same there and here; so where there is no app yet, Next's route does.
 * @returns whether the request was for it
 */
export async function answerApi(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const serve = shared.__spicerackApi;
  const { method, url } = request;
  if (!serve || (method !== 'GET' && method !== 'POST') || !CALL.test(url ?? '')) return false;
  const answer = await serve(await webRequest(request, response));
  // Nobody is there to read it.
  if (response.destroyed) {
    await answer.body?.cancel();
    return true;
  }
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) {
    if (name === 'vary') response.appendHeader(name, value);
    else response.setHeader(name, value);
  }
  response.appendHeader('vary', 'accept-encoding');
  if (answer.headers.get('content-type') === 'application/json' && !answer.headers.has('transfer-encoding')) {
    await sendWhole(request, response, Buffer.from(await answer.arrayBuffer()));
  } else await sendAsItComes(response, answer);
  return true;
}

async function webRequest(request: IncomingMessage, response: ServerResponse): Promise<Request> {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    for (const each of [value ?? []].flat()) headers.append(name, each);
  }
  const init = { method: request.method ?? 'GET', headers, signal: gone.signal };
  const address = new URL(request.url ?? '', 'http://spicerack');
  if (request.method === 'GET') return new Request(address, init);
  const body: Buffer[] = [];
  for await (const chunk of request) body.push(chunk);
  return new Request(address, { ...init, body: Buffer.concat(body) });
}

/** In one write to the socket. */
async function sendWhole(request: IncomingMessage, response: ServerResponse, whole: Buffer): Promise<void> {
  let body = whole;
  const isLarge = whole.length >= COMPRESSED_FROM && !response.hasHeader('content-encoding');
  if (isLarge && takesGzip(request.headersDistinct['accept-encoding']?.join() ?? null)) {
    response.setHeader('content-encoding', 'gzip');
    body = await gzipped(whole);
  }
  response.setHeader('content-length', body.length);
  response.end(body);
}

/** A stream: each piece goes out at once, and no faster than its reader takes them. It ends when that one has gone. */
async function sendAsItComes(response: ServerResponse, { body }: Response): Promise<void> {
  response.flushHeaders();
  const reader = body?.getReader();
  response.once('close', () => {
    // What it was made of may have failed before: who would have read that is gone.
    reader?.cancel().catch(() => undefined);
  });
  for (let piece = await reader?.read(); piece?.value; piece = await reader?.read()) {
    if (!response.write(piece.value)) await drained(response);
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    // Nobody reads any more, and nothing will say so again.
    if (response.closed) return resolve();
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
}
