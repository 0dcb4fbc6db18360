import { setImmediate } from 'node:timers/promises';
import { eq, sql } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import { type Db, snapshot } from '@/db/client';
import { branches, repos } from '@/db/schema';
import { cursorQuery } from '@/feed/read';
import { branchesSince, changesSince } from '@/feed/since';
import { TIPS_LINE, type TipsRepo, tipsKeyInTurns, tipsLine } from '@/planner/tips-key';

/** The fingerprint of a repo's branches, and up to which event they were so. */
export interface Tips {
  key: string;
  trunkTip: string | null;
  cursor: number;
}

/** Rows of one piece: SQLite runs in our thread, so a statement must not be long. */
const PIECE = 1000;

/** Fingerprints that are kept. */
const MOST = 200;

interface Kept {
  /** The newest event up to which the rows were these. */
  seq: number;
  /** What the key says beside the rows. */
  repo: string;
  key: string;
}

/**
 * The fingerprints of the repos that were asked for last. One is given again only where one statement says, at each call,
 * that no branch has changed since, in whichever process; else the rows are read, once for all that ask meanwhile.
 */
export class TipsNow {
  readonly #kept = new LRUCache<string, Kept>({ max: MOST });
  readonly #reading = new Map<string, Promise<Tips | null>>();
  #last: Promise<void> = Promise.resolve();

  /** As the branches are now, or were at a moment since the call; null where there is no such repo. */
  async of(db: Db, repoId: string): Promise<Tips | null> {
    const known = await this.#known(db, repoId);
    if (known !== undefined) return known;
    const other = this.#reading.get(repoId);
    if (!other) return this.#begin(db, repoId);
    // What fails is told to who began it.
    await Promise.allSettled([other]);
    await this.#turn();
    // It may have read before we were asked, or something has changed since: it is kept, so that is one more question.
    const then = await this.#known(db, repoId);
    if (then !== undefined) return then;
    return this.#reading.get(repoId) ?? this.#begin(db, repoId);
  }

  /** Those who have waited for one reading go on one after another: what each does then is a turn of the loop. */
  #turn(): Promise<void> {
    this.#last = this.#last.then(() => setImmediate());
    return this.#last;
  }

  /** What is kept, where it holds; undefined where it has to be read. */
  async #known(db: Db, repoId: string): Promise<Tips | null | undefined> {
    const kept = this.#kept.get(repoId);
    if (!kept) return undefined;
    const [[repo], [changes]] = await snapshot(db, [repoQuery(db, repoId), changesSince(db, repoId, kept.seq)]);
    if (!repo) return null;
    if (branchesSince(changes, kept.seq)?.length !== 0 || lineOf(repo) !== kept.repo) return undefined;
    return this.#keep(repoId, repo, { key: kept.key, trunkTip: repo.trunkTip, cursor: changes?.upTo ?? kept.seq });
  }

  #begin(db: Db, repoId: string): Promise<Tips | null> {
    const reading = this.#read(db, repoId).finally(() => this.#reading.delete(repoId));
    this.#reading.set(repoId, reading);
    return reading;
  }

  /** In pieces: what is changed between two is among the changes since the first. */
  async #read(db: Db, repoId: string): Promise<Tips | null> {
    for (;;) {
      const [begun] = await cursorQuery(db);
      const seq = begun?.cursor ?? 0;
      const lines = await linesOf(db, repoId);
      const most = Number.MAX_SAFE_INTEGER - 1;
      const [[repo], [changes]] = await snapshot(db, [repoQuery(db, repoId), changesSince(db, repoId, seq, most)]);
      if (!repo) {
        this.#kept.delete(repoId);
        return null;
      }
      const list = branchesSince(changes, seq, most);
      if (!changes || !list) continue;
      for (const [op, row] of list) {
        if (op === 'upsert') lines.set(row.name, tipsLine(row));
        else lines.delete(row.name);
      }
      const key = await tipsKeyInTurns(repo, lines.values());
      return this.#keep(repoId, repo, { key, trunkTip: repo.trunkTip, cursor: changes.upTo });
    }
  }

  #keep(repoId: string, repo: TipsRepo, tips: Tips): Tips {
    const { key, cursor: seq } = tips;
    if (seq < (this.#kept.get(repoId)?.seq ?? 0)) return tips;
    this.#kept.set(repoId, { seq, repo: lineOf(repo), key });
    return tips;
  }
}

/** Those of this process. */
export const tipsNow = new TipsNow();

/** By name. */
async function linesOf(db: Db, repoId: string): Promise<Map<string, string>> {
  const lines = new Map<string, string>();
  for (let last = ''; ; ) {
    const [piece] = await db.all<{ text: string; last: string; count: number }>(sql`
      select coalesce(group_concat(line, char(10)), '') as text, coalesce(max(name), '') as last, count(*) as count
      from (select name, ${TIPS_LINE} as line from ${branches} where repo_id = ${repoId} and name > ${last}
        order by name limit ${PIECE})`);
    if (!piece) return lines;
    for (const line of piece.text.split('\n')) if (line !== '') lines.set(line.slice(0, line.indexOf(' ')), line);
    if (piece.count < PIECE) return lines;
    last = piece.last;
    await setImmediate();
  }
}

function repoQuery(db: Db, repoId: string) {
  return db
    .select({ trunk: repos.trunk, trunkTip: repos.trunkTip, engine: repos.engine })
    .from(repos)
    .where(eq(repos.id, repoId));
}

const lineOf = ({ trunk, trunkTip, engine }: TipsRepo) => JSON.stringify([trunk, trunkTip, engine]);
