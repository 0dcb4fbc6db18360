import { randomBytes } from 'node:crypto';
import { createServer, IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { letInOrigin } from './origins';
import { refusalBody } from './refusal-body';
import { answerUnread } from './unread';

/** What a connection may take of us. Times are milliseconds, sizes bytes. */
export interface Limits {
  body: number;
  /** Twice as many as there may be streams, so that whoever holds those keeps nobody out. */
  connections: number;
  /** From the first byte of a request to the end of its headers, and to the end of its body. */
  headersMs: number;
  requestMs: number;
  /** How long it may rest between two requests: longer than proxies keep theirs, which is a minute, so that they close first. */
  restMs: number;
}

export const LIMITS: Limits = {
  body: 1024 * 1024,
  connections: 2048,
  headersMs: 10_000,
  requestMs: 30_000,
  restMs: 65_000,
};

/** What a page may load, and who may show it. Scripts are those that carry this answer's nonce, and what they load. */
function contentSecurityPolicy(nonce: string, dev: boolean): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ''}`,
    // Hot reload puts style elements into the page.
    `style-src-elem 'self'${dev ? " 'unsafe-inline'" : ` 'nonce-${nonce}'`}`,
    // The widths and places of rows come with the page as attributes; nobody else's text becomes one.
    "style-src-attr 'unsafe-inline'",
    // Pictures of a repository are made by the page out of what the API gives.
    "img-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * The HTTP server, with what every request passes before anything else looks at it: each answer carries the headers
 * that keep other sites, frames and caches out; requests of other sites are refused, but for opening a page and for the sites that may use the API; `app`
 * sees a request once its body is here as a whole, so that a slow sender or a large body costs it nothing; and a
 * connection has one request at a time.
 */
export function createFront(
  app: RequestListener,
  options: { dev: boolean; allowedOrigins?: readonly string[]; vouching?: readonly string[]; limits?: Limits },
): Server {
  const { limits = LIMITS, allowedOrigins = [], vouching = [] } = options;

  /** A request whose body is kept up to the limit, without waiting for a reader, and is dropped beyond it. */
  class Request extends IncomingMessage {
    #bytes = 0;

    override push(chunk: Buffer | null): boolean {
      if (chunk === null) {
        const more = super.push(null);
        this.emit(this.#bytes > limits.body ? 'too-large' : 'whole');
        return more;
      }
      this.#bytes += chunk.length;
      if (this.#bytes > limits.body) this.emit('too-large');
      else super.push(chunk);
      // Always on: what waits here is bounded by the limit, and the sender's time by `requestMs`.
      return true;
    }
  }

  // Node takes in what is pipelined without end, and each request with its body waits for the answers before it.
  const answers = new WeakMap<Socket, ServerResponse>();

  const server = createServer(
    {
      IncomingMessage: Request,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.restMs,
      connectionsCheckingInterval: Math.min(limits.headersMs / 2, 5000),
    },
    (request, response) => {
      if (answers.get(request.socket)?.writableEnded === false) {
        request.socket.destroy();
        return;
      }
      answers.set(request.socket, response);
      setHeaders(request, response, options.dev);
      if (letInOrigin(request, response, allowedOrigins, vouching)) return;
      if (isFromAnotherSite(request)) {
        response.writeHead(403).end('Requests from other sites are not taken. Open this address by itself.\n');
        return;
      }
      const tooLarge = () => {
        request.off('whole', whole);
        refuseBody(response, limits.body);
      };
      const whole = () => app(request, response);
      if (Number(request.headers['content-length'] ?? 0) > limits.body) return tooLarge();
      request.once('whole', whole);
      request.once('too-large', tooLarge);
    },
  );
  // Node counts the time in which this process stood still, and closes before it reads what has come meanwhile: after the
  // turn of the loop that reads it one knows who was silent.
  server.on('timeout', (socket) => {
    const { bytesRead } = socket;
    setImmediate(() => {
      if (socket.bytesRead === bytesRead) socket.destroy();
    });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code !== 'ERR_HTTP_REQUEST_TIMEOUT') {
      answerUnread(error, socket, answers.get(socket));
      return;
    }
    const before = answers.get(socket);
    const wasWhole = before?.req.complete;
    setImmediate(() => {
      const newest = answers.get(socket);
      const isWhole = newest?.req.complete && !(newest === before && wasWhole);
      if (!isWhole) answerUnread(error, socket, newest);
    });
  });
  server.maxConnections = limits.connections;
  return server;
}

function setHeaders(request: IncomingMessage, response: ServerResponse, dev: boolean): void {
  const policy = contentSecurityPolicy(randomBytes(16).toString('base64'), dev);
  // Where Next looks for the nonce of the scripts that it writes.
  request.headers['content-security-policy'] = policy;
  delete request.headers['content-security-policy-report-only'];
  response.setHeader('content-security-policy', policy);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('cross-origin-resource-policy', 'same-origin');
  // The build's files are named by their content; all else may be somebody's.
  if (!request.url?.startsWith('/_next/static/')) response.setHeader('cache-control', 'no-store');
}

/**
 * Whether a browser says that another site makes it ask, be it one on this machine. Opening a page from there is
 * allowed, as a link in a mail does; a frame, a script, a picture or a form that posts is not.
 */
function isFromAnotherSite({ method, headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  const opensPage =
    (method === 'GET' || method === 'HEAD') &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document';
  return !opensPage;
}

/** The rest of the body is read and dropped, so that the sender gets to read the answer. */
function refuseBody(response: ServerResponse, limit: number): void {
  if (response.headersSent) return;
  const message = `The request is larger than ${limit} bytes. Send less at once.`;
  response
    .writeHead(413, { 'content-type': 'application/json' })
    .end(refusalBody({ code: 'PAYLOAD_TOO_LARGE', httpStatus: 413, message }));
}
