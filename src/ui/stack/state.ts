import type { JobDetail } from '@/api/jobs';
import type { BranchRow } from '@/db/schema';
import type { HeldBackReason } from '@/model/plan';
import { lacksMoves } from '@/model/result';
import type { BranchState } from '@/repos/branch-state';
import { type StateWords, stateWords } from '@/repos/state-words';
import { visible, visibleInLine } from '@/text/visible';
import { listed } from '@/text/words';
import { moversOf, moverWords } from '../jobs/ask/movers';

/** What is known of a branch from the repo's jobs. */
export interface BranchNews {
  /** The newest job that was asked for on this branch. */
  own: JobDetail | null;
  /** The number of the job that is about to move it now, whatever that was asked for on. */
  mover: number | null;
  /** Why nothing can be asked of it: a job waits to move it, or will, and has not planned that yet; null where none does. */
  covered: string | null;
  /** What the remote said when the last job that wanted to move it was not let; null where it was, or nobody wanted to. */
  refused: string | null;
}

export const NO_NEWS: BranchNews = { own: null, mover: null, covered: null, refused: null };

/** Of a branch that the states do not know yet. */
export const NO_STATE: BranchState = { is: 'in_place' };

/** Whether anything is still to be done with it: neither merged nor gone. */
export function isLive(branch: Pick<BranchRow, 'merged' | 'gone'>): boolean {
  return !branch.merged && !branch.gone;
}

/** Why nothing can be asked of a branch just now: a job is about to move it, or waits to; null where none does. */
export function coveredBy(state: BranchState, { mover, covered }: BranchNews): string | null {
  return state.is === 'moving' && mover !== null ? moverWords({ seq: mover, waits: false }) : covered;
}

/** A branch's state in words, with what its jobs say beside it. */
export function standingOf(branch: BranchRow, state: BranchState, { mover, refused }: BranchNews): StateWords {
  const words = stateWords(branch, state);
  if (state.is === 'moving' && mover !== null) return { ...words, detail: `by #${mover}` };
  if (state.is === 'will_move' && refused !== null)
    return { ...words, detail: visible(`the remote refused it last time: ${refused}`) };
  return words;
}

/**
 * What is known of each branch that the jobs name.
 * @param jobs newest first
 * @param rows the branches, and how they stand: what jobs are still to move goes by that
 * @param before what was known; what is the same is the same object, so that its row is not drawn anew
 */
export function newsByBranch(
  jobs: JobDetail[],
  rows: { branches: readonly BranchRow[]; states: ReadonlyMap<string, BranchState> },
  before: ReadonlyMap<string, BranchNews> = new Map(),
): ReadonlyMap<string, BranchNews> {
  const found = new Map<string, BranchNews>();
  const settled = new Set<string>();
  let allSettled = false;
  const entry = (branch: string) => {
    const known = found.get(branch) ?? { ...NO_NEWS };
    found.set(branch, known);
    return known;
  };
  for (const detail of jobs) {
    const { job, moves } = detail;
    for (const name of job.branch ? [job.branch] : (job.branches ?? [])) entry(name).own ??= detail;
    for (const { branch, reason } of job.result?.heldBack ?? []) {
      if (!allSettled && !settled.has(branch) && reason.kind === 'protected') entry(branch).refused = reason.message;
      settled.add(branch);
    }
    for (const { branch, state } of moves) {
      if (state === 'pushed') settled.add(branch);
      if (state === 'planned' && job.status === 'running') entry(branch).mover = job.seq;
    }
    // It has moved or left many, and who knows which: what was said of any of them before may be so no longer.
    allSettled ||= lacksMoves(detail) || job.result?.counts !== undefined;
  }
  const { of, all } = moversOf(jobs, rows.branches);
  for (const [name, mover] of of) {
    // Where it is in place already, the job that runs has been at it.
    if (mover.waits || rows.states.get(name)?.is !== 'in_place') entry(name).covered = moverWords(mover);
  }
  if (all) for (const [name, { is }] of rows.states) if (is === 'will_move') entry(name).covered ??= moverWords(all);
  for (const [name, news] of found) {
    const old = before.get(name);
    if (old && (Object.keys(NO_NEWS) as Array<keyof BranchNews>).every((key) => old[key] === news[key]))
      found.set(name, old);
  }
  return found;
}

/** Why a branch was left where it was, in one line. */
export function heldBackWords(reason: HeldBackReason): string {
  return visibleInLine(wordsOf(reason));
}

function wordsOf(reason: HeldBackReason): string {
  switch (reason.kind) {
    case 'conflict':
      return `conflicts in ${listed(reason.files.map((file) => file.path))}`;
    case 'below':
      return `${reason.branch} below it is held back`;
    case 'protected':
      return `the remote refuses to move it: ${reason.message}`;
    case 'too_large':
      return 'too large to be compared';
    case 'parent_gone':
      return `${reason.parent} below it is gone: move it onto another branch`;
    case 'unrelated':
      return `it has no commit in common with ${reason.parent}`;
  }
}
