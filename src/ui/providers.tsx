'use client';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { type Api, createApi, isSilence } from './api';
import { type Connection, connectFeed } from './feed/connect';
import { FeedStore } from './feed/store';
import { useMe } from './me';

interface Server {
  api: Api;
  connection: Connection;
  /** Now by the server's clock, in milliseconds. */
  now: () => number;
}

const ServerContext = createContext<Server | null>(null);

/** The API, the cache of what was loaded, and the feed that keeps it up to date. */
export function Providers({ children }: { children: ReactNode }) {
  const { name } = useMe();
  const [{ api, client, store }] = useState(() => serverOf(name));
  const [connection, setConnection] = useState<Connection>({ state: 'connecting', heardAt: 0 });
  useEffect(() => {
    const unwatch = store.watch();
    const disconnect = connectFeed(api, store, window, setConnection);
    return () => {
      disconnect();
      unwatch();
    };
  }, [api, store]);
  const [now] = useState(() => () => Date.now() + store.clockOffset);
  return (
    <QueryClientProvider client={client}>
      <ServerContext value={{ api, connection, now }}>{children}</ServerContext>
    </QueryClientProvider>
  );
}

type Made = ReturnType<typeof makeServer>;
let inBrowser: Made | undefined;

/**
 * In a browser one for all time. A render that React gives up, as it does while the page's code still comes, forgets what
 * it has made, and each cache that is left behind so would hold that render's whole tree for minutes, by its timers.
 */
function serverOf(known: string | null): Made {
  if (typeof window === 'undefined') return makeServer(known);
  inBrowser ??= makeServer(known);
  return inBrowser;
}

function makeServer(known: string | null) {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        // An answer that says no is an answer; only silence is asked again.
        retry: (_count, error) => isSilence(error),
        retryDelay: (count) => Math.min(500 * 2 ** count, 5000),
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
  const store = new FeedStore(client);
  return { api: createApi(known, () => store.heard(Date.now())), client, store };
}

function useServer(): Server {
  const server = useContext(ServerContext);
  if (!server) throw new Error('This component needs <Providers> around it.');
  return server;
}

export function useApi(): Api {
  return useServer().api;
}

export function useConnection(): Connection {
  return useServer().connection;
}

/**
 * Now by the server's clock in whole seconds (as milliseconds), drawn anew each second while `ticking`. It stands
 * still while the server is not heard: nothing that it times can be known to go on.
 */
export function useNow(ticking = true): number {
  const { now, connection } = useServer();
  const lost = connection.state === 'lost' || connection.state === 'signed_out';
  const read = () => Math.floor((lost ? now() - Date.now() + connection.heardAt : now()) / 1000) * 1000;
  return useSyncExternalStore(ticking && !lost ? eachSecond : never, read, () => 0);
}

/** The same to the minute: for what shows ages, which need not be drawn anew more often. */
export function useMinute(): number {
  const { now } = useServer();
  return useSyncExternalStore(
    eachSecond,
    () => Math.floor(now() / 60_000) * 60_000,
    () => 0,
  );
}

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One timer for everything on the page that shows a time. */
function eachSecond(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

const never = () => () => {};
