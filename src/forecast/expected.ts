import { and, desc, eq, gt, sql } from 'drizzle-orm';
import { type Db, snapshot } from '@/db/client';
import { openJobsOf } from '@/db/open-jobs';
import { branches, branchTips, forecasts, repos } from '@/db/schema';
import { rowsAsText, tipsKey } from '@/planner/tips-key';
import { conflict, type Refusal } from '@/queue/refusal';

/** How many of the branches that moved a refusal names. */
const NAMED = 10;

/**
 * What is said against an action whose asker has looked at a forecast, by rows alone: the branch rows are no longer
 * those that the forecast was for, or a job stands before it that may change them. Null where neither is so.
 * @param expected the forecast's `tipsKey`
 */
export async function notAsExpected(db: Db, repoId: string, expected: string): Promise<Refusal | null> {
  const [[repo], [rows], [open]] = await snapshot(db, [
    db
      .select({ trunk: repos.trunk, trunkTip: repos.trunkTip, engine: repos.engine })
      .from(repos)
      .where(eq(repos.id, repoId)),
    db.select({ text: rowsAsText }).from(branches).where(eq(branches.repoId, repoId)),
    db.select({ seq: sql<number>`seq` }).from(openJobsOf(repoId)).limit(1),
  ]);
  if (!repo) return null;
  if (open) {
    return changed(
      `#${open.seq} is still to end and may change the branches.`,
      'Wait for it, then ask for a new forecast.',
    );
  }
  if (tipsKey(repo, rows?.text ?? '') === expected) return null;
  return changed(await whatChanged(db, repoId, expected), 'Ask for a new one.');
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
