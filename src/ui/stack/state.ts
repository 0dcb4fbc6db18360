import type { JobDetail } from '@/api/jobs';
import type { BranchRow } from '@/db/schema';
import type { ForecastOutline } from '@/model/forecast';
import { isKept } from '@/repos/kept';
import { visible } from '@/text/visible';

/** How a branch stands, each with a shape, a colour and a word of its own. */
export type BranchState =
  | 'in_place'
  | 'needs_restack'
  | 'conflict'
  | 'held_back'
  | 'running'
  | 'merged'
  | 'gone'
  | 'untracked';

export interface BranchStanding {
  state: BranchState;
  word: string;
  /** What a person would want to know beside the word. */
  detail: string;
}

/** What is known of a branch beyond its row. */
export interface BranchNews {
  /** The newest job that was asked for on this branch. */
  own: JobDetail | null;
  /** The job that is about to move it now, whatever it was asked for on. */
  mover: JobDetail | null;
  /** Why the last job that wanted to move it left it where it was; null where it moved, or nobody wanted to. */
  heldBack: string | null;
  /** Why a Restack of the whole repo would leave it where it is; null where it would not, or nobody knows. */
  foreseen: HeldBackReason | null;
}

type HeldBackReason = ForecastOutline['heldBack'][number]['reason'];

export const NO_NEWS: BranchNews = { own: null, mover: null, heldBack: null, foreseen: null };

/** Whether anything is still to be done with it: neither merged nor gone. */
export function isLive(branch: Pick<BranchRow, 'merged' | 'gone'>): boolean {
  return !branch.merged && !branch.gone;
}

/** Whether it would conflict: with its parent as that is, or as that will be once the stack below has moved. */
export function wouldConflict(branch: BranchRow, { foreseen }: BranchNews): boolean {
  return branch.tracked && (branch.forecast?.outcome === 'conflict' || foreseen?.kind === 'conflict');
}

/** The state of a branch from its row and the news of it. */
export function standingOf(branch: BranchRow, news: BranchNews): BranchStanding {
  const { heldBack, foreseen } = news;
  const at = news.own?.job.status === 'running' ? news.own : news.mover;
  if (at) return { state: 'running', word: 'in work', detail: at.job.message };
  if (branch.merged) return { state: 'merged', word: 'merged', detail: '' };
  if (branch.gone) return { state: 'gone', word: 'gone', detail: 'deleted on the remote, not merged' };
  if (isKept(branch)) return { state: 'in_place', word: 'long-lived', detail: '' };
  if (!branch.tracked) {
    const { renamedFrom } = branch;
    if (renamedFrom)
      return { state: 'untracked', word: 'renamed?', detail: `${renamedFrom} seems to be this branch now` };
    return {
      state: 'untracked',
      word: 'untracked',
      detail: branch.suggestedParent ? `stands on ${branch.suggestedParent}` : '',
    };
  }
  if (wouldConflict(branch, news)) {
    const files =
      foreseen?.kind === 'conflict' ? foreseen.files.map((file) => file.path) : (branch.forecast?.files ?? []);
    return { state: 'conflict', word: 'would conflict', detail: listed(files) };
  }
  if (branch.needsRestack && heldBack) return { state: 'held_back', word: 'held back', detail: heldBack };
  if (branch.needsRestack) {
    const clean =
      branch.forecast?.outcome === 'too_large'
        ? 'forecast: too large to be compared'
        : branch.forecast
          ? 'forecast: clean'
          : '';
    const detail = foreseen?.kind === 'below' ? `forecast: waits for ${visible(foreseen.branch)}` : clean;
    return { state: 'needs_restack', word: 'needs restack', detail };
  }
  return { state: 'in_place', word: 'in place', detail: '' };
}

/**
 * What is known of each branch that the jobs or the forecast name.
 * @param jobs newest first
 * @param outline the forecast of a Restack of the whole repo; null where none is known
 */
export function newsByBranch(jobs: JobDetail[], outline: ForecastOutline | null): Map<string, BranchNews> {
  const found = new Map<string, BranchNews>();
  const settled = new Set<string>();
  const entry = (branch: string) => {
    const known = found.get(branch) ?? { ...NO_NEWS };
    found.set(branch, known);
    return known;
  };
  for (const { branch, reason } of outline?.heldBack ?? []) entry(branch).foreseen = reason;
  for (const detail of jobs) {
    const { job, moves } = detail;
    if (job.branch) entry(job.branch).own ??= detail;
    for (const { branch, reason } of job.result?.heldBack ?? []) {
      if (!settled.has(branch)) entry(branch).heldBack = heldBackWords(reason);
      settled.add(branch);
    }
    for (const { branch, state } of moves) {
      if (state === 'pushed') settled.add(branch);
      if (state === 'planned' && job.status === 'running') entry(branch).mover = detail;
    }
  }
  return found;
}

/** Why a branch was left where it was, in one line. */
export function heldBackWords(reason: HeldBackReason): string {
  return visible(wordsOf(reason));
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
  }
}

/** `a.ts`, `a.ts and b.ts`, `a.ts and 3 more`. */
export function listed(names: string[]): string {
  return visible(joined(names));
}

function joined(names: string[]): string {
  const [first = '', second] = names;
  if (names.length > 2) return `${first} and ${names.length - 1} more`;
  return second ? `${first} and ${second}` : first;
}
