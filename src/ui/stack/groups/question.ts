import type { BranchRow } from '@/db/schema';
import { counted } from '@/text/words';

/** More branches than this are not moved by one press. */
const MANY = 25;

/** What is asked before so many branches are moved of which nothing more is known; null where one press does it. */
export function manyQuestion(count: number): string | null {
  return count > MANY ? `${counted(count, 'branch', 'branches')} will be pushed.` : null;
}

/**
 * What is asked before these branches are moved; null where one press does it. Approvals, which a forge may dismiss
 * with a push, are worth a question however few move.
 */
export function restackQuestion(moved: readonly Pick<BranchRow, 'prState' | 'review' | 'ci'>[]): string | null {
  const open = moved.filter(({ prState }) => prState === 'open' || prState === 'draft');
  const approvals = open.filter(({ review }) => review === 'approved').length;
  const runs = open.filter(({ ci }) => ci !== null).length;
  if (moved.length <= MANY && approvals === 0) return null;
  const costs = [
    ...(approvals > 0 ? [`may dismiss ${counted(approvals, 'approval')}`] : []),
    ...(runs > 0 ? [`starts ${counted(runs, 'CI run')}`] : []),
  ];
  const cost = costs.length > 0 ? `: that ${costs.join(' and ')}` : '';
  return `${counted(moved.length, 'branch', 'branches')} will be pushed${cost}.`;
}
