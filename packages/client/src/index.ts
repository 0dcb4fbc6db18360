import { createCalls } from './calls';
import type {
  AddedRepo,
  Change,
  ChangesState,
  ConnectionState,
  Forecast,
  JobDetail,
  KeyedOptions,
  Spicerack,
} from './contract';
import { SpicerackError } from './error';
import { type Abort, anyOf } from './signal';
import { version } from './version';
import { patiently, shareFeed, waitOn } from './waits';
import { followFeed } from './watch';

export type * from './contract';
export { SpicerackError, type SpicerackErrorCode } from './error';

export interface SpicerackOptions {
  /** Where the server listens, such as `http://127.0.0.1:3000`. */
  url: string | URL;
  /** A token of the server, where it asks for one. */
  token?: string | undefined;
  /** Who asks, for the record of each job; at most 100 characters. */
  requestedBy?: string | undefined;
  /** Instead of the global one. */
  fetch?: typeof globalThis.fetch | undefined;
  /** Ends every call, stream and wait. */
  signal?: AbortSignal | undefined;
  /** Told when the connection is lost and tried again, in a call, a stream or a wait, and when it is there. */
  onConnection?: ((state: ConnectionState) => void) | undefined;
}

/**
 * The client of a Spicerack server. It asks nothing by itself.
 * @throws SpicerackError `BAD_REQUEST` where the address or the token is none
 */
export function createSpicerack(options: SpicerackOptions): Spicerack {
  // Who writes JavaScript is told by nobody else.
  const calls = createCalls({
    url: addressOf((options as SpicerackOptions | undefined)?.url),
    token: tokenOf(options.token),
    requestedBy: options.requestedBy,
    fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
    version,
    onConnection: options.onConnection,
  });
  const toldOf = (own: ((state: ConnectionState) => void) | undefined) => (state: ConnectionState) => {
    options.onConnection?.(state);
    own?.(state);
  };
  const until = (signal: Abort) => anyOf(options.signal, signal);

  // The casts: `src/api/contract.ts` of the server does not compile where it answers otherwise than the contract says.
  const query =
    <I, O>(path: string) =>
    (input: I, call: { signal?: Abort } = {}) =>
      calls.query(path, input, until(call.signal)) as Promise<O>;
  const bare =
    <O>(path: string) =>
    (call: { signal?: Abort } = {}) =>
      calls.query(path, undefined, until(call.signal)) as Promise<O>;
  const mutation =
    <I, O>(path: string) =>
    (input: I, call: { signal?: Abort } = {}) =>
      calls.mutate(path, input, until(call.signal)) as Promise<O>;
  const keyed =
    <I extends object, O>(path: string) =>
    (input: I, { signal, idempotencyKey }: KeyedOptions = {}) =>
      calls.mutate(path, { ...input, idempotencyKey: idempotencyKey ?? newKey() }, until(signal)) as Promise<O>;

  const waits = shareFeed((from, signal, onConnection) =>
    followFeed(calls, { from, onConnection: toldOf(onConnection) }, until(signal)),
  );

  const spicerack: Spicerack = {
    repos: {
      add: keyed('repos.add'),
      addDemo: (options) => keyed<object, AddedRepo>('repos.addDemo')({}, options),
      list: bare('repos.list'),
      get: query('repos.get'),
      update: mutation('repos.update'),
      remove: (input, call = {}) =>
        calls.mutate('repos.remove', input, until(call.signal), ({ code }) =>
          code === 'NOT_FOUND' ? { removed: true } : undefined,
        ) as Promise<{ removed: true }>,
      overview: query('repos.overview'),
    },
    branches: {
      update: mutation('branches.update'),
      history: query('branches.history'),
      untrack: keyed('branches.untrack'),
      restore: keyed('branches.restore'),
      forget: mutation('branches.forget'),
      acceptRename: keyed('branches.acceptRename'),
    },
    jobs: {
      run: keyed('jobs.run'),
      get: query('jobs.get'),
      list: (input = {}, call) =>
        query<typeof input, Awaited<ReturnType<Spicerack['jobs']['list']>>>('jobs.list')(input, call),
      log: query('jobs.log'),
      rewritten: query('jobs.rewritten'),
      cancel: mutation('jobs.cancel'),
      keep: keyed('jobs.keep'),
      undo: keyed('jobs.undo'),
      retry: keyed('jobs.retry'),
    },
    tasks: {
      create: keyed('tasks.create'),
      list: (input = {}, call) =>
        query<typeof input, Awaited<ReturnType<Spicerack['tasks']['list']>>>('tasks.list')(input, call),
      get: query('tasks.get'),
      archive: mutation('tasks.archive'),
      retry: keyed('tasks.retry'),
    },
    forecast: { get: query('forecast.get') },
    changes: {
      image: query('changes.image'),
      get: query('changes.get'),
      commits: query('changes.commits'),
      rangeDiff: query('changes.rangeDiff'),
    },
    system: { status: bare('system.status') },
    access: {
      me: bare('access.me'),
      tokens: bare('access.tokens'),
      createToken: mutation('access.createToken'),
      revokeToken: mutation('access.revokeToken'),
      audit: (input = {}, call) =>
        query<typeof input, Awaited<ReturnType<Spicerack['access']['audit']>>>('access.audit')(input, call),
    },
    async *watch({ repoId, from, signal, onConnection: own } = {}) {
      if (from !== undefined) checkCursor(from);
      const stop = until(signal);
      const begin = from ?? (await spicerack.repos.list({ signal: stop })).cursor;
      yield* followFeed(calls, { from: begin, repoId, onConnection: toldOf(own) }, stop);
      // One that was aborted did not come to an end by itself.
      stop?.throwIfAborted();
    },
    async waitForJob(jobId, { signal, onChange, onConnection: own } = {}) {
      const stop = until(signal);
      const look = () => spicerack.jobs.get({ jobId }, { signal: stop });
      const [, last] = await waitOn<SeenJob, LookedJob>(
        waits,
        {
          isKnown: calls.isKnown(),
          look,
          isEnd: ({ job }) => job.finishedAt !== null,
          apply: applyToJob(jobId),
          signal: stop,
        },
        { change: (detail) => onChange?.(detail), connection: (state) => own?.(state) },
      );
      // What comes by the stream has outlines only.
      const { job, steps, moves, undo } = last.job.finishedAt ? last : await patiently(look, stop);
      return { job, steps, moves, undo };
    },
    async waitForForecast(input, { signal } = {}) {
      const stop = until(signal);
      for (;;) {
        const [{ feedCursor: _, ...seen }] = await waitOn<Answer>(waits, {
          isKnown: calls.isKnown(),
          look: () => spicerack.forecast.get(input, { signal: stop }),
          // One with a message waits for something else than to be computed, such as a sync that may never come.
          isEnd: ({ status, stale, message }) => status !== 'pending' || stale || message !== '',
          apply: (answer, change) => {
            if (change.type !== 'forecasts' || change.row.id !== answer.id) return null;
            return change.op === 'delete' ? { ...answer, stale: true } : { ...answer, ...change.row };
          },
          signal: stop,
        });
        if (!seen.stale) return seen;
      }
    },
    async waitForChanges(input, { signal } = {}) {
      const stop = until(signal);
      for (;;) {
        const [, { feedCursor: _, ...last }] = await waitOn<ChangesState & { feedCursor: number }, LookedChanges>(
          waits,
          {
            isKnown: calls.isKnown(),
            look: () => spicerack.changes.get(input, { signal: stop }),
            isEnd: ({ status }) => status !== 'pending',
            apply: (seen, change) => {
              if (change.type !== 'changes' || change.row.id !== seen.id) return null;
              // One that is gone has made room: asking makes it anew.
              return change.op === 'delete' ? { ...seen, status: 'error' } : { ...seen, ...change.row };
            },
            signal: stop,
          },
        );
        // The stream says that they are there, and does not carry them.
        if (last.status !== 'pending') return last;
      }
    },
  };
  return spicerack;
}

