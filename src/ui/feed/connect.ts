import { type Api, isSignedOut } from '../api';
import type { FeedStore, Relay } from './store';

/** How the page stands to the server. */
export interface Connection {
  state: 'connecting' | 'live' | 'lost' | 'signed_out';
  /** When the server was last heard before that, in this machine's milliseconds. */
  heardAt: number;
}

/** What tabs of one browser tell each other. */
type Word =
  | { kind: 'relay'; relay: Relay }
  | { kind: 'heard'; at: number }
  | { kind: 'connection'; connection: Connection }
  | { kind: 'hello' };

/** One name for the lock and the channel: the tabs of one origin. */
const NAME = 'spicerack-feed';

const AGAIN_MS = 1000;

/**
 * Feeds the store from one stream a browser: the tab that holds the lock subscribes and relays to the others; when
 * it closes, the next one goes on from where it is. (A browser opens six connections to an origin over HTTP/1.1;
 * a stream in each tab would use them up.) Where the page is not served securely there are no locks, and each
 * tab has its own stream.
 * @param network tells by `offline` and `online` how the browser itself stands
 * @returns what ends it
 */
export function connectFeed(
  api: Api,
  store: FeedStore,
  network: EventTarget,
  onConnection: (connection: Connection) => void,
): () => void {
  const ended = new AbortController();
  if (!('locks' in navigator)) {
    subscribe(api, store, network, ended.signal, { relay: (relay) => store.receive(relay), connection: onConnection });
    return () => ended.abort();
  }

  const channel = new BroadcastChannel(NAME);
  const tell = (word: Word) => channel.postMessage(word);
  let latest: Connection = { state: 'connecting', heardAt: store.heardAt };
  let leads = false;
  channel.onmessage = ({ data: word }: MessageEvent<Word>) => {
    if (word.kind === 'hello') {
      if (leads) tell({ kind: 'connection', connection: latest });
    } else if (word.kind === 'relay') {
      store.receive(word.relay);
    } else if (word.kind === 'heard') {
      store.heard(word.at);
    } else {
      onConnection(word.connection);
    }
  };
  tell({ kind: 'hello' });

  const lead = () => {
    leads = true;
    store.onHeard = (at) => tell({ kind: 'heard', at });
    subscribe(api, store, network, ended.signal, {
      relay: (relay) => {
        tell({ kind: 'relay', relay });
        store.receive(relay);
      },
      connection: (connection) => {
        latest = connection;
        tell({ kind: 'connection', connection });
        onConnection(connection);
      },
    });
    return new Promise<void>((resolve) => ended.signal.addEventListener('abort', () => resolve(), { once: true }));
  };
  navigator.locks.request(NAME, { signal: ended.signal }, lead).catch((error: unknown) => {
    // The page went away while another tab led.
    if (!ended.signal.aborted) throw error;
  });
  return () => {
    ended.abort();
    store.onHeard = null;
    channel.close();
  };
}

/**
 * Holds one subscription open until `ended`, begun again from the store's position whenever it ends, and at once when the
 * browser says that its network has gone or come: a server on this machine answers also without one.
 */
function subscribe(
  api: Api,
  store: FeedStore,
  network: EventTarget,
  ended: AbortSignal,
  on: { relay: (relay: Relay) => void; connection: (connection: Connection) => void },
): void {
  let connection: Connection = { state: 'connecting', heardAt: store.heardAt };
  const turn = (state: Connection['state']) => {
    // A server that falls silent is noticed later than it was last heard.
    connection = { state, heardAt: store.heardAt };
    on.connection(connection);
  };
  /** A stream that is refused looks like one that breaks: only a call tells which it is. */
  const lose = () => {
    if (connection.state !== 'signed_out') turn('lost');
    void isSignedOut().then((over) => {
      if (over && connection.state === 'lost') turn('signed_out');
    });
  };
  let leave = () => {};
  const begin = (position: number) => {
    leave();
    if (ended.aborted) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isLeft = false;
    const again = () => {
      if (isLeft) return;
      lose();
      clearTimeout(timer);
      timer = setTimeout(() => begin(store.position ?? position), AGAIN_MS);
    };
    let from = position;
    const subscription = api.feed.subscribe.subscribe(
      { lastEventId: String(position) },
      {
        onConnectionStateChange: ({ state, error }) => {
          if (isLeft) return;
          if (state === 'pending') turn('live');
          else if (error) lose();
        },
        onData: ({ data: message }) => {
          if (isLeft) return;
          on.relay({ from, message });
          from = message.cursor;
        },
        onError: again,
        onComplete: again,
      },
    );
    leave = () => {
      isLeft = true;
      clearTimeout(timer);
      subscription.unsubscribe();
    };
  };
  ended.addEventListener('abort', () => leave(), { once: true });
  store.whenPositioned((position) => {
    begin(position);
    const beginNow = () => begin(store.position ?? position);
    const signal = { signal: ended };
    network.addEventListener('online', beginNow, signal);
    network.addEventListener(
      'offline',
      () => {
        lose();
        beginNow();
      },
      signal,
    );
  });
}
