import { queryOptions } from '@tanstack/react-query';
import type { BranchRow } from '@/db/schema';
import type { Api } from '../api';

/** A branch's past. It goes on when the branch moves, or lands: each is another question. */
export const historyQuery = (api: Api, repoId: string, { name, tip, merged }: BranchRow) =>
  queryOptions({
    queryKey: ['branch_history', repoId, name, tip, merged],
    queryFn: () => api.branches.history.query({ repoId, branch: name }),
    staleTime: 10_000,
  });
