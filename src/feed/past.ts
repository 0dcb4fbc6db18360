import { setImmediate as turn } from 'node:timers/promises';
import type { Db } from '@/db/client';
import { inGroups } from './in-groups';
import { type Piece, readPiece } from './read';

interface Asked {
  cursor: number;
  repoId: string | null;
  waiting: Array<{ abort: AbortSignal; resolve(piece: Piece): void; reject(reason: unknown): void }>;
}

/**
 * What was before the tail, for the streams of a process that are further behind: one piece at a time, in the order in
 * which they were asked for, each in a turn of the loop of its own. SQLite answers in the calling thread, so of streams
 * that read on by themselves none would let go of the loop before all have caught up. Who waits for the same piece gets
 * the same, and with it its text.
 */
export class Past {
  readonly #db: Db;
  /** By what they ask for, the first one first. */
  readonly #asked = new Map<string, Asked>();
  #reads = false;

  constructor(db: Db) {
    this.#db = db;
  }

  /** The piece after a cursor, read after this call. Rejects where it cannot be read, and where `abort` has aborted. */
  after(cursor: number, repoId: string | null, abort: AbortSignal): Promise<Piece> {
    return new Promise((resolve, reject) => {
      const key = `${cursor} ${repoId ?? ''}`;
      const asked = this.#asked.get(key) ?? { cursor, repoId, waiting: [] };
      asked.waiting.push({ abort, resolve, reject });
      this.#asked.set(key, asked);
      if (!this.#reads) void this.#read();
    });
  }

  async #read(): Promise<void> {
    this.#reads = true;
    for (const [key, { cursor, repoId, waiting }] of this.#asked) {
      await turn();
      // Who asks from here on asks for what is there then.
      this.#asked.delete(key);
      const open = waiting.filter(({ abort, reject }) => {
        if (abort.aborted) reject(abort.reason);
        return !abort.aborted;
      });
      if (open.length === 0) continue;
      const read = await readPiece(this.#db, cursor, repoId).then(
        (piece) => ({ piece }),
        (error: unknown) => ({ error }),
      );
      await inGroups(open, ({ resolve, reject }) => {
        if ('piece' in read) resolve(read.piece);
        else reject(read.error);
      });
    }
    this.#reads = false;
  }
}

const pasts = new WeakMap<Db, Past>();

/** The past of a database in this process. */
export function pastOf(db: Db): Past {
  const past = pasts.get(db) ?? new Past(db);
  pasts.set(db, past);
  return past;
}
