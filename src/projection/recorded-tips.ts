import { setImmediate } from 'node:timers/promises';
import { and, desc, eq, lt } from 'drizzle-orm';
import type { Db } from '@/db/client';
import { branchTips } from '@/db/schema';

/** Rows of one statement: they are short. */
const TIPS_AT_ONCE = 2000;

/** Tips by branch, newest first. */
export interface RecordedTips {
  tips: Map<string, string[]>;
  /** Those of branches that had the name before: another one has it by now. */
  earlier: Map<string, string[]>;
}

/** Every tip that each branch of a repo was seen at. */
export async function recordedTips(db: Db, repoId: string): Promise<RecordedTips> {
  const found: RecordedTips = { tips: new Map(), earlier: new Map() };
  const begun = new Set<string>();
  for (let before: number | undefined; ; ) {
    const page = await db
      .select({ id: branchTips.id, branch: branchTips.branch, tip: branchTips.tip, anew: branchTips.anew })
      .from(branchTips)
      .where(and(eq(branchTips.repoId, repoId), before === undefined ? undefined : lt(branchTips.id, before)))
      .orderBy(desc(branchTips.id))
      .limit(TIPS_AT_ONCE);
    for (const { branch, tip, anew } of page) {
      const of = begun.has(branch) ? found.earlier : found.tips;
      const seen = of.get(branch);
      if (seen) seen.push(tip);
      else of.set(branch, [tip]);
      if (anew) begun.add(branch);
    }
    before = page.at(-1)?.id;
    if (page.length < TIPS_AT_ONCE) return found;
    await setImmediate();
  }
}
