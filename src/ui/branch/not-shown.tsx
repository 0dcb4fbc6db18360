'use client';

import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { newKey } from '../api';
import { Button } from '../controls';
import { useMay } from '../me';
import { useApi } from '../providers';
import { overviewQuery } from '../repos/overview';
import { useSending } from '../sending';
import { lookAtRemote } from '../sync/look';
import type { Shown } from './use-changes';

/** Why there is nothing to show, and what can be done. */
export function NotShown({ repoId, shown }: { repoId: string; shown: Extract<Shown<unknown>, { state: 'error' }> }) {
  const api = useApi();
  const mayAct = useMay('act');
  const { sending, send } = useSending();
  const { data } = useQuery(overviewQuery(api, repoId));
  const syncedAt = data?.repo?.syncedAt;
  const { again } = shown;
  const asked = useRef(syncedAt);
  useEffect(() => {
    // A sync may have brought what was missing.
    if (syncedAt === undefined || asked.current === syncedAt) return;
    if (asked.current !== undefined) again();
    asked.current = syncedAt;
  }, [syncedAt, again]);
  const sync = () => send(() => lookAtRemote(api, repoId, newKey()));
  return (
    <div role="alert" className="flex flex-wrap items-center gap-2 text-muted">
      <p className="min-w-0 break-words">{shown.words}</p>
      {shown.noClone && mayAct && (
        <Button disabled={sending} onClick={() => void sync()}>
          Sync
        </Button>
      )}
      <Button onClick={shown.again}>Try again</Button>
    </div>
  );
}
