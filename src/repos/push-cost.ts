import type { PushCost } from '@/model/needs';

/** A branch with what its forge says of it. */
interface Pushed {
  prState: 'open' | 'draft' | 'closed' | 'merged' | null;
  review: string | null;
  ci: string | null;
}

/** What a push of these branches costs, as far as the forge tells. */
export function pushCost(pushed: readonly Pushed[]): PushCost {
  const open = pushed.filter(({ prState }) => prState === 'open' || prState === 'draft');
  return {
    branches: pushed.length,
    approvals: open.filter(({ review }) => review === 'approved').length,
    runs: open.filter(({ ci }) => ci !== null).length,
  };
}
