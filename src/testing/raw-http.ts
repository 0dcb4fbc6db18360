import { connect } from 'node:net';

/** What came back on a connection, as it was on the wire. */
export interface RawAnswer {
  /**
   * Of the first answer. Without one: `refused` where nobody listens, `closed` where the connection was closed,
   * `hung` where it was left open.
   */
  status: number | 'refused' | 'closed' | 'hung';
  head: string;
  body: string;
}

/** Long enough for a busy machine that also starts a server; who waits longer has been left hanging. */
const ANSWER_WITHIN_MS = 45_000;

/**
 * Sends bytes to a server as they are, and reads until it closes the connection. No client in between tidies up the
 * path or the headers. The request must ask for the end itself (`Connection: close`), or be one that brings it.
 */
export function sendRaw(url: string, bytes: string): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let answer = '';
    let otherwise: RawAnswer['status'] = 'refused';
    const timer = setTimeout(() => {
      otherwise = 'hung';
      socket.destroy();
    }, ANSWER_WITHIN_MS);
    socket.setEncoding('latin1');
    socket.on('connect', () => {
      otherwise = 'closed';
    });
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    // A reset is an end like another.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      const status = answer.match(/^HTTP\/1\.[01] (\d{3})/)?.[1];
      const [head = '', ...body] = answer.split('\r\n\r\n');
      resolve({ status: status ? Number(status) : otherwise, head, body: body.join('\r\n\r\n') });
    });
    // Not ended: Node takes a client that has said its last for one that has gone.
    socket.write(bytes, 'latin1');
  });
}

/** A request as text, with `Host` of the server and `Connection: close` unless the headers say otherwise. */
export function rawRequest(url: string, line: string, headers: Record<string, string> = {}, body = ''): string {
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const all = {
    ...(given.has('host') ? {} : { Host: new URL(url).host }),
    ...(given.has('connection') ? {} : { Connection: 'close' }),
    ...(body ? { 'Content-Length': String(Buffer.byteLength(body)) } : {}),
    ...headers,
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${line} HTTP/1.1\r\n${head.join('')}\r\n${body}`;
}
