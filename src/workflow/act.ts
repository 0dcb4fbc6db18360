import { eq, sql } from 'drizzle-orm';
import { config } from '@/config';
import { branchRows } from '@/db/branch-rows';
import { moveRows } from '@/db/job-moves';
import { type BranchRow, jobs, type RepoRow } from '@/db/schema';
import { rememberForecast } from '@/forecast/check';
import { whatChanged } from '@/forecast/expected';
import { cloneDir } from '@/git/clone/clone-dir';
import { remoteBranches } from '@/git/clone/for-each-ref';
import { keepCommits, keepRef } from '@/git/clone/keep-ref';
import { committerAt, committerLine } from '@/git/objects/identity';
import { existingCommits } from '@/git/objects/rev-list';
import { fetchCommits } from '@/git/remote/fetch';
import { EMPTY_RESULT, type JobResult } from '@/model/result';
import { type PlannedAction, planAction, reasonText } from '@/planner/planner';
import { tipsKey } from '@/planner/tips-key';
import { recordedLandings } from '@/projection/recorded-landings';
import { recordedTips } from '@/projection/recorded-tips';
import { undoneBases } from '@/projection/undone-bases';
import { failure, JobFailed, refusalHint, unmoved } from '@/queue/failure';
import type { Lease } from '@/queue/lease';
import { type LogLine, logLine, setResult, tellLines, watched } from '@/queue/record';
import { inverseMoves, type MovedSince, movedSince, stillUndoable, type UndoMove } from '@/queue/undo-moves';
import { clashingBranch } from '@/repos/branch-name';
import { clashes, nameIsTaken, notTracked, unknownBranch } from '@/repos/branch-words';
import { canCarry } from '@/repos/kept';
import { pickEngine } from '@/stack/engines/pick';
import type { Action } from '@/stack/targets';
import { named } from '@/text/words';
import {
  type Commitment,
  commitMoves,
  type PlannedMove,
  pushedBranches,
  remoteOptions,
  resumeMoves,
  writeMoves,
} from './commit-moves';
import { failureOfLeftOut } from './left-out';
import { fetchAndProject, tellsHandedDown } from './sync';
import { untrackMoves } from './untrack';

/** How often a job plans while somebody else's pushes keep coming in between. */
const ROUNDS = 3;

/**
 * The step that does what the job is for: plan, then one push. Nothing has moved until the push; what conflicts
 * or may not be pushed is held back with all above it, and the rest goes through.
 */
export async function act(lease: Lease): Promise<void> {
  let commitment: Commitment | null = await resumeMoves(lease);
  const refused = new Map<string, string>();
  for (let races = 0; commitment?.kind !== 'pushed'; ) {
    if (commitment?.kind === 'refused') {
      refuseWhole(lease, commitment.branches);
      for (const [branch, message] of commitment.branches) refused.set(branch, message);
    }
    if (commitment?.kind === 'moved_meanwhile') {
      if (++races === ROUNDS) {
        throw new JobFailed(
          unmoved(
            'DIVERGED',
            `Somebody kept pushing to ${commitment.branches.join(', ')} meanwhile.`,
            'Retry when it has become quiet.',
          ),
        );
      }
      await fetchAndProject(lease, 'act');
    }
    commitment = await planAndPush(lease, refused);
  }
  if (lease.job.kind === 'undo') await endUndo(lease);
}

/** What an undo has seen and done away with is no news at its end; of what stays it tells. */
async function endUndo(lease: Lease): Promise<void> {
  const result = await currentResult(lease);
  if (result.notes.length > 0) {
    const back = await pushedBranches(lease);
    const notes = result.notes.filter((note) => !tellsHandedDown(note, back));
    await lease.write([setResult(lease, lease.job.id, { ...result, notes })]);
  }
  if (lease.repo.allowNonAtomicPush) await refuseHalf(lease);
}

