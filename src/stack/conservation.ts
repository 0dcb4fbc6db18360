import { inTurns } from '@/breather';
import type { Dropped, Move, Warning } from '@/model/plan';
import type { History } from './history';

/**
 * Conservation: every own commit of every branch of a plan is afterwards where it was, rewritten, landed, flattened (a
 * merge) or dropped because its change is below. What is below the base was the parent's: where its author has taken
 * it away, it leaves the branch too, and that is told by commit. Planner, forecast, job and verification share this rule.
 */

/**
 * So many commits of what was below a branch are told where they leave it, the newest, and so many of all branches
 * together: a trunk that was rewritten from an early commit on takes all that it had from under every branch.
 */
export const LEFT_TOLD = 200;
const ALL_LEFT_TOLD = 50_000;

/** A commit that was under a branch and is not any more, and of which nothing else is known. */
export interface Left {
  branch: string;
  commit: string;
  /** A branch that still has it; null where it is on no branch any more. */
  on: string | null;
}

export interface Accounts {
  left: Left[];
  /** Of branches that more leave than are told: how many more. */
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
export async function account(
  history: Pick<History, 'ownCommits' | 'isAncestor' | 'firstToHave'>,
  moves: AccountedMove[],
  { dropped, warnings }: { dropped: Pick<Dropped, 'branch' | 'commit'>[]; warnings: Warning[] },
  tips: ReadonlyMap<string, string>,
  trunkTip: string,
  landed: ReadonlySet<string>,
): Promise<Accounts> {
  const accounts: Accounts = { left: [], more: new Map(), lost: [] };
  const flattened = warnings.filter(({ kind }) => kind === 'merge_flattened');
  // What a branch below has rewritten, flattened, or dropped because its change stands below, its author has not taken away.
  const known = new Set([
    ...moves.flatMap(({ rewritten }) => rewritten.map(({ from }) => from)),
    ...dropped.map(({ commit }) => commit),
    ...flattened.flatMap(({ commits }) => commits),
  ]);
  /** By branch: the commits that it need not have any more. */
  const toldOf = new Map<string, string[]>();
  const tell = (branch: string, commits: string[]) => toldOf.set(branch, [...(toldOf.get(branch) ?? []), ...commits]);
  for (const { branch, commit } of dropped) tell(branch, [commit]);
  for (const { branch, commits } of flattened) if (branch !== null) tell(branch, commits);
  const tipBefore = new Map<string, string | null>(moves.map(({ branch, before }) => [branch, before]));
  const leaving = await inTurns(
    moves,
    ({ branch, before, after, parentBefore, parentAfter, baseBefore, rewritten }) => {
      if (before === null || after === null || before === after) return null;
      const told = new Set([
        ...rewritten.filter(({ to }) => history.isAncestor(to, after)).map(({ from }) => from),
        ...(toldOf.get(branch) ?? []),
      ]);
      const gone = history
        .ownCommits(before, [after, trunkTip])
        .filter((commit) => !told.has(commit) && !landed.has(commit));
      if (gone.length === 0) return null;
      // What it has merged of the branch that it is to stand on is that one's, as it was.
      const parents = [parentBefore, parentAfter].map((name) => tipBefore.get(name ?? '') ?? tips.get(name ?? ''));
      const below = [after, trunkTip, baseBefore, ...parents].flatMap((id) => id ?? []);
      const own = new Set(history.ownCommits(before, below));
      const left: string[] = [];
      for (const commit of gone) {
        if (own.has(commit)) accounts.lost.push({ branch, commit });
        else if (!known.has(commit)) left.push(commit);
      }
      return left.length === 0 ? null : { branch, parentBefore, left };
    },
  );
  const some = leaving.filter((one) => one !== null);
  if (some.length === 0) return accounts;
  const most = Math.min(LEFT_TOLD, Math.ceil(ALL_LEFT_TOLD / some.length));
  const first = history.firstToHave(tips);
  await inTurns(some, ({ branch, parentBefore, left }) => {
    if (left.length > most) accounts.more.set(branch, left.length - most);
    const below = tips.get(parentBefore ?? '');
    for (const commit of left.slice(0, most)) {
      const on = below !== undefined && history.isAncestor(commit, below) ? parentBefore : first(commit);
      accounts.left.push({ branch, commit, on });
    }
  });
  return accounts;
}
