import { setImmediate } from 'node:timers/promises';
import { and, desc, eq, lt } from 'drizzle-orm';
import type { Db } from '@/db/client';
import { branchTips } from '@/db/schema';

/** Rows of one statement: they are short. */
const TIPS_AT_ONCE = 2000;

/** Every tip that each branch of a repo was seen at, newest first. */
export async function recordedTips(db: Db, repoId: string): Promise<Map<string, string[]>> {
  const tips = new Map<string, string[]>();
  for (let before: number | undefined; ; ) {
    const page = await db
      .select({ id: branchTips.id, branch: branchTips.branch, tip: branchTips.tip })
      .from(branchTips)
      .where(and(eq(branchTips.repoId, repoId), before === undefined ? undefined : lt(branchTips.id, before)))
      .orderBy(desc(branchTips.id))
      .limit(TIPS_AT_ONCE);
    for (const { branch, tip } of page) {
      const seen = tips.get(branch);
      if (seen) seen.push(tip);
      else tips.set(branch, [tip]);
    }
    before = page.at(-1)?.id;
    if (page.length < TIPS_AT_ONCE) return tips;
    await setImmediate();
  }
}