/** A new branch and an undo have no part that could go through alone: planning again would come to the same push. */
function refuseWhole({ job }: Lease, refused: ReadonlyMap<string, string>): void {
  if (job.kind !== 'create_branch' && job.kind !== 'undo') return;
  const words = [...refused].map(([branch, message]) => `${branch} (${message})`).join(', ');
  throw new JobFailed(
    unmoved(
      'PUSH_REJECTED',
      `The remote does not let it move: ${words}.`,
      refusalHint([...refused.values()].join('\n')),
    ),
  );
}

/** Makes the plan for the rows as they now are and pushes it. */
async function planAndPush(lease: Lease, refused: ReadonlyMap<string, string>): Promise<Commitment> {
  const { job, db } = lease;
  const [repo] = await db.query.repos.findMany({ where: (repos) => eq(repos.id, lease.repo.id) });
  const rows = await branchRows(db, lease.repo.id);
  if (!repo?.trunk || !repo.trunkTip) throw new Error('The sync step has found no trunk.');
  // A server of an older version lets it be set anew while a job runs: the tip is the old one's then.
  if (repo.previousTrunk !== null) {
    throw new JobFailed(
      unmoved('DIVERGED', `The trunk was set to ${repo.trunk} meanwhile.`, 'Retry: the sync comes first.'),
    );
  }
  const trunk = { name: repo.trunk, tip: repo.trunkTip };
  switch (job.kind) {
    case 'create_branch':
      return createBranch(lease, rows, trunk);
    case 'undo':
      return undo(lease, rows, trunk.tip);
    case 'untrack_branch': {
      const moves = await untrackMoves(lease, rows, trunk);
      await writeMoves(lease, moves);
      return commitMoves(lease, moves);
    }
    default:
      return carryOut(lease, { ...job, kind: job.kind }, { rows, trunk, repo }, refused);
  }
}

/** The actions that people ask for: what the planner says, pushed. */
async function carryOut(
  lease: Lease,
  action: Action,
  { rows, trunk, repo }: { rows: BranchRow[]; trunk: { name: string; tip: string }; repo: RepoRow },
  refused: ReadonlyMap<string, string>,
): Promise<Commitment> {
  const { db, job } = lease;
  const choice = repo.engine;
  const tips = tipsKey({ trunk: trunk.name, trunkTip: trunk.tip, engine: choice }, rows);
  await refuseUnexpected(lease, tips);
  // What only reads is not what was foreseen of the action.
  if (job.move) lease.later(() => [rememberForecast(lease, action, tips)]);
  const engine = await pickEngine(choice, config().engine);
  if ('engine' in engine && action.kind !== 'register_existing_branch') {
    const { name } = engine.engine;
    lease.later(() => [db.run(sql`update jobs set engine = ${name} where id = ${job.id} and ${lease.held}`)]);
  }
  const lines: LogLine[] = [];
  const planned = await watched(lease, 'act', 'plan', 'Planning', async () =>
    planAction({
      action,
      gitDir: cloneDir(repo.id),
      trunk,
      rows,
      branchTips: async () => (await recordedTips(db, repo.id)).tips,
      landings: await recordedLandings(db, repo.id),
      engine,
      committer: async () => committerAt(lease.job.createdAt),
      refused,
      signal: lease.signal,
      log: (line) => lines.push({ line, level: 'info' }),
    }),
  );
  try {
    await tellLines(lease, lines);
    await recordPlan(lease, planned);
    const { failure: failed, plan } = planned;
    if (failed) {
      const told = failureOfLeftOut(failed, action, repo.leftOut);
      throw new JobFailed({ ...told, tellsMoved: true });
    }
    if (plan.moves.length === 0) return { kind: 'pushed' };
    // Taken into the clone before the push, so that a push broken off can be pushed again from there.
    await watched(lease, 'act', 'take', 'Keeping the new commits', () => planned.take(keepRef(lease.job.id)));
    return await commitMoves(lease, plan.moves);
  } finally {
    await planned.discard();
  }
}

/** Who has looked at a forecast gets what it showed, or nothing; what this job has pushed itself is no news. */
async function refuseUnexpected(lease: Lease, tips: string): Promise<void> {
  const { expected } = lease.job;
  if (expected === null || expected === tips || (await pushedBranches(lease)).size > 0) return;
  throw new JobFailed(
    unmoved(
      'DIVERGED',
      await whatChanged(lease.db, lease.repo.id, expected),
      'Ask for a new forecast, and run it with that.',
    ),
  );
}

