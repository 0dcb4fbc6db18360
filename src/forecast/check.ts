import { eq, sql } from 'drizzle-orm';
import type { Statement } from '@/db/client';
import { forecasts, type JobMoveRow, jobs } from '@/db/schema';
import { cloneDir } from '@/git/clone/clone-dir';
import { treesOf } from '@/git/objects/cat-file';
import { GitError } from '@/git/process/error';
import type { ErrorCode } from '@/model/errors';
import type { ForecastCheck, ForecastOutline } from '@/model/forecast';
import type { HeldBack } from '@/model/plan';
import type { JobResult } from '@/model/result';
import { actionKey } from '@/planner/tips-key';
import type { Failure } from '@/queue/failure';
import type { Lease } from '@/queue/lease';
import type { Action } from '@/stack/targets';

/** How a job can end by its plan alone. What else ends a job (the network, a rule of the remote) no forecast knows. */
const PLANNED_CODES: ReadonlySet<ErrorCode> = new Set([
  'CONFLICT',
  'BRANCH_NOT_FOUND',
  'NOT_TRACKED',
  'CYCLE',
  'KEPT',
  'ENGINE_MISSING',
  'TOO_LARGE',
]);

/**
 * The statement that keeps in mind which forecast, if any, was known for the rows that a job plans on now. None
 * once a part of the job is pushed: the rest is no whole action.
 */
export function rememberForecast({ db, job, held }: Lease, action: Action, tipsKey: string): Statement {
  return db.run(sql`
    update jobs set forecast_id = (
      select id from forecasts
      where repo_id = ${job.repoId} and action = ${actionKey(action)} and tips_key = ${tipsKey} and status = 'ready'
        and not exists (select 1 from job_moves where job_id = ${job.id} and state = 'pushed'))
    where id = ${job.id} and ${held}`);
}

/**
 * Holds a job's forecast against what happened; null where there is nothing to compare. Trees, not commits, are
 * compared: a forecast knows neither the job nor its date.
 * @param moves those that the job has pushed
 */
export async function checkForecast(
  lease: Lease,
  result: JobResult,
  moves: JobMoveRow[],
  failed: Failure | null,
): Promise<ForecastCheck | null> {
  const { db, job } = lease;
  const [known] = await db
    .select({ outline: forecasts.outline })
    .from(jobs)
    .innerJoin(forecasts, eq(forecasts.id, jobs.forecastId))
    .where(eq(jobs.id, job.id));
  if (!known?.outline) return null;
  if (failed && (moves.length > 0 || !PLANNED_CODES.has(failed.code))) return null;
  const trees = await pushedTrees(
    lease,
    moves.flatMap(({ after }) => after ?? []),
  );
  const found = differences(known.outline, {
    code: failed?.code ?? null,
    moves: moves.map((move) => ({
      branch: move.branch,
      onto: move.parentAfter ?? '',
      moves: move.before !== move.after,
      commits: move.rewritten.length,
      tree: trees.get(move.after ?? '') ?? null,
    })),
    heldBack: result.heldBack,
    dropped: result.dropped,
    registered: result.registered,
  });
  return found.length === 0 ? { agreed: true } : { agreed: false, differences: found };
}

/** Trees by commit. A clone that has lost them meanwhile ends no job: then the rest is compared. */
async function pushedTrees({ repo, signal }: Lease, commits: string[]): Promise<Map<string, string>> {
  try {
    const trees = await treesOf(commits, { gitDir: cloneDir(repo.id), signal });
    return new Map(
      commits.flatMap((commit, i): Array<[string, string]> => {
        const tree = trees[i];
        return tree ? [[commit, tree]] : [];
      }),
    );
  } catch (error) {
    if (error instanceof GitError) return new Map();
    throw error;
  }
}

