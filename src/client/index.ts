import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink } from '@trpc/client';
import { EventSource } from 'eventsource';
import type { AppRouter } from '@/api/router';
import { wire } from '@/api/wire';

export type { JobDetail } from '@/api/jobs';
export type { AppRouter } from '@/api/router';
export type { FeedEvent, FeedMessage, ForecastView, JobView, MoveView } from '@/feed/events';
export type { ForecastCheck, ForecastMove, ForecastOutline } from '@/model/forecast';

export interface ClientOptions {
  /** Where the server listens, such as `http://127.0.0.1:3000`. */
  url: string;
  /** The server's `SPICERACK_TOKEN`, where it has one. */
  token?: string;
  /** Who asks, for the record of each job; `api` unless given. */
  requestedBy?: string;
}

/**
 * The typed client for Node programs: `client.jobs.run.mutate(…)`, `client.repos.overview.query(…)`,
 * `client.feed.subscribe.subscribe(…)`. Errors are `TRPCClientError` with `data.code` and `data.fields`.
 */
export function createClient(options: ClientOptions) {
  const url = new URL('/api/trpc', options.url).href;
  const headers: Record<string, string> = {
    ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
    ...(options.requestedBy ? { 'x-requested-by': options.requestedBy } : {}),
  };
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (op) => op.type === 'subscription',
        true: httpSubscriptionLink({
          url,
          transformer: wire,
          EventSource,
          // eventsource takes request headers by way of its fetch.
          eventSourceOptions: () => ({
            fetch: (input: string | URL | Request, init?: RequestInit) =>
              fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), ...headers } }),
          }),
        }),
        false: httpLink({ url, transformer: wire, headers }),
      }),
    ],
  });
}

export type Client = ReturnType<typeof createClient>;
