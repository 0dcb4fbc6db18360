import { setTimeout as sleep } from 'node:timers/promises';
import { asc, getTableColumns, gt, sql } from 'drizzle-orm';
import { count } from '@/counters';
import type { Db } from '@/db/client';
import { events } from '@/db/schema';
import { signal } from '@/db/signal';
import type { FeedEvent, FeedMessage } from './events';
import { inGroups } from './in-groups';
import { cursorQuery, PAGE, type Piece, parse } from './read';

/** How often a process looks for events that another process wrote, in milliseconds. */
const TAIL_MS = 400;

/** How long after a write its events are looked for, in milliseconds: whoever wrote is answered first. */
const AFTER_WRITE_MS = 2;

/** The most events that are kept at hand. */
const RING = 2000;

/** How old an event is, in seconds, on the database's clock alone. */
const age = sql<number | null>`(julianday('now') - julianday(${events.at})) * 86400`;

/** One who follows the tail. */
export interface Follower {
  /** Resolves as soon as the version is another one than `seen`, or when its signal aborts. */
  past(seen: number): Promise<void>;
  /** Lets the tail go, which ends where nobody is left. */
  leave(): void;
}

/**
 * The one reader of the events table in a process: it keeps the newest events at hand, and every stream is fed from
 * those. Only whoever is further behind reads the table. It reads while somebody follows, and not otherwise.
 */
export class Tail {
  readonly #db: Db;
  /** The events after `floor`, up to `head`. */
  #ring: FeedEvent[] = [];
  #floor = 0;
  /** Null until it is known where the table ends. */
  #head: number | null = null;
  #version = 0;
  #reads = false;
  /** What wakes each one that follows. */
  readonly #followers = new Set<() => void>();
  /** What is told after a cursor is the same for everybody who is there and follows the same repo. */
  readonly #told = new Map<string, Piece>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** Goes up with each change of what `after` answers. */
  get version(): number {
    return this.#version;
  }

  /** How many follow. */
  get followers(): number {
    return this.#followers.size;
  }

  /** Keeps the tail reading until the follower leaves, who is woken when `abort` aborts. */
  join(abort: AbortSignal): Follower {
    let waits: (() => void) | undefined;
    const wake = () => {
      waits?.();
      waits = undefined;
    };
    this.#followers.add(wake);
    abort.addEventListener('abort', wake);
    count('streams');
    if (!this.#reads) void this.#read();
    return {
      past: (seen) =>
        new Promise((resolve) => {
          if (this.#version !== seen || abort.aborted) resolve();
          else waits = resolve;
        }),
      leave: () => {
        this.#followers.delete(wake);
        abort.removeEventListener('abort', wake);
        count('streams', -1);
      },
    };
  }

  /** The events after a cursor; null where the table has to be asked. */
  after(cursor: number, repoId: string | null): Piece | null {
    if (this.#head === null || cursor < this.#floor || cursor > this.#head) return null;
    const key = `${cursor} ${repoId ?? ''}`;
    const told = this.#told.get(key) ?? this.#tell(cursor, repoId, this.#head);
    this.#told.set(key, told);
    return told;
  }

  #tell(cursor: number, repoId: string | null, head: number): Piece {
    const begin = this.#ring.findLastIndex(({ seq }) => seq <= cursor) + 1;
    const mine = this.#ring
      .slice(begin)
      .filter((event) => repoId === null || event.repoId === repoId || event.repoId === null);
    const page = mine.slice(0, PAGE);
    const last = page.at(-1);
    if (!last) return { message: null, upTo: head };
    const message: FeedMessage = { kind: 'changes', events: page, cursor: last.seq, now: new Date().toISOString() };
    return { message, upTo: mine.length > PAGE ? last.seq : head };
  }

  async #read(): Promise<void> {
    this.#reads = true;
    // What was written while nobody followed is in the table alone.
    this.#head = null;
    while (this.#followers.size > 0) {
      const woken = signal().wait('change', TAIL_MS);
      // The database may be away for a while (`patient` tells of it); the next round asks again.
      const behind = await this.#catchUp().catch(() => false);
      if (behind) continue;
      await woken;
      await sleep(AFTER_WRITE_MS);
    }
    this.#reads = false;
  }

  /** Reads on from the head. @returns whether there is more */
  async #catchUp(): Promise<boolean> {
    const rows = this.#head === null ? [] : await this.#eventsAfter(this.#head);
    const [first, last] = [rows.at(0), rows.at(-1)];
    if (first && last) {
      // What lies between was pruned while this process stood still: the table tells so.
      if (first.seq - 1 !== this.#head) {
        this.#ring = [];
        this.#floor = first.seq - 1;
      }
      count('feed_reads');
      count('feed_lag_seconds', Math.max(0, last.age ?? 0));
      this.#ring.push(...rows.map(({ age: _, ...event }) => parse(event)));
      this.#head = last.seq;
      const dropped = this.#ring.splice(0, Math.max(0, this.#ring.length - RING)).at(-1);
      if (dropped) this.#floor = dropped.seq;
    } else {
      const [newest] = await cursorQuery(this.#db);
      const end = newest?.cursor ?? 0;
      if (end === this.#head) return false;
      // At the start, and where the database was replaced by an older one, there is nothing to go on from. What was
      // written between the two reads is in the table.
      this.#ring = [];
      this.#floor = end;
      this.#head = end;
    }
    this.#version += 1;
    this.#told.clear();
    await inGroups([...this.#followers], (wake) => wake());
    return rows.length === PAGE;
  }

  #eventsAfter(seq: number) {
    return this.#db
      .select({ ...getTableColumns(events), age })
      .from(events)
      .where(gt(events.seq, seq))
      .orderBy(asc(events.seq))
      .limit(PAGE);
  }
}

const tails = new WeakMap<Db, Tail>();

/** The tail of a database in this process. */
export function tailOf(db: Db): Tail {
  const tail = tails.get(db) ?? new Tail(db);
  tails.set(db, tail);
  return tail;
}
