import { ObjectReader } from '@/git/cat-file';
import { parseCommit, subjectOf } from '@/git/commit';
import type { DisposableClone } from '@/git/disposable-clone';
import type { Pick } from '@/git/picks';
import type { Dropped, Move, Plan, PlanBranch, Warning } from '@/stack/plan';

/** A target that git-spice put (or found) in its place. */
export interface Moved {
  row: PlanBranch;
  onto: string;
  ontoTip: string;
  after: string;
  /** Its commits over the parent before and after, oldest first. Empty where it was in its place. */
  own: Pick[];
  made: Pick[];
}

/**
 * Says in a plan's words what the replay made of each branch.
 * @param rewrites new commit → the commit that it was made from
 */
export async function describeMoves(
  copy: DisposableClone,
  moved: Moved[],
  rewrites: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<Omit<Plan, 'heldBack'>> {
  const objects = new ObjectReader({ gitDir: copy.gitDir, env: copy.options.env, signal });
  try {
    const moves: Move[] = [];
    const dropped: Dropped[] = [];
    const warnings: Warning[] = [];
    for (const { row, onto, ontoTip, after, own, made } of moved) {
      if (row.tip === after && row.parent === onto && row.base === ontoTip) continue;
      const branch = row.name;
      const rewritten = made.flatMap(({ commit: to }) => {
        const from = rewrites.get(to);
        return from ? [{ from, to }] : [];
      });
      moves.push({
        branch,
        before: row.tip,
        after,
        parentBefore: row.parent,
        parentAfter: onto,
        baseBefore: row.base,
        baseAfter: ontoTip,
        rewritten,
      });
      const kept = new Set(made.map(({ commit }) => commit));
      const replayed = new Set(rewritten.map(({ from }) => from));
      const flattened: string[] = [];
      const unsigned: string[] = [];
      for (const { commit: id, merge } of own) {
        if (kept.has(id)) continue;
        const commit = parseCommit((await objects.read(id)).content);
        if (merge) flattened.push(id);
        else if (!replayed.has(id)) dropped.push({ branch, commit: id, subject: subjectOf(commit) });
        else if (commit.signed) unsigned.push(id);
      }
      if (flattened.length > 0) warnings.push({ branch, kind: 'merge_flattened', commits: flattened, message: '' });
      if (unsigned.length > 0) warnings.push({ branch, kind: 'signature_lost', commits: unsigned, message: '' });
    }
    return { moves, dropped, warnings };
  } finally {
    await objects.close();
  }
}
