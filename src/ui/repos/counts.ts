import type { BranchCounts } from '@/model/counts';
import { counted } from '@/text/words';

/** `1 branch`, `14 branches`. */
export function branchesWord(count: number): string {
  return counted(count, 'branch', 'branches');
}

/** What branches want, in words; what none of them wants is left out. */
export function wantWords({ needRestack, wouldConflict, untracked }: Omit<BranchCounts, 'branches'>): string[] {
  return [
    ...(needRestack > 0 ? [`${needRestack} need restack`] : []),
    ...(wouldConflict > 0 ? [`${wouldConflict} would conflict`] : []),
    ...(untracked > 0 ? [`${untracked} untracked`] : []),
  ];
}
