import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { refusalBody } from './refusal-body';

/** How long what still comes of such a request is dropped, in milliseconds: who is cut off while sending reads no answer. */
const DROPS_MS = 2000;

/** Node's own answers to what it cannot read, by the code of its error; to all else it says 400. */
const STATUS: Record<string, number | undefined> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

const TOO_LONG =
  'The address of this request, or its headers, are longer than 16 KB. Ask for less at once, or send a query by POST with its input as the body.';

/**
 * Answers a request that Node could not read, so that no other code ever sees it: for the `clientError` of a server.
 * It says what Node would, and of a long address or long headers what to do besides.
 * @param begun the last response on this connection, where there is one
 */
export function answerUnread(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  begun: Pick<ServerResponse, 'headersSent' | 'writableFinished'> | undefined,
): void {
  // It has been answered, and this is the rest of it; or the other side has gone.
  if (!socket.writable) return;
  // The client would read a second answer as more of the first.
  if (begun?.headersSent && !begun.writableFinished) {
    socket.destroy();
    return;
  }
  const status = STATUS[error.code ?? ''] ?? 400;
  const body = status === 431 ? refusalBody({ code: 'PAYLOAD_TOO_LARGE', httpStatus: status, message: TOO_LONG }) : '';
  const headers = [
    'connection: close',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    ...(body ? ['content-type: application/json'] : []),
  ];
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers.join('\r\n')}\r\n\r\n${body}`);
  const over = setTimeout(() => socket.destroy(), DROPS_MS);
  over.unref();
  socket.once('close', () => clearTimeout(over));
}
