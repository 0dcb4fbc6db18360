'use client';

import type { RepoRow } from '@/db/schema';
import { useNow } from '../providers';
import { ago, exact } from '../time';

/** How old what is shown is, and why it may be older than it should. */
export function Freshness({ repo }: { repo: Pick<RepoRow, 'syncedAt' | 'syncErrorAt' | 'syncError'> }) {
  const now = useNow();
  const { syncedAt, syncErrorAt, syncError } = repo;
  const failed = syncErrorAt !== null && (syncedAt === null || syncErrorAt > syncedAt);
  return (
    <span className="text-xs text-muted">
      {syncedAt ? <span title={exact(syncedAt)}>synced {ago(syncedAt, now)}</span> : !failed && 'not synced yet'}
      {failed && (
        <span className="text-error" title={exact(syncErrorAt)}>
          {syncedAt && ' · '}sync failed {ago(syncErrorAt, now)}: {syncError}
        </span>
      )}
    </span>
  );
}
