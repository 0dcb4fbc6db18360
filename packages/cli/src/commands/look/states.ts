import type { Branch, JobDetail, Overview } from '@spicerack/client';
import { type BranchState, branchStates, movedNow } from '@/repos/branch-state';
import type { StateWords } from '@/repos/state-words';
import { NO_NEWS, NO_STATE, newsByBranch, standingOf } from '@/ui/stack/state';

/** How a branch stands, and that in words. */
export interface Standing extends StateWords {
  state: BranchState;
}

/** How each branch of a repository stands, in the words of the dashboard. Pure. */
export function standings({
  trunk,
  branches,
  jobs,
  restack,
}: {
  trunk: string | null;
  branches: Branch[];
  /** Newest first. */
  jobs: JobDetail[];
  restack: Pick<NonNullable<Overview['restack']>, 'outline' | 'stale'> | null;
}): (branch: Branch) => Standing {
  const states = branchStates({ rows: branches, trunk, restack, moving: movedNow(jobs) });
  const news = newsByBranch(jobs, { branches, states });
  return (branch) => {
    const state = states.get(branch.name) ?? NO_STATE;
    return { state, ...standingOf(branch, state, news.get(branch.name) ?? NO_NEWS) };
  };
}
