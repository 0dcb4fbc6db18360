import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a page elsewhere may send, and see of an answer beside its body. */
const MAY_SEND = 'authorization, content-type, last-event-id, x-requested-by';
const MAY_SEE = 'retry-after, x-spicerack-version';

/**
 * Lets pages of the sites that SPICERACK_ALLOWED_ORIGINS names use the API, and nothing else. Such a request goes on as
 * that of a program: without its origin, and without the cookie of somebody who is signed in here, so that where a
 * token is set it has to bring it.
 * @param allowed origins as browsers write them, such as `https://board.example`
 * @param vouching the headers by which a proxy says who somebody is: whoever that is, he has not asked
 * @returns whether it was answered here: a browser asks first what it may send
 */
export function letInOrigin(
  request: IncomingMessage,
  response: ServerResponse,
  allowed: readonly string[],
  vouching: readonly string[] = [],
): boolean {
  const { origin } = request.headers;
  if (origin === undefined || !allowed.includes(origin)) return false;
  if (!/^\/api\/trpc\/[\w.,]+(\?|$)/.test(request.url ?? '')) return false;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', MAY_SEE);
  response.setHeader('cross-origin-resource-policy', 'cross-origin');
  response.setHeader('vary', 'origin');
  if (request.method === 'OPTIONS') {
    response.setHeader('access-control-allow-methods', 'GET, POST');
    response.setHeader('access-control-allow-headers', MAY_SEND);
    response.setHeader('access-control-max-age', '600');
    response.writeHead(204).end();
    return true;
  }
  for (const header of ['origin', 'sec-fetch-site', 'cookie', ...vouching]) delete request.headers[header];
  return false;
}
