import type { Api } from '../api';

/**
 * Asks for a look at the remote: a sync that moves nothing. What stands on merged branches is moved by a press of its
 * own, with its forecast before it (`merged-parents.tsx`).
 */
export function lookAtRemote(api: Api, repoId: string, idempotencyKey: string): Promise<{ jobId: string }> {
  return api.jobs.run.mutate({ repoId, kind: 'sync_repo', move: false, idempotencyKey });
}
