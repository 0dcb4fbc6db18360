import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { launchGit } from '@/git/process/run';

/**
 * How a repository's remote behaves: as it should; as if it were not there (every connection breaks); accepting
 * and never answering; answering late; or taking a push and then breaking off before it says so.
 */
export type Manners = 'good' | 'gone' | 'hung' | 'slow' | 'mute';

/** How late a slow remote answers each request, in milliseconds. */
const SLOW_MS = 700;

export interface HttpRemotes {
  /** `http://127.0.0.1:<port>`, to be followed by the repository's path below the served folder. */
  readonly url: string;
  /** From now on the repository at this path below the served folder has these manners. */
  behave(repository: string, manners: Manners): void;
  /** From now on pushes to it are answered with this status: as they ask for its refs, or as they send; null ends it. */
  answer(repository: string, status: number | null, at?: 'refs' | 'pack'): void;
  /** From now on nothing is answered (`all`), or no push (`push`), or everything again (`nothing`). */
  hang(what: 'all' | 'push' | 'nothing'): void;
  /** Ends the server and every connection. */
  close(): Promise<void>;
}

/**
 * Serves the bare repositories below `dir` over smart HTTP on loopback, by git's own `http-backend`.
 * With `user` and `password`, everything demands that login (HTTP Basic); anyone who may read may push.
 */
export async function serveHttp(
  dir: string,
  options: { user?: string; password?: string; hang?: 'all' | 'push' } = {},
): Promise<HttpRemotes> {
  let hanging: 'all' | 'push' | 'nothing' = options.hang ?? 'nothing';
  const behaviour = new Map<string, Manners>();
  const answers = new Map<string, { status: number; at: 'refs' | 'pack' }>();
  const login =
    options.user === undefined
      ? null
      : `Basic ${Buffer.from(`${options.user}:${options.password ?? ''}`).toString('base64')}`;

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const push = url.pathname.endsWith('/git-receive-pack');
    if (hanging === 'all' || (hanging === 'push' && push)) return;
    const manners = [...behaviour].find(([repository]) => url.pathname.startsWith(`/${repository}/`))?.[1] ?? 'good';
    if (manners === 'hung') return;
    if (manners === 'gone') {
      request.socket.destroy();
      return;
    }
    if (login && request.headers.authorization !== login) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end('Log in first.\n');
      return;
    }
    const asks = url.pathname.endsWith('/info/refs') && url.searchParams.get('service') === 'git-receive-pack';
    const given = [...answers].find(([repository]) => url.pathname.startsWith(`/${repository}/`))?.[1];
    if (given && (given.at === 'pack' ? push : asks)) {
      response.writeHead(given.status, { Location: 'http://127.0.0.1:9/', 'Content-Type': 'text/html' }).end('No.\n');
      return;
    }
    const answer = () => backend(dir, url, options.user, request, response, manners === 'mute' && push);
    if (manners === 'slow') setTimeout(answer, SLOW_MS);
    else answer();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // an address with a port, since it listens on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    hang(what) {
      hanging = what;
    },
    answer(repository, status, at = 'pack') {
      if (status === null) answers.delete(repository);
      else answers.set(repository, { status, at });
    },
    behave(repository, manners) {
      behaviour.set(repository, manners);
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** One request through the CGI program `git http-backend`; where `mute`, nobody hears how it went. */
function backend(
  dir: string,
  url: URL,
  user: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  mute: boolean,
): void {
  const header = (name: string) => String(request.headers[name] ?? '');
  let head: Buffer | null = Buffer.alloc(0);
  const child = launchGit(['http-backend'], {
    stderr: () => undefined,
    stdout(chunk) {
      if (mute) return;
      if (head === null) {
        response.write(chunk);
        return;
      }
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      for (const line of head.subarray(0, end).toString('latin1').split('\r\n')) {
        const [, name = '', value = ''] = line.match(/^([^:]+):\s*(.*)$/) ?? [];
        if (name.toLowerCase() === 'status') response.statusCode = Number.parseInt(value, 10);
        else response.setHeader(name, value);
      }
      response.write(head.subarray(end + 4));
      head = null;
    },
    env: {
      GIT_PROJECT_ROOT: dir,
      GIT_HTTP_EXPORT_ALL: '1',
      // Replaces the settings of our own git processes: hooks of the served repositories shall run.
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.receivepack',
      GIT_CONFIG_VALUE_0: 'true',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: header('content-type'),
      HTTP_CONTENT_ENCODING: header('content-encoding'),
      GIT_PROTOCOL: header('git-protocol'),
      REMOTE_USER: user ?? '',
      REMOTE_ADDR: '127.0.0.1',
      ...(request.headers['content-length'] ? { CONTENT_LENGTH: header('content-length') } : {}),
    },
  });
  request.on('data', (chunk: Buffer) => child.write(chunk));
  request.on('end', () => child.end());
  void child.exit.then(() => {
    if (mute) request.socket.destroy();
    else {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  });
  if (!mute) response.on('close', () => child.kill('SIGKILL'));
}
