import type { KeptBranch } from './kept';

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
    case 'queue':
      return 'is what a merge queue tries, and goes by itself';
    case 'no_work':
      return 'has no commit that the trunk lacks';
    default:
      return '';
  }
}