/** What a job did, in the words of a forecast. */
export interface Happened extends Pick<JobResult, 'heldBack' | 'dropped' | 'registered'> {
  code: ErrorCode | null;
  moves: Array<Omit<ForecastOutline['moves'][number], 'from' | 'parentBefore'>>;
}

/**
 * Where a forecast and what happened differ, one sentence each. A ref that the remote refuses to move, and what
 * stands on it, is left out: no forecast asks the remote.
 */
export function differences(outline: ForecastOutline, happened: Happened): string[] {
  const refused = refusedBranches(happened.heldBack);
  const compare = (what: string, forecast: Map<string, string>, real: Map<string, string>) =>
    [...new Set([...forecast.keys(), ...real.keys()])]
      .filter((branch) => !refused.has(branch) && forecast.get(branch) !== real.get(branch))
      .map((key) => `${key}: the forecast ${said(what, forecast.get(key))}; the job ${said(what, real.get(key))}.`);
  const code = (value: ErrorCode | null | undefined) => new Map([['The end', value ?? 'completed']]);
  return [
    ...compare('says', code(outline.failure?.code), code(happened.code)),
    ...compare('moves it', moveWords(outline.moves, happened.moves), moveWords(happened.moves, outline.moves)),
    ...compare('holds it back', heldBackWords(outline.heldBack), heldBackWords(happened.heldBack)),
    ...compare('drops', droppedWords(outline.dropped), droppedWords(happened.dropped)),
    ...compare('registers it', registeredWords(outline.registered), registeredWords(happened.registered)),
  ];
}

const said = (what: string, words: string | undefined) =>
  words === undefined ? `does not (${what})` : `${what} ${words}`;

type ComparedMove = Happened['moves'][number];

/** A move in words; its tree only where the other side knows it too. */
function moveWords(moves: ComparedMove[], others: ComparedMove[]): Map<string, string> {
  const known = new Set(others.filter(({ tree }) => tree !== null).map(({ branch }) => branch));
  return new Map(
    moves.map(({ branch, onto, moves: moving, commits, tree }) => {
      const content = tree !== null && known.has(branch) ? `, tree ${tree}` : '';
      return [branch, `onto ${onto} ${moving ? `with ${commits} commits replayed` : 'without its ref'}${content}`];
    }),
  );
}

function heldBackWords(heldBack: HeldBack[]): Map<string, string> {
  return new Map(heldBack.map(({ branch, reason }) => [branch, reasonWords(reason)]));
}

function reasonWords(reason: HeldBack['reason']): string {
  switch (reason.kind) {
    case 'conflict': {
      const files = reason.files.map(({ path }) => path).sort();
      return `for ${reason.commit} conflicts in ${files.join(', ')}`;
    }
    case 'below':
      return `with ${reason.branch}`;
    case 'parent_gone':
      return `for ${reason.parent} is gone`;
    case 'unrelated':
      return `for it has nothing of ${reason.parent}`;
    case 'too_large':
      return 'for it is too large';
    case 'protected':
      return 'for the remote protects it';
  }
}

function droppedWords(dropped: JobResult['dropped']): Map<string, string> {
  const words = new Map<string, string>();
  for (const { branch, commit } of [...dropped].sort((a, b) => (a.commit < b.commit ? -1 : 1))) {
    words.set(branch, words.has(branch) ? `${words.get(branch)}, ${commit}` : commit);
  }
  return words;
}

function registeredWords(registered: JobResult['registered']): Map<string, string> {
  return new Map(registered.map(({ branch, parent }) => [branch, `on ${parent}`]));
}

/** What the remote has refused to move, and all above it. */
export function refusedBranches(heldBack: HeldBack[]): Set<string> {
  const refused = new Set(heldBack.flatMap(({ branch, reason }) => (reason.kind === 'protected' ? [branch] : [])));
  // Bottom up, so one pass finds all.
  for (const { branch, reason } of heldBack) {
    if (reason.kind === 'below' && refused.has(reason.branch)) refused.add(branch);
  }
  return refused;
}
