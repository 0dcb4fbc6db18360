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
  history: Pick<History, 'ownCommits' | 'isAncestor' | 'firstToHave' | 'whoHas'>,
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
  const tell = (branch: string, commits: string[]) => {
    const told = toldOf.get(branch);
    if (told) told.push(...commits);
    else toldOf.set(branch, [...commits]);
  };
  for (const { branch, commit } of dropped) tell(branch, [commit]);
  for (const { branch, commits } of flattened) if (branch !== null) tell(branch, commits);
  const tipBefore = new Map<string, string | null>(moves.map(({ branch, before }) => [branch, before]));
  const moved = moves.flatMap((move) => {
    const { before, after } = move;
    return before === null || after === null || before === after ? [] : [{ ...move, before, after }];
  });
  const leaving = await inTurns(moved, (move) => {
    const { branch, before, after, parentBefore, parentAfter, baseBefore, rewritten } = move;
    const told = new Set([
      ...rewritten.filter(({ to }) => history.isAncestor(to, after)).map(({ from }) => from),
      ...(toldOf.get(branch) ?? []),
    ]);
    const isOpen = (commit: string) => !told.has(commit) && !landed.has(commit);
    // What it has merged of the branch that it is to stand on is that one's, as it was.
    const parents = [parentBefore, parentAfter].map((name) => tipBefore.get(name ?? '') ?? tips.get(name ?? ''));
    const below = [trunkTip, baseBefore, ...parents].flatMap((id) => id ?? []);
    // Mostly all is told, and then what the branch has now need not be looked through.
    const isLosing = history.ownCommits(before, below).some(isOpen);
    const lost = new Set(isLosing ? history.ownCommits(before, [after, ...below]).filter(isOpen) : []);
    for (const commit of lost) accounts.lost.push({ branch, commit });
    return { branch, before, after, parentBefore, lost, left: [] as string[], count: 0 };
  });
  // For each commit of which nothing is known, which branches it leaves: there are few such. To list for each branch of a
  // tall stack what was below it would take time and memory with the square of the height.
  const were = leaving.map(({ before }) => before);
  const unknown = history.ownCommits(were, [trunkTip]).filter((commit) => !known.has(commit) && !landed.has(commit));
  await inTurns(unknown, (commit) => {
    const hasIt = history.whoHas(commit);
    for (const one of leaving) {
      if (!hasIt(one.before) || hasIt(one.after) || one.lost.has(commit)) continue;
      if (one.left.length < LEFT_TOLD) one.left.push(commit);
      one.count += 1;
    }
  });
  const some = leaving.filter(({ count }) => count > 0);
  if (some.length === 0) return accounts;
  const most = Math.min(LEFT_TOLD, Math.ceil(ALL_LEFT_TOLD / some.length));
  const first = history.firstToHave(tips);
  await inTurns(some, ({ branch, parentBefore, left, count }) => {
    if (count > most) accounts.more.set(branch, count - most);
    const below = tips.get(parentBefore ?? '');
    for (const commit of left.slice(0, most)) {
      const on = below !== undefined && history.isAncestor(commit, below) ? parentBefore : first(commit);
      accounts.left.push({ branch, commit, on });
    }
  });
  return accounts;
}
