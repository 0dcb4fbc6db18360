import type { FeedMessage } from '@/feed/events';
import type { Follow } from '@/feed/follow';
import { STREAM } from '../trpc';
import { wire } from '../wire';

/** How soon a reader whose stream broke is to come back, in milliseconds: by themselves, browsers take 3 or 5 s. */
const COME_BACK_MS = 1000;

const encoder = new TextEncoder();
const CONNECTED = encoder.encode(
  `retry: ${COME_BACK_MS}\nevent: connected\ndata: ${JSON.stringify(STREAM.client)}\n\n`,
);
const PING = encoder.encode('event: ping\ndata: \n\n');

/** A message is the same one for all who are told it, and so is its text. */
const texts = new WeakMap<FeedMessage, Uint8Array>();

function textOf(message: FeedMessage): Uint8Array {
  const known = texts.get(message);
  if (known) return known;
  const text = encoder.encode(`data: ${JSON.stringify(wire.output.serialize(message))}\nid: ${message.cursor}\n\n`);
  texts.set(message, text);
  return text;
}

/**
 * The feed as server-sent events, word for word what tRPC's client reads. tRPC's own stream makes each text anew for
 * each reader and hands it on through five others (decision 0128). What fails on the way breaks it off, and its reader
 * comes back from where it was.
 * @param gone aborts when the reader has gone
 */
export function feedStream(follow: Follow, gone: AbortSignal): ReadableStream<Uint8Array> {
  const leaves = new AbortController();
  const until = AbortSignal.any([gone, leaves.signal]);
  const messages = follow(until);
  let pings: NodeJS.Timeout | undefined;
  const end = () => {
    clearInterval(pings);
    // What was told last may lie unread: then it does not wait for news, and does not hear of its end by itself.
    void messages.return(undefined);
  };
  until.addEventListener('abort', end, { once: true });
  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(CONNECTED);
      // Nothing is kept for a reader that is slow.
      const ping = () => controller.desiredSize === 1 && controller.enqueue(PING);
      pings = setInterval(ping, STREAM.ping.intervalMs);
    },
    async pull(controller) {
      const next = await messages.next().catch((error: unknown) => {
        clearInterval(pings);
        if (error instanceof DOMException && error.name === 'AbortError') return null;
        throw error;
      });
      if (!next || next.done) return controller.close();
      controller.enqueue(textOf(next.value));
      pings?.refresh();
    },
    cancel: () => leaves.abort(),
  });
}
