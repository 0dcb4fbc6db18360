import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { and, eq } from 'drizzle-orm';
import { branches } from '@/db/schema';
import { GitError } from '@/git/process/error';
import type { Lease } from '@/queue/lease';
import { logLine } from '@/queue/record';
import { buildDemoRemote, teamGoesOn } from './demo-remote';
import { DEMO_LAST } from './path';
import { openRemote } from './remote';

/**
 * Makes the demo's remote before its first fetch, and lets its team go on once its branches are tracked: so a
 * person finds stacks first, and something to do at the next sync. What the team cannot push fails nobody's sync.
 */
export async function prepareDemo(lease: Lease): Promise<void> {
  const { db, repo, job } = lease;
  if (!existsSync(repo.url)) {
    // Made aside and renamed, so that a kill in between leaves no half of it.
    const aside = `${repo.url}.new`;
    await rm(aside, { recursive: true, force: true });
    await buildDemoRemote(aside);
    await rename(aside, repo.url);
    return;
  }
  if (job.kind !== 'sync_repo') return;
  const [tracked] = await db
    .select({ name: branches.name })
    .from(branches)
    .where(and(eq(branches.repoId, repo.id), eq(branches.tracked, true)))
    .limit(1);
  const remote = openRemote(repo.url);
  if (!tracked || DEMO_LAST in (await remote.tips())) return;
  try {
    await teamGoesOn(remote);
  } catch (error) {
    // It is the person's sync, whose own pushes come first.
    if (!(error instanceof GitError)) throw error;
    await lease.write([
      logLine(lease, "The demo's team could not push: it clashes with what is there by now.", 'warn'),
    ]);
  }
}
