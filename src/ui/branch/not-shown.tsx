'use client';

import { newKey } from '../api';
import { Button } from '../controls';
import { useApi } from '../providers';
import { useSending } from '../sending';
import type { Shown } from './use-changes';

/** Why there is nothing to show, and what can be done. */
export function NotShown({ repoId, shown }: { repoId: string; shown: Extract<Shown<unknown>, { state: 'error' }> }) {
  const api = useApi();
  const { sending, send } = useSending();
  const sync = () => send(() => api.jobs.run.mutate({ repoId, kind: 'sync_repo', idempotencyKey: newKey() }));
  return (
    <div role="alert" className="flex flex-wrap items-center gap-2 text-muted">
      <p className="min-w-0 break-words">{shown.words}</p>
      {shown.noClone && (
        <Button disabled={sending} onClick={() => void sync()}>
          Sync
        </Button>
      )}
      <Button onClick={shown.again}>Try again</Button>
    </div>
  );
}
