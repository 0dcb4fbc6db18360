import type { QueryClient } from '@tanstack/react-query';
import type { FeedEvent, FeedMessage } from '@/feed/events';
import { fedOf } from './contract';

/** A message of the feed with the cursor that it goes on from. */
export interface Relay {
  from: number;
  message: FeedMessage;
}

/** Events that are remembered for data whose loading takes longer than they did. */
const REMEMBERED = 5000;

/**
 * Keeps React Query's cache up to date by the feed. Data comes with the cursor of the snapshot that it was read
 * from; every event after it is merged in once, and none before it, in whatever order answers and events arrive.
 */
export class FeedStore {
  /** Everything up to here is known: the stream starts here, and goes on from here after a break. Null until data is there. */
  position: number | null = null;
  /** Milliseconds to add to this machine's clock to have the server's. */
  clockOffset = 0;
  /** When the server was last heard, in this machine's milliseconds: first with the page, then over the stream. */
  heardAt = Date.now();
  /** Where this tab holds the stream, what tells it to the others. */
  onHeard: ((at: number) => void) | null = null;
  /** Events after `rememberedFrom` up to `position`. */
  private remembered: FeedEvent[] = [];
  private rememberedFrom = 0;
  /** Up to where each cached query has its events, by query hash. */
  private readonly cursors = new Map<string, number>();

  private waiting: Array<(position: number) => void> = [];

  constructor(private readonly client: QueryClient) {}

  /** Calls back once there is a position to follow the feed from. */
  whenPositioned(callback: (position: number) => void): void {
    if (this.position === null) this.waiting.push(callback);
    else callback(this.position);
  }

  /** Begins to watch the cache for loaded data. Returns the function that ends it. */
  watch(): () => void {
    return this.client.getQueryCache().subscribe((event) => {
      if (event.type === 'removed') this.cursors.delete(event.query.queryHash);
      if (event.type === 'updated' && event.action.type === 'success' && !event.action.manual)
        this.loaded(event.query.queryHash);
    });
  }

  /** The server was heard, here or in the tab that holds the stream. */
  heard(at: number): void {
    this.heardAt = at;
    this.onHeard?.(at);
  }

  /** Takes a message in. Messages may come twice; one that does not go on from what is known loads everything anew. */
  receive({ from, message }: Relay): void {
    this.clockOffset = Date.parse(message.now) - Date.now();
    const known = this.position ?? from;
    if (message.kind === 'start_over' || from > known) {
      this.startOver(message.cursor);
      return;
    }
    if (message.cursor <= known) return;
    const events = message.events.filter((event) => event.seq > known);
    if (this.position === null) this.rememberedFrom = from;
    this.remembered.push(...events);
    const surplus = this.remembered.splice(0, this.remembered.length - REMEMBERED);
    this.rememberedFrom = surplus.at(-1)?.seq ?? this.rememberedFrom;
    this.position = message.cursor;
    for (const [hash, cursor] of this.cursors) this.merge(hash, cursor);
  }

  private loaded(hash: string): void {
    const query = this.client.getQueryCache().get(hash);
    const cursor = fedOf(query)?.cursorIn(this.client) ?? null;
    if (!query || cursor === null) return;
    if (this.position === null) {
      this.position = cursor;
      this.rememberedFrom = cursor;
      for (const callback of this.waiting.splice(0)) callback(cursor);
    }
    if (cursor < this.rememberedFrom) {
      // It took so long that events after it are forgotten.
      this.cursors.delete(hash);
      void this.client.invalidateQueries({ queryKey: query.queryKey, exact: true });
      return;
    }
    this.merge(hash, cursor);
  }

  private merge(hash: string, cursor: number): void {
    const fed = fedOf(this.client.getQueryCache().get(hash));
    if (!fed) return;
    const fresh = this.remembered.filter((event) => event.seq > cursor);
    this.cursors.set(hash, Math.max(cursor, this.position ?? cursor));
    if (fresh.length > 0) fed.mergeInto(this.client, fresh);
  }

  private startOver(cursor: number): void {
    this.position = cursor;
    this.remembered = [];
    this.rememberedFrom = cursor;
    this.cursors.clear();
    void this.client.invalidateQueries();
  }
}
