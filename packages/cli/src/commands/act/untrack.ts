import { branchOf, repoOf, type Session } from '../../context/session';
import type { ActFlags } from './act';
import { follow } from './follow';

/** Tracks a branch no longer; what stood on it stands on what it stood on. */
export async function untrack(session: Session, flags: ActFlags, given?: string) {
  const repo = await repoOf(session, flags);
  const branch = await branchOf(session, given, flags);
  const { jobId } = await session.client().branches.untrack({ repoId: repo.id, branch });
  return follow(session, jobId, { noWait: flags.noWait });
}
