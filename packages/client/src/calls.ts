import { createTRPCUntypedClient, httpLink, httpSubscriptionLink, splitLink, TRPCClientError } from '@trpc/client';
import { EventSource } from 'eventsource';
import type { ConnectionState } from './contract';
import { SpicerackError, type SpicerackErrorCode } from './error';
import { type Abort, sleep } from './signal';

export interface ServerOptions {
  url: URL;
  token: string | undefined;
  requestedBy: string | undefined;
  fetch: typeof fetch;
  version: string;
  /** Told where a call is sent again, `lost`, and once it is answered, `live`. */
  onConnection?: ((state: ConnectionState) => void) | undefined;
}

export interface StreamEvents {
  data(data: unknown): void;
  /** It is open, or no longer. */
  open(isOpen: boolean): void;
}

/** The way to one server. */
export interface Calls {
  /** Whether something has ever answered there: who is away after that comes back. */
  isKnown(): boolean;
  query(path: string, input: unknown, signal: Abort): Promise<unknown>;
  /**
   * Doing it twice is doing it once, by its nature or by its key, so it is sent again where the answer got lost.
   * @param done the answer, where a failure of a call that was sent before says that it was done then; else undefined
   */
  mutate(path: string, input: unknown, signal: Abort, done?: (failed: SpicerackError) => unknown): Promise<unknown>;
  /** One connection of a stream, until it ends, breaks or the signal aborts. */
  stream(path: string, input: unknown, signal: Abort, told: StreamEvents): Promise<void>;
}

/** As the server's API has it: plain JSON in an envelope. */
const wire = {
  input: { serialize: (json: unknown) => ({ json }), deserialize: (envelope: { json: unknown }) => envelope.json },
  output: { serialize: (json: unknown) => ({ json }), deserialize: (envelope: { json: unknown }) => envelope.json },
};

/** Milliseconds before each further try of a call whose answer got lost: as long as a server takes to start again. */
const TRIES = [100, 300, 1000, 2000, 3000, 4000];

export function createCalls({ url, token, requestedBy, fetch, version, onConnection }: ServerOptions): Calls {
  const endpoint = new URL('api/trpc', url).href;
  let serverVersion: string | null = null;
  let isKnown = false;
  const headers: Record<string, string> = {
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...(requestedBy ? { 'x-requested-by': headerOf(requestedBy) } : {}),
  };
  const send: typeof fetch = async (input, init) => {
    const response = await fetch(input, {
      ...init,
      headers: { ...Object.fromEntries(new Headers(init?.headers)), ...headers },
    });
    isKnown = true;
    serverVersion = response.headers.get('x-spicerack-version') ?? serverVersion;
    return response;
  };
  const single = (how: { methodOverride?: 'POST' } = {}) =>
    httpLink({
      url: endpoint,
      transformer: wire,
      ...how,
      async fetch(input, init) {
        const response = await send(input, init && { ...init, signal: init.signal ?? null });
        const refusal = await refusalOf(response);
        if (refusal) throw refusal;
        return response;
      },
    });
  const client = createTRPCUntypedClient({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({
          url: endpoint,
          transformer: wire,
          // Everywhere the same one: that of browsers sends no headers.
          EventSource,
          eventSourceOptions: ({ op }) => ({
            async fetch(input: string | URL | Request, init?: RequestInit) {
              const response = await send(input, init);
              // A stream tells no more of an answer than its status.
              op.context.refusal = (await refusalOf(response)) ?? (await errorOf(response));
              return response;
            },
          }),
        }),
        false: splitLink({
          condition: ({ type, input }) => type === 'query' && isLong(input),
          true: single({ methodOverride: 'POST' }),
          false: single(),
        }),
      }),
    ],
  });

  const failure = (error: unknown) => readError(error, { url: url.href, serverVersion, version });

  /** The error of the API that an answer brings; null where it is none. */
  async function errorOf(response: Response): Promise<SpicerackError | null> {
    if (response.ok || !response.headers.get('content-type')?.startsWith('application/json')) return null;
    const { error } = (await response.json()) as { error: { json: object } };
    return failure(TRPCClientError.from({ error: error.json }));
  }

  /** Asks again while no answer comes, unless nothing ever listened there. */
  async function patiently(
    call: () => Promise<unknown>,
    signal: Abort,
    done: (failed: SpicerackError) => unknown = () => undefined,
  ): Promise<unknown> {
    for (let tries = 0; ; tries += 1) {
      signal?.throwIfAborted();
      try {
        const answer = await call();
        if (tries > 0) onConnection?.('live');
        return answer;
      } catch (error) {
        signal?.throwIfAborted();
        const failed = failure(error);
        const answer = tries > 0 ? done(failed) : undefined;
        if (answer !== undefined) return answer;
        const lost = failed.code === 'CONNECTION_LOST';
        const away = failed.code === 'UNREACHABLE' && (tries > 0 || isKnown);
        const wait = TRIES[tries];
        if (!(lost || away) || wait === undefined) throw failed;
        onConnection?.('lost');
        await sleep(wait, signal);
      }
    }
  }

  return {
    isKnown: () => isKnown,
    query: (path, input, signal) => patiently(() => client.query(path, input, signal ? { signal } : {}), signal),
    mutate: (path, input, signal, done) =>
      patiently(() => client.mutation(path, input, signal ? { signal } : {}), signal, done),
    stream: (path, input, signal, told) =>
      new Promise<void>((resolve, reject) => {
        const context: { refusal?: SpicerackError | null } = {};
        const subscription = client.subscription(path, input, {
          context,
          onData: (message) => told.data((message as { data: unknown }).data), // every message of the feed is tracked
          onConnectionStateChange: ({ state }) => told.open(state === 'pending'),
          onError: (error) => end(() => reject(context.refusal ?? failure(error))),
          onComplete: () => end(resolve),
        });
        const stop = () => {
          subscription.unsubscribe();
          end(resolve);
        };
        const end = (settle: () => void) => {
          signal?.removeEventListener('abort', stop);
          settle();
        };
        if (signal?.aborted) stop();
        else signal?.addEventListener('abort', stop, { once: true });
      }),
  };
}

