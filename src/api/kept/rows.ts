import { setImmediate } from 'node:timers/promises';
import { getTableColumns, sql } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import type { Db } from '@/db/client';
import { jsonRows, rowsIn } from '@/db/json-rows';
import { type BranchRow, branches } from '@/db/schema';
import { cursorQuery } from '@/feed/read';
import { branchesSince, type Changes, MOST_EVENTS } from '@/feed/since';

/** All branch rows of a repo in the order of their names, as they were when its events were read up to `seq`. */
export interface RowsAt {
  readonly seq: number;
  readonly rows: readonly BranchRow[];
}

/** Rows of one piece: SQLite runs in our thread, so a statement must not be long. */
const PIECE = 1000;

/**
 * Rows that are kept, of all repos together: some 25 MB; and of how many repos. The one that was asked for last is kept
 * whatever its size, since its next page is asked for next.
 */
const MOST_ROWS = 25_000;
const MOST_REPOS = 200;

/** A repo's place among what is kept: `at` is the newest that is known of it. */
export interface Kept {
  at: RowsAt;
}

/**
 * The branch rows of the repos that were asked for last, with which a look at one need only read what has changed since,
 * in whichever process. They are values: none is ever changed, and rows that did not change stay the same objects.
 */
export class KeptRows {
  readonly #kept = new LRUCache<string, Kept>({
    max: MOST_REPOS,
    maxSize: MOST_ROWS,
    // One that is larger than all that may be kept counts as that much, so it is kept alone.
    sizeCalculation: ({ at }) => Math.min(Math.max(at.rows.length, 1), MOST_ROWS),
  });

  /** What is kept of a repo; else all its rows, read in pieces between which others have their turn. */
  async of(db: Db, repoId: string): Promise<Kept> {
    return this.#kept.get(repoId) ?? { at: await this.#read(db, repoId) };
  }

  /** Keeps what was brought up to date, and lets go of what was asked for longest ago where that is too much. */
  keep(repoId: string, kept: Kept, now: RowsAt): void {
    if (kept.at.seq <= now.seq) kept.at = now;
    // Set anew, since it may have another size now.
    this.#kept.delete(repoId);
    this.#kept.set(repoId, kept);
  }

  /** What can no longer be brought up to date. */
  forget(repoId: string): void {
    this.#kept.delete(repoId);
  }

  /** What is changed between two pieces is among the changes since the first. */
  async #read(db: Db, repoId: string): Promise<RowsAt> {
    const [begun] = await cursorQuery(db);
    const rows: BranchRow[] = [];
    for (let last = ''; ; ) {
      const piece = rowsIn(
        await jsonRows(
          db,
          getTableColumns(branches),
          sql`from branches where repo_id = ${repoId} and name > ${last} order by name limit ${PIECE}`,
        ),
      );
      rows.push(...piece);
      if (piece.length < PIECE) return { seq: begun?.cursor ?? 0, rows };
      last = piece.at(-1)?.name ?? '';
      await setImmediate();
    }
  }
}

/** Those of this process. */
export const keptRows = new KeptRows();

/** The rows as they were when the changes were read; null where the events between are not all there, or too many. */
export function rowsAfter(before: RowsAt, changes: Changes | undefined, most = MOST_EVENTS): RowsAt | null {
  const list = branchesSince(changes, before.seq, most);
  if (!changes || !list) return null;
  if (list.length === 0) return { seq: changes.upTo, rows: before.rows };
  const rows = [...before.rows];
  for (const [op, row] of list) {
    const at = placeOf(rows, row.name);
    const isThere = rows[at]?.name === row.name;
    if (op === 'upsert') rows.splice(at, isThere ? 1 : 0, row);
    else if (isThere) rows.splice(at, 1);
  }
  return { seq: changes.upTo, rows };
}

/** Where a name is, or would be, in SQLite's order. */
function placeOf(rows: readonly BranchRow[], name: string): number {
  const bytes = Buffer.from(name);
  let [from, to] = [0, rows.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (Buffer.compare(Buffer.from(rows[middle]?.name ?? ''), bytes) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The first rows after a name that are wanted. */
export function after(
  rows: readonly BranchRow[],
  name: string,
  most: number,
  wanted: (row: BranchRow) => boolean,
): BranchRow[] {
  const some: BranchRow[] = [];
  for (let at = placeOf(rows, name); at < rows.length && some.length < most; at += 1) {
    const row = rows[at];
    if (row && row.name !== name && wanted(row)) some.push(row);
  }
  return some;
}
