import type { KeptReason } from '@/model/kept';

/** What a branch row says of whether it is a long-lived branch. */
export interface KeptBranch {
  /** A person's word; null, or left out, where nobody has said so. */
  kept?: boolean | null | undefined;
  keptReason?: KeptReason | null | undefined;
}

/** Whether it is a long-lived branch: it may be a parent, tracked or not, and no action moves it. */
export function isKept({ kept, keptReason }: KeptBranch): boolean {
  return kept ?? (Boolean(keptReason) && keptReason !== 'no_work');
}

/** Whether a registration of every suggestion tracks it. */
export function isSuggested(
  row: KeptBranch & { tracked: boolean; merged: boolean; gone: boolean; suggestedParent: string | null },
): boolean {
  const isOpen = !row.tracked && !row.merged && !row.gone && row.suggestedParent !== null;
  return isOpen && !(row.kept ?? Boolean(row.keptReason));
}

/** Why it is left where it is, or out of the suggestions, as the rest of a sentence that begins with its name. */
export function keptWords({ kept, keptReason }: KeptBranch): string {
  if (kept) return 'was marked as long-lived';
  switch (keptReason) {
    case 'protected':
      return 'is protected by the forge';
    case 'name':
      return 'has the name of a long-lived branch';
    case 'pull_requests':
      return 'is what pull requests go into';
    case 'no_work':
      return 'has no commit that the trunk lacks';
    default:
      return '';
  }
}