/** Writes the plan's outline into the job's result and its moves into their table. */
async function recordPlan(lease: Lease, { plan, registered, left, adopted }: PlannedAction): Promise<void> {
  const result = await currentResult(lease);
  const { moves, heldBack, dropped, warnings } = plan;
  // Pushed one by one, what went through before this plan was made is told too.
  const pushed = await pushedBranches(lease);
  const told = <T extends { branch: string | null }>(list: T[]) =>
    list.filter(({ branch }) => pushed.has(branch ?? ''));
  await writeMoves(lease, moves, [
    setResult(lease, lease.job.id, {
      ...result,
      heldBack,
      dropped: [...told(result.dropped), ...dropped],
      warnings: [...told(result.warnings), ...warnings],
      registered,
      left: [...told(result.left ?? []), ...left],
      adopted,
    }),
  ]);
  await tellLines(lease, [
    ...heldBack.map((held): LogLine => {
      return { line: `${held.branch} is held back: ${reasonText(held)}`, level: 'warn' };
    }),
    ...left.map(({ branch, commit, subject, on, replacedBy }): LogLine => {
      const where = on
        ? `; ${on} has it`
        : replacedBy
          ? `; ${replacedBy.slice(0, 8)} has taken its place`
          : '; no branch has it any more';
      const line = `${commit.slice(0, 8)} (${subject}) leaves ${branch}${where}`;
      return { line, level: on || replacedBy ? 'info' : 'warn' };
    }),
    ...warnings.map(({ branch, message }): LogLine => {
      return { line: `${branch ? `${branch}: ` : ''}${message}`, level: 'warn' };
    }),
  ]);
}

/** A new ref: at its parent's tip, for a task; or at a commit that has left the branches, to keep it. */
async function createBranch(
  lease: Lease,
  rows: BranchRow[],
  trunk: { name: string; tip: string },
): Promise<Commitment> {
  const { branch, atCommit } = lease.job;
  if (atCommit) {
    await watched(lease, 'act', 'take', 'Keeping the old commits', () => keepOldCommits(lease, [atCommit]));
  }
  const parent = lease.job.parent ?? trunk.name;
  const parentTip = parent === trunk.name ? trunk.tip : rows.find((row) => row.name === parent && canCarry(row))?.tip;
  const onto = atCommit ?? parentTip;
  if (!branch || !onto) {
    const row = rows.find(({ name }) => name === parent);
    const unknown = !row || row.gone;
    const words = unknown ? unknownBranch(parent, row !== undefined) : notTracked(parent);
    throw new JobFailed(failure(unknown ? 'BRANCH_NOT_FOUND' : 'NOT_TRACKED', words.message, words.hint));
  }
  // By the refs: of a merged branch the rows do not know whether it is still there.
  const refs = await remoteBranches(cloneDir(lease.repo.id), lease.signal);
  if (refs.has(branch)) {
    throw new JobFailed(
      failure('DIVERGED', nameIsTaken(branch).message, 'Choose another name, or register the branch that is there.'),
    );
  }
  // Somebody may have pushed it since the request looked.
  const other = clashingBranch(branch, refs.keys());
  if (other !== null) {
    const { message, hint } = clashes(branch, other);
    throw new JobFailed(failure('DIVERGED', message, hint));
  }
  // What was deleted and is put back stands on what it stood on.
  const lost = rows.find((row) => row.name === branch && row.gone);
  const tracking = { parentBefore: lost?.parent ?? null, baseBefore: lost?.base ?? null };
  const moves: PlannedMove[] = [
    {
      ...tracking,
      branch,
      before: null,
      after: onto,
      parentAfter: atCommit ? tracking.parentBefore : parent,
      baseAfter: atCommit ? tracking.baseBefore : onto,
      rewritten: [],
    },
  ];
  await writeMoves(lease, moves);
  return commitMoves(lease, moves);
}

