import { and, desc, eq, gt, sql } from 'drizzle-orm';
import type { Db } from '@/db/client';
import { openJobsOf } from '@/db/open-jobs';
import { branchTips, forecasts } from '@/db/schema';
import { conflict, type Refusal } from '@/queue/refusal';
import { tipsNow } from './tips-now';

/** How many of the branches that moved a refusal names. */
const NAMED = 10;

/**
 * What is said against an action whose asker has looked at a forecast, by rows alone: the branch rows are no longer
 * those that the forecast was for, or a job stands before it that may change them. Null where neither is so.
 * @param expected the forecast's `tipsKey`
 */
export async function notAsExpected(db: Db, repoId: string, expected: string): Promise<Refusal | null> {
  // Before the rows, which then need not be read; and after, for to read many takes a while.
  const waits = await waitsFor(db, repoId);
  if (waits) return waits;
  const now = await tipsNow.of(db, repoId);
  if (!now) return null;
  if (now.key !== expected) return changed(await whatChanged(db, repoId, expected), 'Ask for a new one.');
  return waitsFor(db, repoId);
}

/** What is said while a job is still to end. */
async function waitsFor(db: Db, repoId: string): Promise<Refusal | null> {
  const [open] = await db.select({ seq: sql<number>`seq` }).from(openJobsOf(repoId)).limit(1);
  if (!open) return null;
  const message = `#${open.seq} is still to end and may change the branches.`;
  return changed(message, 'Wait for it, then ask for a new forecast.');
}

/** How the branch rows differ from those that a forecast was for, in words; for rows that do differ. */
export async function whatChanged(db: Db, repoId: string, expected: string): Promise<string> {
  const [seen] = await db
    .select({ askedAt: forecasts.askedAt })
    .from(forecasts)
    .where(and(eq(forecasts.repoId, repoId), eq(forecasts.tipsKey, expected)))
    .orderBy(desc(forecasts.askedAt))
    .limit(1);
  if (!seen) return 'No forecast of this repo has this fingerprint any more.';
  const moved = await db
    .selectDistinct({ branch: branchTips.branch })
    .from(branchTips)
    .where(and(eq(branchTips.repoId, repoId), gt(branchTips.seenAt, seen.askedAt)))
    .orderBy(branchTips.branch);
  const more = moved.length > NAMED ? ` and ${moved.length - NAMED} more` : '';
  const what =
    moved.length > 0
      ? `Moved since: ${moved
          .slice(0, NAMED)
          .map(({ branch }) => branch)
          .join(', ')}${more}.`
      : 'No branch has moved since, but the trunk, or what stands where, is another.';
  return `The branches are not as they were at that forecast. ${what}`;
}

function changed(message: string, hint: string): Refusal {
  return conflict('expected', message, hint);
}
