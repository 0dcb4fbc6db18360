import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink, TRPCClientError } from '@trpc/client';
import type { AppRouter } from '@/api/router';
import { wire } from '@/api/wire';
import { author } from './author/known';
import { hearing } from './feed/heard';
import { API_PATH, queryAddress } from './query-address';

/** Characters of an address from which a query goes as a POST: servers and proxies take 8 KB with the headers, some less. */
const LONG = 4000;

/**
 * The API for the page: same origin, one request a call, the feed over SSE. Jobs are asked for by
 * the `requestedBy` of a call's context; else by who has said it in this browser, or `dashboard`.
 * @param known who looks, where the server knows it: then it says so itself
 * @param heard is told whenever the server is heard over the feed
 */
export function createApi(known: string | null, heard: () => void) {
  const url = API_PATH;
  // The server, which draws pages too, opens no stream.
  const stream = typeof EventSource === 'undefined' ? {} : { EventSource: hearing(heard) };
  const single = (how: { methodOverride?: 'POST' } = {}) =>
    httpLink({
      url,
      transformer: wire,
      ...how,
      // A query is asked for by the HTML already, which can set no header.
      headers: ({ op }): Record<string, string> =>
        op.type === 'query'
          ? {}
          : {
              'x-requested-by':
                typeof op.context.requestedBy === 'string'
                  ? op.context.requestedBy
                  : headerOf((known === null ? author.get() : null) ?? 'dashboard'),
            },
    });
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (op) => op.type === 'subscription',
        true: httpSubscriptionLink({ url, transformer: wire, ...stream }),
        false: splitLink({
          condition: ({ type, path, input }) => type === 'query' && queryAddress(path, input).length > LONG,
          true: single({ methodOverride: 'POST' }),
          false: single(),
        }),
      }),
    ],
  });
}

/** Headers take bytes: letters of other scripts go as those of UTF-8. */
function headerOf(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text.replace(/\p{Cc}/gu, ' ').slice(0, 100)));
}

export type Api = ReturnType<typeof createApi>;

/** What is wrong with a request: by field where the server names one, and in one sentence for the rest. */
export interface Problem {
  fields: Record<string, string>;
  /** What concerns no field; null where the fields say it all. */
  message: string | null;
  /** The server or its database did not answer: it may have been done, so the same request is sent again with its key. */
  unreachable: boolean;
}

/** Turns what a call was rejected with into words for people. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof TRPCClientError)) return { fields: {}, message: String(error), unreachable: false };
  const data = (error as TRPCClientError<AppRouter>).data;
  if (!data)
    return {
      fields: {},
      message: 'The server does not answer. Nothing is lost: try again when connected.',
      unreachable: true,
    };
  const fields: Record<string, string> = {};
  const rest: string[] = [];
  for (const { field, message } of data.fields) {
    // The page sends the same key again by itself.
    if (field === null) rest.push(message.replace(', or send it again with the same idempotencyKey', ''));
    else fields[field] ??= message;
  }
  if (data.fields.length === 0) rest.push(error.message);
  return { fields, message: rest.join(' ') || null, unreachable: data.code === 'SERVICE_UNAVAILABLE' };
}

/** Whether nothing has answered: an answer that says no, or that the database is away, is an answer. */
export function isSilence(error: unknown): boolean {
  return error instanceof TRPCClientError && !error.data;
}

/** Whether the server refuses whoever looks: at the door, which does not speak as the API does. */
export function isSignedOut(): Promise<boolean> {
  return fetch(`${API_PATH}/access.me`).then(
    ({ status }) => status === 401,
    () => false,
  );
}

/** All of what is wrong, where no field is there to say its part. */
export function problemWords({ fields, message }: Problem): string {
  // The page asks for a new forecast by itself.
  const anew = fields.expected && 'The page has: press again to go by what it shows now.';
  return [...Object.values(fields), message, anew].filter(Boolean).join(' ');
}

/** A key that no other request has. (`crypto.randomUUID` is missing where the page is not served securely.) */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
