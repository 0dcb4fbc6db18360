import type { JobDetail } from '@/api/jobs';
import type { BranchRow } from '@/db/schema';

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

/** What the jobs of a repo say about one branch. */
export interface BranchJobs {
  /** The newest job that was asked for on this branch. */
  own: JobDetail | null;
  /** Why the last job that wanted to move it left it where it was; null where it moved, or nobody wanted to. */
  heldBack: string | null;
}

/** The state of a branch from its row and the jobs about it. */
export function standingOf(branch: BranchRow, jobs: BranchJobs): BranchStanding {
  const { own, heldBack } = jobs;
  if (own?.job.status === 'running') return { state: 'running', word: 'in work', detail: own.job.message };
  if (branch.merged) return { state: 'merged', word: 'merged', detail: '' };
  if (branch.gone) return { state: 'gone', word: 'gone', detail: 'deleted on the remote, not merged' };
  if (!branch.tracked) {
    return {
      state: 'untracked',
      word: 'untracked',
      detail: branch.suggestedParent ? `stands on ${branch.suggestedParent}` : '',
    };
  }
  if (branch.forecast?.outcome === 'conflict') {
    return { state: 'conflict', word: 'would conflict', detail: listed(branch.forecast.files) };
  }
  if (branch.needsRestack && heldBack) return { state: 'held_back', word: 'held back', detail: heldBack };
  if (branch.needsRestack) {
    return { state: 'needs_restack', word: 'needs restack', detail: branch.forecast ? 'forecast: clean' : '' };
  }
  return { state: 'in_place', word: 'in place', detail: '' };
}

/** What the jobs, newest first, say about each branch that they name. */
export function jobsByBranch(jobs: JobDetail[]): Map<string, BranchJobs> {
  const found = new Map<string, BranchJobs>();
  const settled = new Set<string>();
  const entry = (branch: string) => {
    const known = found.get(branch) ?? { own: null, heldBack: null };
    found.set(branch, known);
    return known;
  };
  for (const detail of jobs) {
    const { job, moves } = detail;
    if (job.branch) entry(job.branch).own ??= detail;
    for (const { branch, reason } of job.result?.heldBack ?? []) {
      if (!settled.has(branch)) entry(branch).heldBack = heldBackWords(reason);
      settled.add(branch);
    }
    for (const { branch, state } of moves) if (state === 'pushed') settled.add(branch);
  }
  return found;
}

type HeldBackReason = NonNullable<JobDetail['job']['result']>['heldBack'][number]['reason'];

/** Why a branch was left where it was, in one line. */
export function heldBackWords(reason: HeldBackReason): string {
  switch (reason.kind) {
    case 'conflict':
      return `conflicts in ${listed(reason.files.map((file) => file.path))}`;
    case 'below':
      return `${reason.branch} below it is held back`;
    case 'protected':
      return `the remote refuses to move it: ${reason.message}`;
    case 'parent_gone':
      return `${reason.parent} below it is gone: move it onto another branch`;
  }
}

/** `a.ts`, `a.ts and b.ts`, `a.ts and 3 more`. */
export function listed(names: string[]): string {
  const [first = '', second] = names;
  if (names.length > 2) return `${first} and ${names.length - 1} more`;
  return second ? `${first} and ${second}` : first;
}
