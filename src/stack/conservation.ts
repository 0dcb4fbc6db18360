import type { Dropped, Move, Warning } from '@/model/plan';
import type { History } from './history';

/**
 * Conservation: every own commit of every branch of a plan is afterwards where it was, rewritten, landed, flattened (a
 * merge) or dropped because its change is below. What is below the base was the parent's: where its author has taken
 * it away, it leaves the branch too, and that is told by commit. Planner, forecast, job and verification share this rule.
 */

/**
 * So many commits of what was below a branch are told where they leave it, the newest: a trunk that was rewritten from
 * an early commit on takes all that it had from under every branch.
 */
export const LEFT_TOLD = 200;

/** A commit that was under a branch and is not any more, and of which nothing else is known. */
export interface Left {
  branch: string;
  commit: string;
  /** A branch that still has it; null where it is on no branch any more. */
  on: string | null;
}

export interface Accounts {
  left: Left[];
  /** Of branches that more than `LEFT_TOLD` leave: how many more. */
  more: Map<string, number>;
  /** Own commits of which nobody knows where they are: there must be none. */
  lost: Array<{ branch: string; commit: string }>;
}

export type AccountedMove = Pick<Move, 'before' | 'rewritten'> & {
  branch: string;
  after: string | null;
  parentBefore: string | null;
  parentAfter: string | null;
  baseBefore: string | null;
};

/**
 * What became of the commits of moved branches.
 * @param history all that the branches have, before and after; what trunk has it need not know
 * @param tips where the branches are afterwards
 * @param landed commits that have landed
 */
export function account(
  history: Pick<History, 'ownCommits' | 'isAncestor'>,
  moves: AccountedMove[],
  { dropped, warnings }: { dropped: Pick<Dropped, 'branch' | 'commit'>[]; warnings: Warning[] },
  tips: ReadonlyMap<string, string>,
  trunkTip: string,
  landed: ReadonlySet<string>,
): Accounts {
  const accounts: Accounts = { left: [], more: new Map(), lost: [] };
  const flattened = warnings.filter(({ kind }) => kind === 'merge_flattened');
  // What a branch below has rewritten, flattened, or dropped because its change stands below, its author has not taken away.
  const known = new Set([
    ...moves.flatMap(({ rewritten }) => rewritten.map(({ from }) => from)),
    ...dropped.map(({ commit }) => commit),
    ...flattened.flatMap(({ commits }) => commits),
  ]);
  const droppedOf = new Map<string, string[]>();
  for (const { branch, commit } of dropped) droppedOf.set(branch, [...(droppedOf.get(branch) ?? []), commit]);
  const tipBefore = new Map<string, string | null>(moves.map(({ branch, before }) => [branch, before]));
  for (const { branch, before, after, parentBefore, parentAfter, baseBefore, rewritten } of moves) {
    if (before === null || after === null || before === after) continue;
    const told = new Set([
      ...rewritten.filter(({ to }) => history.isAncestor(to, after)).map(({ from }) => from),
      ...(droppedOf.get(branch) ?? []),
      ...flattened.filter((w) => w.branch === branch).flatMap(({ commits }) => commits),
    ]);
    const gone = history
      .ownCommits(before, [after, trunkTip])
      .filter((commit) => !told.has(commit) && !landed.has(commit));
    if (gone.length === 0) continue;
    // What it has merged of the branch that it is to stand on is that one's, as it was.
    const parents = [parentBefore, parentAfter].map((name) => tipBefore.get(name ?? '') ?? tips.get(name ?? ''));
    const below = [after, trunkTip, baseBefore, ...parents].flatMap((id) => id ?? []);
    const own = new Set(history.ownCommits(before, below));
    const left: string[] = [];
    for (const commit of gone) {
      if (own.has(commit)) accounts.lost.push({ branch, commit });
      else if (!known.has(commit)) left.push(commit);
    }
    if (left.length > LEFT_TOLD) accounts.more.set(branch, left.length - LEFT_TOLD);
    for (const commit of left.slice(0, LEFT_TOLD)) {
      const first = parentBefore === null ? [] : [parentBefore];
      const on = [...first, ...tips.keys()].find((name) => history.isAncestor(commit, tips.get(name) ?? ''));
      accounts.left.push({ branch, commit, on: on ?? null });
    }
  }
  return accounts;
}
