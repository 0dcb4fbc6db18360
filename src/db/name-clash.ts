import { and, eq, or, sql } from 'drizzle-orm';
import type { Db } from './client';
import { branches, repos } from './schema';

/**
 * Git keeps no `a/x` beside `a`: a name may not be the folder of another one. The branch, or trunk, beside which a new one
 * of this name cannot be, as the rows have it; null where there is none. Merged ones are left to the job, which sees
 * whether they are still there.
 */
export async function clashingName(db: Db, repoId: string, name: string): Promise<string | null> {
  const parts = name.split('/');
  const folders = parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
  // Each with its repo: so SQLite finds either by the key, else it reads all branches of the repo.
  const clashes = (id: typeof branches.repoId | typeof repos.id, column: typeof branches.name | typeof repos.trunk) =>
    or(
      and(eq(id, repoId), sql`${column} in (select value from json_each(${JSON.stringify(folders)}))`),
      // `0` comes right after `/`.
      and(eq(id, repoId), sql`${column} >= ${`${name}/`} and ${column} < ${`${name}0`}`),
    );
  const [trunk] = await db.select({ name: repos.trunk }).from(repos).where(clashes(repos.id, repos.trunk));
  const [other] = await db
    .select({ name: branches.name })
    .from(branches)
    .where(and(eq(branches.gone, false), eq(branches.merged, false), clashes(branches.repoId, branches.name)))
    .limit(1);
  return trunk?.name ?? other?.name ?? null;
}
