import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { KEPT_AUDIT, pruneAudit } from '@/access/audit';
import { config } from '@/config';
import type { Db } from '@/db/client';
import { hasOpenJob } from '@/db/open-jobs';
import { repos } from '@/db/schema';
import { logFailure } from '@/db/trouble';
import { cloneDir } from '@/git/clone/clone-dir';
import { sameDataDir } from '@/git/clone/data-dir';
import { checkpoint } from './checkpoint';
import { diskUse, setDiskUse } from './disk-use';
import { prune } from './prune';
import { tendClone } from './tend-clone';

/** How often it looks for quiet clones, and how often for what is old enough to go; in milliseconds. */
const ROUND_MS = 60_000;
const PRUNE_MS = 3_600_000;

/** A server that has just started has better things to do, and so has one in trouble; in milliseconds. */
const FIRST_MS = 15_000;

/** Keeps database and clones small and quick until `abort` aborts. What fails is tried again soon. */
export async function upkeep(db: Db, abort: AbortSignal): Promise<void> {
  const seen = new Map<string, string>();
  let prunedAt = Number.NEGATIVE_INFINITY;
  await sleep(FIRST_MS, undefined, { signal: abort }).catch(() => undefined);
  while (!abort.aborted) {
    let pause = ROUND_MS;
    try {
      if (performance.now() - prunedAt > PRUNE_MS) {
        await prune(db, config());
        await pruneAudit(db, KEPT_AUDIT);
        await checkpoint(db);
        prunedAt = performance.now();
      }
      await tendClones(db, seen, abort);
      setDiskUse(await diskUse(config().dataDir, db));
    } catch (error) {
      if (!abort.aborted) logFailure('upkeep_failed', 'Upkeep failed and is tried again', error);
      pause = FIRST_MS;
    }
    await sleep(pause, undefined, { signal: abort }).catch(() => undefined);
  }
}

/**
 * One round: removes the clones of repos that are no more, and tends those whose repo has had jobs, or has lost
 * its oldest to `prune`, since they were tended last.
 * @param seen what each repo's jobs were like when its clone was tended; kept between rounds
 * @throws OtherDataDir, having touched nothing
 */
export async function tendClones(db: Db, seen: Map<string, string>, abort: AbortSignal): Promise<void> {
  // In another directory that stands in its place all clones are forgotten ones: they may be another server's.
  await sameDataDir();
  await removeForgotten(db);
  const rows = await db
    .select({
      id: repos.id,
      open: sql<number>`${hasOpenJob(sql.raw('repos.id'))}`,
      // Changes with every new job and when the oldest go; once a week there is something to do anyway.
      state: sql<string>`coalesce((select max(seq) from jobs where repo_id = repos.id), 0) || ' ' ||
        coalesce((select min(seq) from jobs where repo_id = repos.id), 0) || ' ' || strftime('%W', 'now')`,
    })
    .from(repos);
  for (const { id, open, state } of rows) {
    abort.throwIfAborted();
    if (open || seen.get(id) === state) continue;
    try {
      if ((await tendClone(db, id, abort)) !== 'held') seen.set(id, state);
    } catch (error) {
      if (abort.aborted) throw error;
      // The next job of the repo finds out what is wrong, and mends it.
      seen.set(id, state);
      logFailure('upkeep_failed', 'A clone cannot be tended', error, { repoId: id });
    }
  }
}

/** A clone is `<id>.git`; `.new`, `.old`, `.damaged` and those in another object format stand beside it. */
const CLONE = /^([0-9a-f-]{36})\.git(\.new|\.old|\.damaged|\.sha1|\.sha256)?$/;

async function removeForgotten(db: Db): Promise<void> {
  const folder = join(cloneDir('any'), '..');
  // The folder first: a repo that is added meanwhile is then in the rows.
  const names = await readdir(folder).catch(() => []);
  const rows = await db.select({ id: repos.id }).from(repos);
  const known = new Set(rows.map((row) => row.id));
  for (const name of names) {
    const id = name.match(CLONE)?.[1];
    if (id && !known.has(id)) await rm(join(folder, name), { recursive: true, force: true });
  }
}
