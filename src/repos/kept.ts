import type { KeptReason } from '@/model/kept';

/** What a branch row says of whether it is a long-lived branch. */
export interface KeptBranch {
  /** A person's word; null, or left out, where nobody has said so. */
  kept?: boolean | null | undefined;
  keptReason?: KeptReason | null | undefined;
}

/** Whether it is a long-lived branch: it may be a parent, tracked or not, and no action moves it. */
export function isKept({ kept, keptReason }: KeptBranch): boolean {
  return kept ?? (Boolean(keptReason) && keptReason !== 'no_work' && keptReason !== 'queue');
}

/** Whether a branch can stand on it. */
export function canCarry(
  row: (KeptBranch & { tracked: boolean; merged: boolean; gone: boolean }) | undefined,
): boolean {
  return row !== undefined && !row.merged && !row.gone && (row.tracked || isKept(row));
}

/** Whether a registration of every suggestion tracks it. */
export function isSuggested(
  row: KeptBranch & { tracked: boolean; merged: boolean; gone: boolean; suggestedParent: string | null },
): boolean {
  const isOpen = !row.tracked && !row.merged && !row.gone && row.suggestedParent !== null;
  return isOpen && !(row.kept ?? Boolean(row.keptReason));
}
