import { and, eq, sql } from 'drizzle-orm';
import { type Db, snapshot, write } from '@/db/client';
import { changes, now, repos } from '@/db/schema';
import type { ChangesState } from '@/feed/events';
import { cursorQuery } from '@/feed/read';
import type { ChangesAsk, ChangesContent } from '@/model/changes';
import { noRepo, type Refusal } from '@/queue/refusal';

/** What is known of what was asked for, and where to follow the feed from. */
export interface ChangesAnswer extends ChangesState {
  /** Null until `ready`. */
  content: ChangesContent | null;
  feedCursor: number;
}

/** After so long an error is no answer any more, and asking computes it again. */
const ERROR_HOLDS = '-3 seconds';

/**
 * Answers from the table alone. Where nothing is known yet it writes the row that asks for it: the background fills it
 * in, and the feed says when.
 */
export async function askChanges(
  db: Db,
  repoId: string,
  ask: ChangesAsk,
): Promise<ChangesAnswer | { refused: Refusal }> {
  const known = await answer(db, repoId, ask);
  if (known?.status === 'ready') {
    // What is looked at is kept longest.
    await db.update(changes).set({ askedAt: now }).where(eq(changes.id, known.id));
    return known;
  }
  const [repo] = await db.select({ id: repos.id }).from(repos).where(eq(repos.id, repoId));
  if (!repo) return { refused: noRepo(repoId) };
  await write(db, [
    db.run(sql`
      insert into changes (repo_id, ask) values (${repoId}, ${JSON.stringify(ask)})
      on conflict (repo_id, ask) do update set
        asked_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
        status = case
          when status = 'error' and computed_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ${ERROR_HOLDS}) then 'pending'
          else status end`),
  ]);
  return (await answer(db, repoId, ask)) ?? { refused: noRepo(repoId) };
}

async function answer(db: Db, repoId: string, ask: ChangesAsk): Promise<ChangesAnswer | null> {
  const [[row], [head]] = await snapshot(db, [
    db
      .select({
        id: changes.id,
        repoId: changes.repoId,
        status: changes.status,
        errorCode: changes.errorCode,
        message: changes.message,
        askedAt: changes.askedAt,
        computedAt: changes.computedAt,
        content: changes.content,
      })
      .from(changes)
      .where(and(eq(changes.repoId, repoId), eq(changes.ask, ask))),
    cursorQuery(db),
  ]);
  return row ? { ...row, feedCursor: head?.cursor ?? 0 } : null;
}
