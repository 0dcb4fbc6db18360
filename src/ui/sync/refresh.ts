import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { JobDetail } from '@/api/jobs';
import type { RepoRow } from '@/db/schema';
import { isActive } from '../jobs/active';
import { useMay } from '../me';
import { useApi, useNow } from '../providers';

/** What has been looked at within this time, in milliseconds, is fresh enough to be shown as it is. */
const FRESH_MS = 5 * 60_000;

/** Who asks for such a sync, as its job says it. */
export const REQUESTED_BY = 'An opened page';

/**
 * When the remote was last looked at, or tried to, if that was too long ago and nothing that looks is under way;
 * else null. It tells one refresh from the next. A repo that was never looked at has its first sync in the queue.
 */
export function staleSince(
  repo: Pick<RepoRow, 'syncedAt' | 'syncErrorAt'>,
  jobs: JobDetail[],
  now: number,
): string | null {
  const last = [repo.syncedAt, repo.syncErrorAt]
    .filter((time) => time !== null)
    .sort()
    .at(-1);
  if (last === undefined || now - Date.parse(last) < FRESH_MS) return null;
  return jobs.some(({ job }) => isActive(job.status)) ? null : last;
}

/**
 * Asks for a look at the remote in the background when a repo's page is opened, or turned to again, and what it shows is stale:
 * one job, which moves nothing, however many tabs do. Tells whether such a sync is under way.
 */
export function useRefreshWhenStale(repo: RepoRow, jobs: JobDetail[]): boolean {
  const api = useApi();
  const mayAct = useMay('act');
  const now = useNow(false);
  const visible = useSyncExternalStore(watchVisibility, () => document.visibilityState === 'visible');
  const lookedAt = useRef<string | null>(null);
  useEffect(() => {
    if (!visible) lookedAt.current = null;
    if (!mayAct || !visible || lookedAt.current === repo.id) return;
    lookedAt.current = repo.id;
    const since = staleSince(repo, jobs, now);
    if (since === null) return;
    api.jobs.run
      .mutate(
        { repoId: repo.id, kind: 'sync_repo', move: false, idempotencyKey: `stale ${repo.id} ${since}` },
        { context: { requestedBy: REQUESTED_BY } },
      )
      .catch(() => {
        // Nobody asked for it, and the page says itself how old it is. The next opening tries again.
      });
  }, [api, repo, jobs, now, visible, mayAct]);
  return jobs.some(({ job }) => isActive(job.status) && job.requestedBy.endsWith(REQUESTED_BY));
}

function watchVisibility(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
}
