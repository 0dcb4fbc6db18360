import { eq } from 'drizzle-orm';
import { branchRows } from '@/db/branch-rows';
import { moveRows } from '@/db/job-moves';
import { type JobRow, jobs, repos } from '@/db/schema';
import { cloneDir } from '@/git/clone/clone-dir';
import { ACTION_KINDS } from '@/model/kinds';
import { EMPTY_RESULT, type JobResult } from '@/model/result';
import { landedCommits, landingsUnder } from '@/projection/landings';
import { loadHistory } from '@/projection/load-history';
import { recordedLandings } from '@/projection/recorded-landings';
import type { Lease } from '@/queue/lease';
import { logLine, setResult } from '@/queue/record';
import { account } from '@/stack/conservation';
import type { History } from '@/stack/history';
import type { Landing } from '@/stack/landing-evidence';
import { type TargetBranch, targetsFor } from '@/stack/targets';
import { counted, named } from '@/text/words';
import type { PlannedMove } from './commit-moves';

/**
 * Holds what a job says it did against the commits that the remote has now, after the fetch that follows the push.
 * What does not add up becomes a note of the result and a warning in the log. A job must never be believed because
 * a program exited with 0: some exit with 0 and have left out half of the work.
 */
export async function verifyMoves(lease: Lease): Promise<void> {
  const { db, job, repo } = lease;
  const rows = await branchRows(db, repo.id);
  const moves = (await moveRows(db, job.id)).filter(({ state }) => state === 'pushed');
  const [current] = await db
    .select({ result: jobs.result, trunk: repos.trunk, trunkTip: repos.trunkTip })
    .from(jobs)
    .innerJoin(repos, eq(repos.id, jobs.repoId))
    .where(eq(jobs.id, job.id));
  if (!current?.trunk || !current.trunkTip) return;
  const result = current.result ?? EMPTY_RESULT;
  const moved = rewrites(job, moves);
  const below = moved.flatMap(({ branch, parentBefore }) => [branch, parentBefore ?? branch]);
  const landings = moved.length > 0 ? landingsUnder(below, rows, await recordedLandings(db, repo.id)) : [];
  const commits = [
    ...moved.flatMap(({ before, after, baseBefore, baseAfter, rewritten }) =>
      [before, after, baseBefore, baseAfter, ...rewritten.map(({ to }) => to)].filter((id) => id !== null),
    ),
    ...landings.map(({ upTo }) => upTo),
  ];
  const history =
    commits.length > 0 ? await loadHistory(cloneDir(repo.id), current.trunkTip, commits, lease.signal) : null;
  const tips = new Map(rows.filter((row) => !row.gone && !row.merged).map(({ name, tip }) => [name, tip]));
  const found = [
    ...(history ? await discrepancies(moved, result, history, { trunkTip: current.trunkTip, tips, landings }) : []),
    ...leftBehind(job, rows, current.trunk, result.heldBack),
  ].filter((note) => !result.notes.includes(note));
  if (found.length === 0) return;
  await lease.write([
    setResult(lease, lease.job.id, { ...result, notes: [...result.notes, ...found] }),
    ...found.map((note) => logLine(lease, note, 'warn')),
  ]);
}

/** The moves that rewrote a branch. An undo goes back to what was, whatever that was. */
function rewrites(job: Pick<JobRow, 'kind'>, moves: PlannedMove[]): PlannedMove[] {
  return job.kind === 'undo' ? [] : moves.filter(({ before, after }) => before !== null && before !== after);
}

/**
 * What does not add up in moves that rewrote their branches, in whole sentences: a branch that does not stand on its
 * parent as both were pushed, and commits of which the rule of `stack/conservation.ts` cannot tell what became.
 * @param history knows every commit that the moves name, as far as the clone has them
 */
export async function discrepancies(
  moves: PlannedMove[],
  { dropped, warnings, left = [] }: Pick<JobResult, 'dropped' | 'warnings' | 'left'>,
  history: Pick<History, 'has' | 'isAncestor' | 'ownCommits' | 'firstToHave' | 'whoHas'>,
  now: { trunkTip: string; tips: ReadonlyMap<string, string>; landings: Array<Pick<Landing, 'base' | 'upTo'>> },
): Promise<string[]> {
  const pushed = new Map(moves.map(({ branch, after }) => [branch, after]));
  const unverified = new Set<string>();
  const landed = landedCommits(history, now.landings);
  const accounts = await account(history, moves, { dropped, warnings }, now.tips, now.trunkTip, landed);
  const told = new Set(left.map(({ branch, commit }) => `${branch} ${commit}`));
  // Of a branch that more leave than are told, the newest may be others here.
  const unaccounted = [
    ...accounts.lost,
    ...accounts.left.filter(({ branch, commit }) => !accounts.more.has(branch) && !told.has(`${branch} ${commit}`)),
  ];
  const lastOf = new Map(moves.map((move) => [move.branch, move]));
  const missingOf = new Map<string, string[]>();
  for (const { branch, commit } of unaccounted) missingOf.set(branch, [...(missingOf.get(branch) ?? []), commit]);
  const found = moves.flatMap((move): string[] => {
    const { branch, before, after, parentAfter, baseBefore, baseAfter } = move;
    if (before === null || after === null) return [];
    const ends = [before, after, baseBefore, baseAfter].filter((id) => id !== null);
    if (!ends.every((commit) => history.has(commit))) {
      unverified.add(branch);
      return [];
    }
    const wrong: string[] = [];
    // Pushed one by one, a branch may be moved again when those after it are planned again.
    const isLast = lastOf.get(branch) === move;
    const parentTip = (isLast && pushed.get(parentAfter ?? '')) || baseAfter;
    if (parentTip !== null && !history.isAncestor(parentTip, after)) {
      wrong.push(`${branch} does not stand on ${parentAfter} as it was pushed (${short(parentTip)}).`);
    }
    const missing = missingOf.get(branch) ?? [];
    if (missing.length > 0) {
      const ids = missing.slice(0, 5).map(short).join(', ');
      wrong.push(
        `${counted(missing.length, 'commit')} of ${branch} cannot be accounted for: ${ids}${missing.length > 5 ? ', …' : ''}. Undo puts the branch back.`,
      );
    }
    return wrong;
  });
  if (unverified.size === 0) return found;
  const why = 'the clone no longer has all commits from before the push';
  return [...found, `${named([...unverified])} could not be verified: ${why}.`];
}

/**
 * The branches that the action covers and that are not on the newest commit of their parent now, although it
 * does not say that they are held back: the parent was pushed to meanwhile, or they were left out.
 */
export function leftBehind(
  job: Pick<JobRow, 'kind' | 'branch' | 'parent'> & Partial<Pick<JobRow, 'branches' | 'move'>>,
  rows: Array<TargetBranch & { needsRestack: boolean }>,
  trunk: string,
  heldBack: JobResult['heldBack'],
): string[] {
  const kind = ACTION_KINDS.find((known) => known === job.kind);
  if (!kind || kind === 'register_existing_branch') return [];
  const scope = targetsFor({ ...job, kind }, rows, trunk);
  if (!scope.ok) return [];
  const held = new Set(heldBack.map((entry) => entry.branch));
  const behind = new Set(rows.filter((row) => row.needsRestack).map((row) => row.name));
  return scope.targets
    .filter((target) => behind.has(target.branch) && !held.has(target.branch))
    .map(
      (target) =>
        `${target.branch} lacks commits of ${target.onto}, which moved meanwhile, or ${target.branch} was left out: restack it again.`,
    );
}

function short(commit: string): string {
  return commit.slice(0, 8);
}
