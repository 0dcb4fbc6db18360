import { asc, eq } from 'drizzle-orm';
import type { Db } from '@/db/client';
import { landings } from '@/db/schema';
import type { KnownLanding } from './landings';

/** All that is known to have landed of a repo, oldest first. */
export async function recordedLandings(db: Db, repoId: string): Promise<KnownLanding[]> {
  const rows = await db.select().from(landings).where(eq(landings.repoId, repoId)).orderBy(asc(landings.id));
  return rows.map(({ voidedAt, ...row }) => ({ ...row, isVoid: voidedAt !== null }));
}
