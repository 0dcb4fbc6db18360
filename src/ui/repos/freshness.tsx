'use client';

import type { RepoRow } from '@/db/schema';
import { useNow } from '../providers';
import { ago, exact } from '../time';
import { syncFailedAt } from './repo-state';

type Synced = Pick<RepoRow, 'syncedAt' | 'syncErrorAt' | 'syncError'>;
type PullRequestsSynced = Pick<RepoRow, 'webUrl' | 'prSyncedAt' | 'prErrorCode' | 'prError' | 'prErrorAt'>;

/** How old the branches are that are shown, and why they may be older than they should. */
export function Freshness({ repo, refreshing = false }: { repo: Synced; refreshing?: boolean }) {
  const now = useNow();
  const { syncedAt, syncError } = repo;
  const failedAt = syncFailedAt(repo);
  return (
    <span className="text-xs text-muted">
      {syncedAt ? <span title={exact(syncedAt)}>synced {ago(syncedAt, now)}</span> : !failedAt && 'not synced yet'}
      {failedAt && (
        <span className="text-error" title={exact(failedAt)}>
          {syncedAt && ' · '}sync failed {ago(failedAt, now)}: {syncError}
        </span>
      )}
      {refreshing && ' · looking for what is new'}
    </span>
  );
}

/** The same for pull requests; nothing where the repo's forge is not known. */
export function PullRequestFreshness({ repo }: { repo: PullRequestsSynced }) {
  const now = useNow(repo.webUrl !== null);
  const { webUrl, prSyncedAt, prErrorCode, prError, prErrorAt } = repo;
  if (webUrl === null) return null;
  const synced = prSyncedAt && <span title={exact(prSyncedAt)}>pull requests as of {ago(prSyncedAt, now)}</span>;
  // Without a token nothing has failed: it is a setting that somebody may want.
  const tone = prErrorCode === 'token_missing' ? '' : prErrorCode === 'incomplete' ? 'text-restack' : 'text-error';
  return (
    <span className="text-xs text-muted">
      {synced}
      {prErrorCode && (
        <span className={tone} title={prErrorAt ? exact(prErrorAt) : undefined}>
          {synced && ' · '}
          {prErrorCode !== 'token_missing' && 'pull requests: '}
          {prError}
        </span>
      )}
    </span>
  );
}
