import type { JobDetail, Overview } from '@spicerack/client';
import { wholeOverview } from '@/mcp/whole-overview';
import type { Session } from '../../context/session';

/** A repository's page with all of its branches. */
export function overviewOf(session: Session, repoId: string): Promise<Overview> {
  return wholeOverview(session.client(), repoId, { signal: session.signal });
}

export const isOpen = ({ job }: JobDetail) => job.status === 'queued' || job.status === 'running';
