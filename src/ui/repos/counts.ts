import type { BranchCounts } from '@/model/counts';
import { counted } from '@/text/words';

/** `1 branch`, `14 branches`. */
export function branchesWord(count: number): string {
  return counted(count, 'branch', 'branches');
}

/** What branches want, in words; what none of them wants is left out. */
export function wantWords({
  needRestack,
  wouldConflict,
  heldBack = 0,
  untracked,
}: Omit<BranchCounts, 'branches'>): string[] {
  return [
    ...(needRestack > 0 ? [`${needRestack} will move`] : []),
    ...(wouldConflict > 0 ? [counted(wouldConflict, 'conflict')] : []),
    ...(heldBack > 0 ? [`${heldBack} held back`] : []),
    ...(untracked > 0 ? [`${untracked} untracked`] : []),
  ];
}
