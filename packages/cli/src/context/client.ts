import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink, TRPCClientError } from '@trpc/client';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { EventSource } from 'eventsource';
import type { JobDetail } from '@/api/jobs';
import type { AppRouter } from '@/api/router';
import { wire } from '@/api/wire';
import type { FeedMessage } from '@/feed/events';

/** The server's API as the commands call it, and what its calls are rejected with. */

type Inputs = inferRouterInputs<AppRouter>;
type Outputs = inferRouterOutputs<AppRouter>;

interface Options {
  signal?: AbortSignal;
}

type Calls = {
  [R in Exclude<keyof Outputs, 'feed'>]: {
    [P in keyof Outputs[R]]: P extends keyof Inputs[R]
      ? (input: Inputs[R][P], options?: Options) => Promise<Outputs[R][P]>
      : never;
  };
};

export interface Client extends Calls {
  /** Every change after a cursor, over lost connections; ends by throwing when `signal` aborts. */
  watch(input: { repoId?: string; from: number }, options: { signal: AbortSignal }): AsyncGenerator<FeedMessage>;
  /** Resolves to the job once it has ended. @param onChange each change of its row and its steps */
  waitForJob(
    jobId: string,
    options: { signal: AbortSignal; onChange?: (detail: JobDetail) => void },
  ): Promise<Outputs['jobs']['get']>;
}

/** What a call is rejected with. `code` is the API's, `UNREACHABLE`, `NOT_SPICERACK` or `ABORTED`. */
export class SpicerackError extends Error {
  readonly code: string;
  readonly field: string | null;
  readonly hint: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, more: { field?: string | null; hint?: string; retryable?: boolean } = {}) {
    super(message);
    this.code = code;
    this.field = more.field ?? null;
    this.hint = more.hint ?? '';
    this.retryable = more.retryable ?? false;
  }
}

const MUTATIONS = new Set([
  'repos.add',
  'repos.addDemo',
  'repos.update',
  'repos.remove',
  'branches.update',
  'branches.untrack',
  'branches.acceptRename',
  'jobs.run',
  'jobs.cancel',
  'jobs.keep',
  'jobs.undo',
  'jobs.retry',
  'tasks.create',
  'tasks.archive',
  'tasks.retry',
]);

/** Those that take an idempotency key, and so may be sent again when no answer came. */
const KEYED = new Set(['branches.untrack', 'jobs.run', 'jobs.keep', 'jobs.undo', 'jobs.retry']);

interface Caller {
  query(input: unknown, options: Options): Promise<unknown>;
  mutate(input: unknown, options: Options): Promise<unknown>;
}

export function createSpicerack(given: { url: string; token?: string | undefined; requestedBy: string }): Client {
  const url = new URL('/api/trpc', given.url).href;
  const headers: Record<string, string> = {
    'x-requested-by': given.requestedBy,
    ...(given.token ? { authorization: `Bearer ${given.token}` } : {}),
  };
  const trpc = createTRPCClient<AppRouter>({
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

  async function send(path: string, input: unknown, options: Options): Promise<unknown> {
    const [router = '', procedure = ''] = path.split('.');
    // The proxy answers to every name; which names there are, `Calls` knows.
    const caller = (trpc as unknown as Record<string, Record<string, Caller>>)[router]?.[procedure];
    if (!caller) throw new Error(`There is no ${path}.`);
    if (!MUTATIONS.has(path)) return caller.query(input, options);
    if (!KEYED.has(path)) return caller.mutate(input, options);
    const once = { ...(input as object), idempotencyKey: crypto.randomUUID() };
    try {
      return await caller.mutate(once, options);
    } catch (error) {
      const failed = errorOf(error, given.url);
      if (!(failed instanceof SpicerackError) || failed.code !== 'UNREACHABLE') throw error;
      return caller.mutate(once, options);
    }
  }

  const calls = new Proxy(
    {},
    {
      get: (_target, router: string) =>
        new Proxy(
          {},
          {
            get: (_inner, procedure: string) => (input: unknown, options: Options) =>
              send(`${router}.${procedure}`, input, options ?? {}).catch((error: unknown) => {
                throw errorOf(error, given.url);
              }),
          },
        ),
    },
    // Proxies have the type of what they stand for.
  ) as Calls;

  const client: Client = {
    repos: calls.repos,
    branches: calls.branches,
    jobs: calls.jobs,
    tasks: calls.tasks,
    forecast: calls.forecast,
    system: calls.system,
    async *watch({ repoId, from }, { signal }) {
      const messages: FeedMessage[] = [];
      let failure: unknown = null;
      let wake = () => {};
      const subscription = trpc.feed.subscribe.subscribe(
        { lastEventId: from, ...(repoId ? { repoId } : {}) },
        {
          onData: ({ data }) => {
            messages.push(data);
            wake();
          },
          onError: (error) => {
            failure = errorOf(error, given.url);
            wake();
          },
        },
      );
      const onAbort = () => wake();
      signal.addEventListener('abort', onAbort);
      try {
        for (;;) {
          signal.throwIfAborted();
          if (failure) throw failure;
          const message = messages.shift();
          if (message) yield message;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
      } finally {
        signal.removeEventListener('abort', onAbort);
        subscription.unsubscribe();
      }
    },
    async waitForJob(jobId, { signal, onChange }) {
      const isOpen = ({ job }: JobDetail) => job.status === 'queued' || job.status === 'running';
      for (;;) {
        const { undo: _, feedCursor, ...first } = await client.jobs.get({ jobId }, { signal });
        let detail: JobDetail = first;
        onChange?.(detail);
        if (!isOpen(detail)) break;
        let known = true;
        for await (const message of client.watch({ repoId: detail.job.repoId, from: feedCursor }, { signal })) {
          known = message.kind === 'changes';
          if (message.kind !== 'changes') break;
          for (const event of message.events) {
            if (event.op !== 'upsert') continue;
            if (event.type === 'jobs' && event.row.id === jobId) detail = { ...detail, job: event.row };
            else if (event.type === 'job_steps' && event.row.jobId === jobId) {
              const { row } = event;
              detail = { ...detail, steps: [...detail.steps.filter((step) => step.id !== row.id), row] };
            } else continue;
            onChange?.(detail);
          }
          if (!isOpen(detail)) break;
        }
        if (known) break;
      }
      return client.jobs.get({ jobId }, { signal });
    },
  };
  return client;
}

function errorOf(error: unknown, url: string): unknown {
  if (error instanceof SpicerackError) return error;
  if (!(error instanceof TRPCClientError)) return error;
  const { data, cause } = error as TRPCClientError<AppRouter>;
  if (cause?.name === 'AbortError') return new SpicerackError('ABORTED', 'It was interrupted.');
  if (data) {
    const field = data.fields?.[0]?.field ?? null;
    const isOtherVersion = /No procedure found|procedure on path/i.test(error.message);
    return new SpicerackError(data.code, error.message, {
      field,
      hint: isOtherVersion ? 'The server is of another version: "spicerack doctor" says which.' : '',
      retryable: ['TOO_MANY_REQUESTS', 'SERVICE_UNAVAILABLE', 'TIMEOUT'].includes(data.code),
    });
  }
  if (error.meta?.response) {
    return new SpicerackError('NOT_SPICERACK', `What answers at ${url} is no Spicerack server.`, {
      hint: 'Give its address: spicerack login, or SPICERACK_URL.',
    });
  }
  return new SpicerackError('UNREACHABLE', `The server at ${url} does not answer.`, {
    hint: 'Start it, or give another address: spicerack login, or SPICERACK_URL.',
    retryable: true,
  });
}
