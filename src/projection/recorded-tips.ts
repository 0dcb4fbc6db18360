import { desc, eq } from 'drizzle-orm';
import type { Db } from '@/db/client';
import { branchTips } from '@/db/schema';

/** Every tip that each branch of a repo was seen at, newest first. */
export async function recordedTips(db: Db, repoId: string): Promise<Map<string, string[]>> {
  const rows = await db
    .select({ branch: branchTips.branch, tip: branchTips.tip })
    .from(branchTips)
    .where(eq(branchTips.repoId, repoId))
    .orderBy(desc(branchTips.id));
  const tips = new Map<string, string[]>();
  for (const { branch, tip } of rows) {
    const seen = tips.get(branch);
    if (seen) seen.push(tip);
    else tips.set(branch, [tip]);
  }
  return tips;
}
