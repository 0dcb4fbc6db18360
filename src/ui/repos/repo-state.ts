import type { StateName } from '@/repos/branch-state';
import { counted } from '@/text/words';
import { wantWords } from './counts';
import type { RepoList } from './repo-list';

export interface RepoState {
  /** The shape of its mark: the worst that is true of it. */
  mark: StateName | 'error';
  /** All that is true of it, in words; empty where all is in place. */
  words: string[];
}

/** What the list says with more words, its age and why (`freshness.tsx`). */
export const FAILED = 'last job failed';

/** How a repo stands, from what the list of repos says of it. */
export function repoState({
  counts,
  activeJobs,
  syncedAt,
  syncErrorAt,
}: Pick<RepoList['repos'][number], 'counts' | 'activeJobs' | 'syncedAt' | 'syncErrorAt'>): RepoState {
  const failed = syncErrorAt !== null;
  const { needRestack = 0, wouldConflict = 0, heldBack = 0, untracked = 0, noForecast } = counts ?? {};
  const under = activeJobs.length;
  const words = [
    ...(under > 0 ? [`${counted(under, 'job')} under way`] : []),
    ...(failed ? [FAILED] : []),
    ...(noForecast === undefined ? [] : [`no forecast: ${noForecast}`]),
    ...wantWords({ needRestack, wouldConflict, heldBack, untracked }),
  ];
  return { mark: markOf(), words };

  function markOf(): RepoState['mark'] {
    if (under > 0) return 'moving';
    if (failed || noForecast !== undefined) return 'error';
    if (syncedAt === null) return 'untracked';
    if (wouldConflict > 0) return 'conflict';
    if (needRestack > 0) return 'will_move';
    return heldBack > 0 ? 'blocked' : 'in_place';
  }
}
