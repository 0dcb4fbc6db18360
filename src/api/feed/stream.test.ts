import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FeedMessage } from '@/feed/events';
import type { Follow } from '@/feed/follow';
import { type TestDatabase, testDatabase } from '@/testing/database';
import type { Context } from '../context';
import { appRouter } from '../router';
import { STREAM } from '../trpc';
import { feedStream } from './stream';

const message = (cursor: number): FeedMessage => ({ kind: 'start_over', cursor, now: '2026-01-01T00:00:00.000Z' });

/** Gives these messages, then nothing until it is left. */
const giving = (...messages: FeedMessage[]): Follow & { left: Promise<void> } => {
  let leave = (): void => undefined;
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  async function* follow(leaves: AbortSignal): AsyncGenerator<FeedMessage> {
    try {
      yield* messages;
      await new Promise((_, reject) => {
        if (leaves.aborted) return reject(leaves.reason);
        leaves.addEventListener('abort', () => reject(leaves.reason));
      });
    } finally {
      leave();
    }
  }
  return Object.assign(follow, { left });
};

const stays = new AbortController().signal;
const text = (piece: { value?: Uint8Array | undefined }) => new TextDecoder().decode(piece.value);
const PING = 'event: ping\ndata: \n\n';

describe('a stream without news', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is pinged, from its last message on', async () => {
    const reader = feedStream(giving(message(7)), stays).getReader();
    expect(text(await reader.read())).toContain('event: connected');
    expect(text(await reader.read())).toContain('id: 7');
    for (let i = 0; i < 3; i += 1) {
      const ping = reader.read();
      await vi.advanceTimersByTimeAsync(STREAM.ping.intervalMs);
      expect(text(await ping)).toBe(PING);
    }
    await reader.cancel();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps no pings for a reader that does not read', async () => {
    const reader = feedStream(giving(), stays).getReader();
    await vi.advanceTimersByTimeAsync(STREAM.ping.intervalMs * 100);
    expect(text(await reader.read())).toContain('event: connected');
    await vi.advanceTimersByTimeAsync(STREAM.ping.intervalMs * 100);
    expect(text(await reader.read())).toBe(PING);
    let isThere = false;
    void reader.read().then(() => {
      isThere = true;
    });
    await vi.advanceTimersByTimeAsync(STREAM.ping.intervalMs / 2);
    expect(isThere).toBe(false);
    await reader.cancel();
  });
});

describe('a stream', () => {
  it('sends the same bytes to all who are told the same', async () => {
    const told = message(7);
    const pieces = [told, told, message(7)].map(async (one) => {
      const reader = feedStream(giving(one), stays).getReader();
      await reader.read();
      const { value } = await reader.read();
      await reader.cancel();
      return value;
    });
    const [first, second, another] = await Promise.all(pieces);
    expect(second).toBe(first);
    expect(another).toEqual(first);
    expect(another).not.toBe(first);
  });

  it('leaves the feed when its reader goes, or its request', async () => {
    const cancelled = giving();
    const gone = feedStream(cancelled, stays).getReader();
    await gone.read();
    await gone.cancel();
    await cancelled.left;
    const request = new AbortController();
    const aborted = giving();
    const reader = feedStream(aborted, request.signal).getReader();
    await reader.read();
    request.abort();
    await aborted.left;
    expect((await reader.read()).done).toBe(true);
  });

  it('leaves the feed also where a reader goes that has not read what it was told', async () => {
    for (const leave of ['reader', 'request'] as const) {
      const many = giving(...Array.from({ length: 10 }, (_, i) => message(i + 1)));
      const request = new AbortController();
      const reader = feedStream(many, request.signal).getReader();
      await reader.read();
      await reader.read();
      // The next one lies there.
      await new Promise((resolve) => setImmediate(resolve));
      if (leave === 'reader') await reader.cancel();
      else request.abort();
      await many.left;
    }
  });

  it('breaks off what fails, and ends what a shutdown ends', async () => {
    const failing = (error: unknown): Follow =>
      async function* () {
        yield message(1);
        throw error;
      };
    const readAll = async (error: unknown) => {
      let said = '';
      for await (const piece of feedStream(failing(error), stays)) said += new TextDecoder().decode(piece);
      return said;
    };
    await expect(readAll(new Error('The database is gone.'))).rejects.toThrow('The database is gone.');
    expect(await readAll(new DOMException('The server is shutting down.', 'AbortError'))).toMatch(/id: 1\n\n$/);
  });
});

describe('over HTTP', () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await testDatabase();
  });
  afterEach(() => test.close());

  /** What a browser makes of a stream: the events of its first pieces, without the time. */
  async function told(input: object, isOurs: boolean, count: number, headers: Record<string, string> = {}) {
    const abort = new AbortController();
    let followed: Follow | undefined;
    const context: Context = {
      db: test.db,
      asker: { name: null, role: 'administer', repoIds: null, hasSession: false, address: null },
      client: null,
      requestedBy: 'test',
      shutdown: stays,
      keep: null,
      stream: isOurs
        ? (follow) => {
            followed = follow;
          }
        : null,
    };
    const address = `http://spicerack/api/trpc/feed.subscribe?input=${encodeURIComponent(JSON.stringify({ json: input }))}`;
    const answer = await fetchRequestHandler({
      endpoint: '/api/trpc',
      req: new Request(address, { signal: abort.signal, headers }),
      router: appRouter,
      createContext: () => context,
    });
    const body = followed ? feedStream(followed, abort.signal) : answer.body;
    expect(followed !== undefined).toBe(isOurs);
    if (!body) throw new Error('no body');
    const reader = body.getReader();
    let said = '';
    const events = () =>
      said
        .split(/\n\n+/)
        .slice(0, -1)
        .map((event) => event.split('\n').filter(Boolean).sort());
    while (events().length < count) said += text(await reader.read());
    abort.abort();
    await reader.cancel().catch(() => undefined);
    return [answer.headers.get('content-type'), ...events()].map((event) =>
      JSON.stringify(event).replace(/"now\\":\\"[^"]*/, '"now'),
    );
  }

  it('says what tRPC itself would, word for word, and how soon to come back', async () => {
    const repoId = await test.addRepo();
    await test.addRepo();
    for (const input of [{}, { repoId }, { lastEventId: 1 }, { lastEventId: 999 }]) {
      const [type, connected, ...others] = await told(input, false, 2);
      expect(await told(input, true, 2)).toEqual([type, connected?.replace(/\]$/, ',"retry: 1000"]'), ...others]);
    }
    const since = { 'last-event-id': '1' };
    expect(await told({}, true, 2, since)).toEqual(await told({ lastEventId: 1 }, true, 2));
  });
});