type Answer = Forecast & { feedCursor: number };
type SeenJob = JobDetail & { feedCursor: number };
type LookedChanges = Awaited<ReturnType<Spicerack['changes']['get']>>;
type LookedJob = Awaited<ReturnType<Spicerack['jobs']['get']>>;

/** Takes in what a change says of a job; null where it says nothing of it, `look` where it may be gone. */
function applyToJob(jobId: string) {
  return <T extends SeenJob>(seen: T, change: Change): T | 'look' | null => {
    // A repository takes its jobs with it, and nothing is said of them.
    if (change.op === 'delete') return change.type === 'repos' && change.row.id === seen.job.repoId ? 'look' : null;
    if (change.type === 'jobs' && change.row.id === jobId) return { ...seen, job: change.row };
    if (change.type === 'job_steps' && change.row.jobId === jobId)
      return { ...seen, steps: put(seen.steps, change.row) };
    if (change.type === 'job_moves' && change.row.jobId === jobId)
      return { ...seen, moves: put(seen.moves, change.row) };
    return null;
  };
}

function put<Row extends { id: number }>(rows: Row[], row: Row): Row[] {
  return rows.some(({ id }) => id === row.id) ? rows.map((each) => (each.id === row.id ? row : each)) : [...rows, row];
}

/** A key that no other request has. (`crypto.randomUUID` is missing on pages that are not served securely.) */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What a header can carry. */
function tokenOf(given: string | undefined): string | undefined {
  if (!given || /^[\x21-\x7e]+$/.test(given)) return given;
  throw new SpicerackError('BAD_REQUEST', 'The token has characters that no token has.', {
    field: 'token',
    hint: 'Give it as the server has it, without spaces and line breaks.',
  });
}

/** @throws SpicerackError where it is no cursor */
function checkCursor(from: number): void {
  if (Number.isSafeInteger(from) && from >= 0) return;
  throw new SpicerackError('BAD_REQUEST', `${from} is no cursor.`, {
    field: 'from',
    hint: 'Give the cursor of an answer, or leave it out.',
  });
}

function addressOf(given: unknown): URL {
  const text = typeof given === 'string' || given instanceof URL ? String(given) : '';
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new SpicerackError(
      'BAD_REQUEST',
      text ? `${JSON.stringify(text)} is not the address of a server.` : 'No address of a server is given.',
      { field: 'url', hint: 'Give one such as http://127.0.0.1:3000.' },
    );
  }
  if (url.username || url.password) {
    throw new SpicerackError('BAD_REQUEST', 'The address has a login in it.', {
      field: 'url',
      hint: 'Leave it out, and give the token by itself.',
    });
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}