/** Characters of an address from which a query goes as a POST: servers and proxies take 8 KB with the headers, some less. */
const LONG = 4000;

function isLong(input: unknown): boolean {
  return input !== undefined && encodeURIComponent(JSON.stringify(input)).length > LONG;
}

/** Text as a header takes it: the bytes of UTF-8, without controls. */
function headerOf(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text.replace(/\p{Cc}/gu, ' ')));
}

const REFUSED: Record<number, SpicerackErrorCode> = {
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  421: 'FORBIDDEN',
  429: 'TOO_MANY_REQUESTS',
};

/** What a proxy says in words of its own, or in none. */
const TOO_LONG: Record<number, string | undefined> = {
  413: 'What was sent is longer',
  414: 'The address of this call is longer',
  431: 'The address or the headers of this call are longer',
};

/** What was said in plain words before the API was asked, by a proxy say; null where it was asked. */
async function refusalOf(response: Response): Promise<SpicerackError | null> {
  const long = TOO_LONG[response.status];
  if (long && !response.headers.get('content-type')?.startsWith('application/json')) {
    await response.body?.cancel();
    return new SpicerackError('BAD_REQUEST', `${long} than what answers takes (${response.status}).`, {
      hint: 'Send less at once. Behind a proxy, have it take more.',
    });
  }
  const code = REFUSED[response.status];
  if (!code || !response.headers.get('content-type')?.startsWith('text/plain')) return null;
  const message = (await response.text()).trim();
  return new SpicerackError(code, message, {
    hint: code === 'UNAUTHORIZED' ? ASKS : null,
    retryable: RETRYABLE.has(code),
  });
}

const CODES: Record<string, SpicerackErrorCode> = {
  BAD_REQUEST: 'BAD_REQUEST',
  PARSE_ERROR: 'BAD_REQUEST',
  PAYLOAD_TOO_LARGE: 'BAD_REQUEST',
  UNSUPPORTED_MEDIA_TYPE: 'BAD_REQUEST',
  NOT_FOUND: 'NOT_FOUND',
  CONFLICT: 'CONFLICT',
  UNAUTHORIZED: 'UNAUTHORIZED',
  FORBIDDEN: 'FORBIDDEN',
  TOO_MANY_REQUESTS: 'TOO_MANY_REQUESTS',
  SERVICE_UNAVAILABLE: 'UNAVAILABLE',
};
const RETRYABLE: ReadonlySet<SpicerackErrorCode> = new Set(['TOO_MANY_REQUESTS', 'UNAVAILABLE']);

