import { and, eq, gte, inArray, lt, or } from 'drizzle-orm';
import { type Db, snapshot } from '@/db/client';
import { branches, repos } from '@/db/schema';
import { nameClash, namesClash } from './branch-name';
import type { BranchWords } from './branch-words';

/** What the rows say against a new branch of this name: it is there already, or git cannot have it beside one that is. */
export async function newBranchProblem(db: Db, repoId: string, name: string): Promise<BranchWords | null> {
  const folders = name.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/'));
  // All names that begin with `name/`, by the index: "0" comes right after "/".
  const within = and(gte(branches.name, `${name}/`), lt(branches.name, `${name}0`));
  const [found, [repo]] = await snapshot(db, [
    db
      .select({ name: branches.name })
      .from(branches)
      .where(and(eq(branches.repoId, repoId), eq(branches.gone, false), or(inArray(branches.name, folders), within)))
      .limit(1),
    db.select({ trunk: repos.trunk }).from(repos).where(eq(repos.id, repoId)),
  ]);
  const names = [...found.map((row) => row.name), ...(repo?.trunk ? [repo.trunk] : [])];
  if (names.includes(name)) return { message: `There is a branch ${name} already.`, hint: 'Choose another name.' };
  const other = names.find((there) => namesClash(name, there));
  return other === undefined ? null : nameClash(name, other);
}
