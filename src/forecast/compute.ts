import { eq } from 'drizzle-orm';
import { config } from '@/config';
import { branchRows } from '@/db/branch-rows';
import type { Db } from '@/db/client';
import { type ForecastRow, repos } from '@/db/schema';
import { cloneDir, hasClone } from '@/git/clone/clone-dir';
import { committerIdentity } from '@/git/objects/identity';
import { existingCommits } from '@/git/objects/rev-list';
import { GitError } from '@/git/process/error';
import type { ForecastOutline } from '@/model/forecast';
import type { ActionKind } from '@/model/kinds';
import type { HeldBack } from '@/model/plan';
import { type PlannedAction, planAction } from '@/planner/planner';
import { tipsKey } from '@/planner/tips-key';
import { recordedLandings } from '@/projection/recorded-landings';
import { recordedTips } from '@/projection/recorded-tips';
import { type PickedEngine, pickEngine } from '@/stack/engines/pick';

/** What came of an attempt. `stale`: the rows have changed since it was asked for. `waiting`: the next sync brings what it needs. */
export type Computed =
  | { kind: 'ready'; outline: ForecastOutline }
  | { kind: 'stale' }
  | { kind: 'waiting'; message: string };

export const NO_CLONE = 'It waits for the next sync: there is no clone on this machine yet.';
const NEW_TRUNK = 'It waits for the next sync: that sees what stands on the new trunk.';
const INCOMPLETE = 'It waits for the next sync: the clone on this machine lacks some of the commits.';

/** Characters of conflicted texts in a forecast, which goes to every page of its repo. */
const MAX_TEXTS = 64 * 1024;

/**
 * Computes one forecast with the planner of the jobs: from the branch rows and the commits that the clone has,
 * by their ids. No fetch, no lease; refs may move meanwhile. It leaves nothing behind.
 * @throws GitError; the signal's reason when it is aborted.
 */
export async function computeForecast(db: Db, asked: ForecastRow, signal: AbortSignal): Promise<Computed> {
  const [repo] = await db.select().from(repos).where(eq(repos.id, asked.repoId));
  // Rows of which some have changed meanwhile have another key.
  const rows = await branchRows(db, asked.repoId);
  if (!repo || tipsKey(repo, rows) !== asked.tipsKey) return { kind: 'stale' };
  if (!repo.trunk || !repo.trunkTip || !hasClone(repo.id)) return { kind: 'waiting', message: NO_CLONE };
  if (repo.previousTrunk !== null) return { kind: 'waiting', message: NEW_TRUNK };
  const gitDir = cloneDir(repo.id);
  const live = rows.filter((row) => !row.merged && !row.gone);
  const needed = new Set([repo.trunkTip, ...live.flatMap(({ tip, base }) => (base === null ? [tip] : [tip, base]))]);
  try {
    if ((await existingCommits(gitDir, needed, signal)).length < needed.size) {
      return { kind: 'waiting', message: INCOMPLETE };
    }
    const engine = await pickEngine(repo.engine, config().engine);
    const planned = await planAction({
      action: asked,
      gitDir,
      trunk: { name: repo.trunk, tip: repo.trunkTip },
      rows,
      branchTips: async () => (await recordedTips(db, repo.id)).tips,
      landings: await recordedLandings(db, repo.id),
      engine,
      // A forecast has no job: its commits differ from the job's in their date, and in nothing else.
      committer: async () => ({ ...committerIdentity(), date: '0 +0000' }),
      refused: new Map(),
      signal,
      log: () => undefined,
    });
    try {
      return { kind: 'ready', outline: await outlineOf(asked.kind, planned, engine) };
    } finally {
      await planned.discard();
    }
  } catch (error) {
    if (error instanceof GitError && error.kind === 'corrupt') return { kind: 'waiting', message: INCOMPLETE };
    throw error;
  }
}

async function outlineOf(kind: ActionKind, planned: PlannedAction, picked: PickedEngine): Promise<ForecastOutline> {
  const { plan, failure, registered, left, adopted } = planned;
  const trees = failure ? new Map<string, string>() : await planned.trees();
  return {
    engine: kind !== 'register_existing_branch' && 'engine' in picked ? picked.engine.name : null,
    failure,
    moves: failure
      ? []
      : plan.moves.map(({ branch, before, after, parentBefore, parentAfter, rewritten }) => ({
          branch,
          from: before ?? after,
          parentBefore,
          onto: parentAfter,
          moves: before !== after,
          commits: rewritten.length,
          tree: trees.get(branch) ?? null,
        })),
    // That of the whole repo goes with every overview.
    heldBack: bounded(plan.heldBack, kind === 'restack_repo' ? 0 : MAX_TEXTS),
    dropped: plan.dropped,
    warnings: plan.warnings,
    registered,
    left: failure ? [] : left,
    adopted,
  };
}

/** The conflicted texts, up to so many characters of all of them: one that is longer is in a job's result alone. */
function bounded(heldBack: HeldBack[], most: number): HeldBack[] {
  let left = most;
  return heldBack.map(({ branch, reason }) => {
    if (reason.kind !== 'conflict') return { branch, reason };
    const files = reason.files.map((file) => {
      if (file.text === null || file.text.length > left) return { ...file, text: null };
      left -= file.text.length;
      return file;
    });
    return { branch, reason: { ...reason, files } };
  });
}