/** Codes of the system that say that nothing was sent, since nobody listens. */
const AWAY = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ERR_INVALID_URL|bad port/;

/** What a failed handshake of TLS says: nothing was sent then, and a new try says the same. */
const INSECURE =
  /\b((?:ERR_(?:SSL|TLS)_|(?:CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_[A-Z]+)_)[A-Z0-9_]+|wrong version number)/i;

interface Server {
  url: string;
  serverVersion: string | null;
  version: string;
}

/** Turns what a call threw into words. */
export function readError(error: unknown, { url, serverVersion, version }: Server): SpicerackError {
  if (error instanceof SpicerackError) return error;
  const other =
    serverVersion !== null && serverVersion !== version
      ? `The server is Spicerack ${serverVersion}, and this client is of version ${version}: use the same.`
      : '';
  if (!(error instanceof TRPCClientError)) {
    return new SpicerackError('INTERNAL', String(error), { cause: error });
  }
  if (error.cause instanceof SpicerackError) return error.cause;
  const data = readData(error.data);
  if (data) {
    const code = CODES[data.code] ?? 'INTERNAL';
    const unknownCall = data.code === 'NOT_FOUND' && data.fields.length === 0;
    // Its end is what to do.
    const message =
      data.hint && error.message.endsWith(data.hint)
        ? error.message.slice(0, -data.hint.length).trimEnd()
        : error.message;
    // A field that the other does not know is a matter of versions too.
    const versions = code === 'BAD_REQUEST' || unknownCall ? other : '';
    return new SpicerackError(unknownCall && other ? 'NOT_UNDERSTOOD' : code, message || error.message, {
      field: data.fields[0]?.field ?? null,
      hint: [data.hint ?? HINTS[code] ?? '', versions].filter(Boolean).join(' '),
      retryable: RETRYABLE.has(code),
      cause: error,
    });
  }
  const words = wordsOf(error);
  // Each engine has words of its own for what is no JSON.
  if (error.cause instanceof SyntaxError || words.includes('Unable to transform')) {
    return new SpicerackError(
      'NOT_UNDERSTOOD',
      `What answers at ${url} is no Spicerack that this client understands.`,
      {
        hint: other || 'Check the address. Behind a proxy, look at what the proxy answers.',
        cause: error,
      },
    );
  }
  const [, insecure] = words.match(INSECURE) ?? [];
  if (insecure) {
    return new SpicerackError('UNREACHABLE', `No secure connection to ${url}: ${insecure}.`, {
      hint: 'Check whether the address is one of https, and its certificate.',
      cause: error,
    });
  }
  if (AWAY.test(words)) {
    return new SpicerackError('UNREACHABLE', `No Spicerack answers at ${url}.`, {
      hint: 'Check the address, and whether the server runs (npm start).',
      retryable: true,
      cause: error,
    });
  }
  return new SpicerackError('CONNECTION_LOST', `The connection to ${url} broke before the answer.`, {
    hint: 'Whether it was done is not known: look before you repeat it.',
    retryable: true,
    cause: error,
  });
}

const ASKS = 'Give a token of the server: one that was made for you, or SPICERACK_TOKEN where it was started.';

/** What to do where the server does not say it. */
const HINTS: Partial<Record<SpicerackErrorCode, string>> = {
  UNAUTHORIZED: ASKS,
  INTERNAL: 'It is a fault of the server: its log has more.',
};

interface ErrorData {
  code: string;
  hint: string | null;
  fields: Array<{ field: string | null; message: string }>;
}

function readData(data: unknown): ErrorData | null {
  if (typeof data !== 'object' || data === null || !('code' in data) || typeof data.code !== 'string') return null;
  const fields = 'fields' in data && Array.isArray(data.fields) ? data.fields : [];
  const hint = 'hint' in data && typeof data.hint === 'string' ? data.hint : null;
  return { code: data.code, hint, fields };
}

/** The words of an error and of all that caused it. */
function wordsOf(error: unknown): string {
  const words: string[] = [];
  for (let at: unknown = error; at instanceof Error && words.length < 10; at = at.cause) {
    words.push(at.message, 'code' in at ? String(at.code) : '');
    if (at instanceof AggregateError) words.push(...at.errors.map(wordsOf));
  }
  return words.join('\n');
}
