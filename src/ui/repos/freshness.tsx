'use client';

import type { RepoRow } from '@/db/schema';
import { useNow } from '../providers';
import { ago, exact } from '../time';

type Synced = Pick<RepoRow, 'syncedAt' | 'syncErrorAt' | 'syncError'>;
type PullRequestsSynced = Pick<RepoRow, 'webUrl' | 'prSyncedAt' | 'prErrorCode' | 'prError' | 'prErrorAt'>;

/** How old the branches are that are shown, and why they may be older than they should. */
export function Freshness({ repo, refreshing = false }: { repo: Synced; refreshing?: boolean }) {
  const now = useNow();
  const { syncedAt, syncErrorAt: failedAt, syncError } = repo;
  return (
    <span className="text-xs text-muted">
      {syncedAt ? <span data-tip={exact(syncedAt)}>synced {ago(syncedAt, now)}</span> : !failedAt && 'not synced yet'}
      {failedAt && (
        <span className="text-error" data-tip={exact(failedAt)}>
          {syncedAt && ' · '}last job failed {ago(failedAt, now)}: {syncError}
        </span>
      )}
      {/* A phone has no room for it: the button beside says that it fetches. */}
      {refreshing && <span className="max-sm:sr-only"> · looking for what is new</span>}
    </span>
  );
}

/** The same for pull requests; nothing where the repo's forge is not known. */
export function PullRequestFreshness({ repo }: { repo: PullRequestsSynced }) {
  const now = useNow(repo.webUrl !== null);
  const { webUrl, prSyncedAt, prErrorCode, prError, prErrorAt } = repo;
  if (webUrl === null) return null;
  const synced = prSyncedAt && <span data-tip={exact(prSyncedAt)}>pull requests as of {ago(prSyncedAt, now)}</span>;
  // Without a token nothing has failed: it is a setting that somebody may want.
  const tone = prErrorCode === 'token_missing' ? '' : prErrorCode === 'incomplete' ? 'text-restack' : 'text-error';
  return (
    <span className="text-xs text-muted">
      {synced}
      {prErrorCode && (
        <span className={tone} data-tip={prErrorAt ? exact(prErrorAt) : undefined}>
          {synced && ' · '}
          {prErrorCode !== 'token_missing' && 'pull requests: '}
          {prError}
        </span>
      )}
    </span>
  );
}
