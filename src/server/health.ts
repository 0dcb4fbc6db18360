import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * 200 while this process lives: for whoever starts it again when it does not. `/api/ready` tells whether it is of use.
 * Answered before the app is asked, which has more to do for an answer than there is to say.
 * @returns whether the request was for it
 */
export function answerHealth({ method, url }: IncomingMessage, response: ServerResponse): boolean {
  if ((method !== 'GET' && method !== 'HEAD') || url?.split('?')[0] !== '/api/health') return false;
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: true }));
  return true;
}