/**
 * Everything that the undone job has moved goes back, refs and rows, in one push; or nothing does. Where branches are
 * pushed one by one, others may come in between: then what they have moved stays, with all that stands on it.
 */
async function undo(lease: Lease, rows: BranchRow[], trunkTip: string): Promise<Commitment> {
  const { db } = lease;
  const { left, hasBegun } = await leftToUndo(lease);
  const since = movedSince(left, rows);
  if (!hasBegun && (left.length === 0 || since.length > 0)) {
    const what = since.map(movedWords).join('; ') || 'the job has moved nothing';
    throw new JobFailed(unmoved('DIVERGED', `It cannot be undone any more: ${what}.`, BY_HAND));
  }
  const inverse = stillUndoable(left, since);
  if (inverse.length === 0) return { kind: 'pushed' };
  const commits = inverse.flatMap(({ after }) => after ?? []);
  await watched(lease, 'act', 'take', 'Keeping the old commits', () => keepOldCommits(lease, commits));
  const { id: repoId } = lease.repo;
  const input = { repoId, gitDir: cloneDir(repoId), trunkTip, rows, inverse, signal: lease.signal };
  const { moves: back, keeping } = await undoneBases(db, input);
  const moves = back.map((move) => ({ ...move, rewritten: [] }));
  await writeMoves(
    lease,
    moves,
    keeping.map(({ branch, parent }) =>
      logLine(
        lease,
        `${parent} is another branch than the one that ${branch} stood on: ${branch} keeps what that had.`,
      ),
    ),
  );
  return commitMoves(lease, moves);
}

/** What an undo has not put back yet, and whether it has begun: what it has put back itself is not in its way. */
async function leftToUndo(lease: Lease): Promise<{ left: UndoMove[]; hasBegun: boolean }> {
  const back = await pushedBranches(lease);
  const inverse = inverseMoves(await moveRows(lease.db, lease.job.undoOf ?? ''));
  return { left: inverse.filter(({ branch }) => !back.has(branch)), hasBegun: back.size > 0 };
}

/** An undo of which a part stays, for others came in between, says so at its end. */
async function refuseHalf(lease: Lease): Promise<void> {
  const { left } = await leftToUndo(lease);
  if (left.length === 0) return;
  const since = movedSince(left, await branchRows(lease.db, lease.repo.id));
  const moved = new Set(since.map(({ branch }) => branch));
  const above = left.flatMap(({ branch }) => (moved.has(branch) ? [] : [branch]));
  const stays = above.length > 0 ? [`${named(above)} ${above.length === 1 ? 'stays' : 'stay'} with that`] : [];
  const what = [...since.map(movedWords), ...stays].join('; ');
  throw new JobFailed(unmoved('DIVERGED', `Not all of it could be undone: ${what}.`, BY_HAND));
}

const movedWords = ({ branch, how }: MovedSince) => `${branch} ${how}`;

const BY_HAND = 'Move what is left back by hand, or go on from here.';

/** The commits that an undo goes back to are in the clone, unless that was made anew: then the remote may have them. */
async function keepOldCommits(lease: Lease, commits: string[]): Promise<void> {
  const gitDir = cloneDir(lease.repo.id);
  const isMissing = async () => (await existingCommits(gitDir, commits, lease.signal)).length < new Set(commits).size;
  if (await isMissing()) {
    await fetchCommits(gitDir, commits, await remoteOptions(lease));
    if (await isMissing()) {
      throw new JobFailed(
        unmoved(
          'BRANCH_NOT_FOUND',
          'The commits to go back to are no longer kept, here or on the remote.',
          'Somebody who has them can push them.',
        ),
      );
    }
  }
  if (commits.length === 0) return;
  const keep = { ref: keepRef(lease.job.id), commits, committer: committerLine(committerAt(lease.job.createdAt)) };
  await keepCommits(gitDir, keep, lease.signal);
}

async function currentResult(lease: Lease): Promise<JobResult> {
  const [row] = await lease.db.select({ result: jobs.result }).from(jobs).where(eq(jobs.id, lease.job.id));
  return row?.result ?? EMPTY_RESULT;
}
