import { and, desc, eq } from 'drizzle-orm';
import { type Db, write } from '@/db/client';
import { inRounds } from '@/db/rounds';
import { type ChangesRow, changes } from '@/db/schema';
import { signal } from '@/db/signal';
import { logFailure } from '@/db/trouble';
import { hasClone } from '@/git/clone/clone-dir';
import { sameDataDir } from '@/git/clone/data-dir';
import { NOW } from '@/queue/lease';
import { timeLimit } from '@/time-limit';
import { type Computed, computeChanges, NO_CLONE } from './compute';
import { pruneChanges } from './keep';

/** How many are computed at the same time by this process; jobs come first. */
const AT_ONCE = 2;

/** How long one may take. */
const LIMIT_MS = 20_000;

/** A process without a clone leaves it to others for so long. */
const OTHERS_HAVE_MS = 3000;

/**
 * Computes the changes that were asked for, the newest wish first, until `abort` aborts. What comes of it depends on the
 * ids of commits alone, so nobody claims anything: where two processes compute the same, the first one writes it.
 */
export async function showChanges(db: Db, abort: AbortSignal, othersHaveMs = OTHERS_HAVE_MS): Promise<void> {
  const atWork = new Map<number, Promise<void>>();
  /** What this machine has no clone for, with when that was seen. */
  const without = new Map<number, number>();
  await inRounds(abort, 'What commits change cannot be computed', async () => {
    const wanted = await pending(db);
    // Of clones that were moved away nobody can say that there are none: the next round looks again.
    if (wanted.length > 0) await sameDataDir();
    for (const asked of wanted) {
      if (atWork.size >= AT_ONCE) break;
      if (atWork.has(asked.id)) continue;
      if (!hasClone(asked.repoId)) {
        const since = without.get(asked.id) ?? performance.now();
        without.set(asked.id, since);
        if (performance.now() - since < othersHaveMs) continue;
      }
      without.delete(asked.id);
      const work = computeOne(db, asked, abort)
        .catch((error: unknown) => logFailure('changes_failed', 'What commits change cannot be computed', error))
        .finally(() => {
          atWork.delete(asked.id);
          signal().notify();
        });
      atWork.set(asked.id, work);
    }
  });
  await Promise.allSettled(atWork.values());
}

function pending(db: Db): Promise<Array<Pick<ChangesRow, 'id' | 'repoId' | 'ask'>>> {
  return db
    .select({ id: changes.id, repoId: changes.repoId, ask: changes.ask })
    .from(changes)
    .where(eq(changes.status, 'pending'))
    .orderBy(desc(changes.askedAt), desc(changes.id))
    .limit(100);
}

async function computeOne(
  db: Db,
  { id, repoId, ask }: Pick<ChangesRow, 'id' | 'repoId' | 'ask'>,
  shutdown: AbortSignal,
): Promise<void> {
  const limit = timeLimit(LIMIT_MS);
  let computed: Computed = NO_CLONE;
  try {
    if (hasClone(repoId)) computed = await computeChanges(repoId, ask, AbortSignal.any([shutdown, limit]));
  } catch (error) {
    if (shutdown.aborted) return;
    if (!limit.aborted) throw error;
    computed = {
      errorCode: 'TIMEOUT',
      message: `It takes longer than ${LIMIT_MS / 1000} s. git shows it in a clone of yours.`,
    };
  }
  await write(db, [
    db
      .update(changes)
      .set({ ...columns(computed), computedAt: NOW })
      .where(and(eq(changes.id, id), eq(changes.status, 'pending'))),
    pruneChanges(db, repoId),
  ]);
}

function columns(computed: Computed) {
  if ('errorCode' in computed) return { status: 'error' as const, ...computed };
  const { content } = computed;
  return {
    status: 'ready' as const,
    content,
    size: Buffer.byteLength(JSON.stringify(content)),
    errorCode: null,
    message: '',
  };
}
