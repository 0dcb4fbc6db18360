import { sql } from 'drizzle-orm';
import type { Db } from '@/db/client';
import type { BranchRow } from '@/db/schema';
import type { UndoMove } from '@/queue/undo-moves';
import { loadHistory } from './load-history';

export interface UndoneBasesInput {
  repoId: string;
  /** The clone, which has the commits to go back to. */
  gitDir: string;
  trunkTip: string;
  rows: Array<Pick<BranchRow, 'name' | 'tip'>>;
  /** What the undo moves. */
  inverse: UndoMove[];
  signal?: AbortSignal;
}

/**
 * The bases that an undo goes back to. A branch may go back to a parent of which the name alone is there: its base is a
 * commit of the branch that had the name before (decision 0118), which nobody has taken away. It keeps what that had as
 * its own, so its base is where the two part, and counts as named.
 * @returns the moves, and the branches of which that is so, with that parent
 * @throws GitError
 */
export async function undoneBases(
  db: Db,
  { repoId, gitDir, trunkTip, rows, inverse, signal }: UndoneBasesInput,
): Promise<{ moves: UndoMove[]; keeping: Array<{ branch: string; parent: string }> }> {
  const parents = new Set(
    inverse.flatMap(({ parentAfter, baseAfter }) => (parentAfter && baseAfter ? parentAfter : [])),
  );
  const since = await tipsSinceAnew(db, repoId, parents);
  const keeping: Array<{ branch: string; parent: string }> = [];
  if (since.size === 0) return { moves: inverse, keeping };
  const tipOf = new Map(rows.map(({ name, tip }) => [name, tip]));
  for (const { branch, after } of inverse) if (after) tipOf.set(branch, after);
  const asked = inverse.flatMap((move) => (since.has(move.parentAfter ?? '') ? [move.after, move.baseAfter] : []));
  const parentTips = [...since].flatMap(([name, tips]) => [...tips, tipOf.get(name)]);
  const history = await loadHistory(
    gitDir,
    trunkTip,
    [...asked, ...parentTips].flatMap((id) => id ?? []),
    signal,
  );
  const moves = inverse.map((move): UndoMove => {
    const { branch, after, parentAfter: parent, baseAfter: base } = move;
    const seen = parent ? since.get(parent) : undefined;
    const parentTip = parent && tipOf.get(parent);
    if (!seen || !after || !base || !parent || !parentTip || history.isAncestor(base, trunkTip)) return move;
    if ([...seen, parentTip].some((tip) => history.isAncestor(base, tip))) return move;
    keeping.push({ branch, parent });
    return { ...move, baseAfter: history.mergeBase(after, parentTip), baseNamedAfter: true };
  });
  return { moves, keeping };
}

/** The tips that each of these was seen at since its name is that of another branch; only those of which it is. */
async function tipsSinceAnew(db: Db, repoId: string, names: ReadonlySet<string>): Promise<Map<string, string[]>> {
  const rows = await db.all<{ branch: string; tip: string }>(sql`
    select tips.branch, tips.tip from (
      select branch, max(id) as id from branch_tips where repo_id = ${repoId} and anew
        and branch in (select value from json_each(${JSON.stringify([...names])})) group by branch
    ) as mark cross join branch_tips as tips
      on tips.repo_id = ${repoId} and tips.branch = mark.branch and tips.id >= mark.id`);
  const since = new Map<string, string[]>();
  for (const { branch, tip } of rows) {
    const seen = since.get(branch);
    if (seen) seen.push(tip);
    else since.set(branch, [tip]);
  }
  return since;
}
