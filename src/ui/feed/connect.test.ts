import { QueryClient } from '@tanstack/react-query';
import { createTRPCClient, TRPCClientError } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { afterEach, expect, it, vi } from 'vitest';
import type { AppRouter } from '@/api/router';
import { type Connection, connectFeed } from './connect';
import { FeedStore } from './store';

afterEach(() => vi.unstubAllGlobals());

/** A browser with one lock, which the next one waiting gets when its holder lets it go. */
function browser() {
  let last: Promise<unknown> = Promise.resolve();
  const request = (_name: string, { signal }: { signal: AbortSignal }, hold: () => Promise<void>) => {
    const turn = last.then(() => (signal.aborted ? undefined : hold()));
    last = turn;
    return turn;
  };
  vi.stubGlobal('navigator', { locks: { request } });
}

/** A tab that is open, how it stands to the server, and what its stream says; it has none where another tab does. */
function tab() {
  const store = new FeedStore(new QueryClient());
  store.position = 1;
  const says: Array<(what: 'live' | 'silent') => void> = [];
  const api = createTRPCClient<AppRouter>({
    links: [
      () => () =>
        observable((observer) => {
          says.push((what) =>
            observer.next({
              result:
                what === 'live'
                  ? { type: 'state', state: 'pending', error: null }
                  : { type: 'state', state: 'connecting', error: new TRPCClientError('Nothing came') },
            }),
          );
        }),
    ],
  });
  const told: Connection[] = [];
  const network = new EventTarget();
  const close = connectFeed(api, store, network, (connection) => told.push(connection));
  const stream = () => vi.waitFor(() => says.at(-1) ?? Promise.reject(new Error('It has no stream')));
  return { store, stream, told, close, network, begun: () => says.length };
}

it('a page whose server falls silent is as of when that was last heard, not of when it is noticed', async () => {
  vi.stubGlobal('navigator', {});
  const { store, stream, told, close } = tab();
  const says = await stream();
  store.heard(1000);
  says('live');
  store.heard(4000);
  says('silent');
  expect(told.at(-1)).toEqual({ state: 'lost', heardAt: 4000 });
  // It is asked for again and again, and still nothing is heard.
  says('silent');
  expect(told.at(-1)).toEqual({ state: 'lost', heardAt: 4000 });
  store.heard(9000);
  says('live');
  expect(told.at(-1)).toEqual({ state: 'live', heardAt: 9000 });
  close();
});

it('a tab that takes the stream over from another one knows when that has last heard the server', async () => {
  browser();
  const first = tab();
  const says = await first.stream();
  const second = tab();
  first.store.heard(1000);
  says('live');
  await vi.waitFor(() => expect(second.told.at(-1)?.state).toBe('live'));
  first.store.heard(4000);
  await vi.waitFor(() => expect(second.store.heardAt).toBe(4000));
  first.close();
  const next = await second.stream();
  next('silent');
  expect(second.told.at(-1)).toEqual({ state: 'lost', heardAt: 4000 });
  second.close();
});

it('a browser that has no network any more is not connected at once, and a server that answers all the same is heard', async () => {
  vi.stubGlobal('navigator', {});
  const { store, stream, told, close, network, begun } = tab();
  const before = await stream();
  store.heard(1000);
  before('live');
  network.dispatchEvent(new Event('offline'));
  expect(told.at(-1)).toEqual({ state: 'lost', heardAt: 1000 });
  expect(begun()).toBe(2);
  // What the stream before says is not how things are.
  before('live');
  expect(told.at(-1)?.state).toBe('lost');
  // A server on the same machine needs no network.
  (await stream())('live');
  expect(told.at(-1)?.state).toBe('live');
  close();
});

it('and tries at once when its network is back, and no more once it has gone', async () => {
  vi.stubGlobal('navigator', {});
  const { stream, told, close, network, begun } = tab();
  await stream();
  network.dispatchEvent(new Event('offline'));
  network.dispatchEvent(new Event('online'));
  expect(begun()).toBe(3);
  expect(told.at(-1)?.state).toBe('lost');
  (await stream())('live');
  expect(told.at(-1)?.state).toBe('live');
  close();
  const known = told.length;
  network.dispatchEvent(new Event('offline'));
  network.dispatchEvent(new Event('online'));
  expect(begun()).toBe(3);
  expect(told).toHaveLength(known);
});
