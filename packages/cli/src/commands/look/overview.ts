import type { JobDetail } from '@/api/jobs';
import type { BranchRow } from '@/db/schema';
import type { Client } from '../../context/client';
import type { Session } from '../../context/session';

type Page = Awaited<ReturnType<Client['repos']['overview']>>;

/** A repository's page with all of its branches. */
export async function overviewOf(session: Session, repoId: string): Promise<Page> {
  const { signal } = session;
  const first = await session.client().repos.overview({ repoId }, { signal });
  const branches: BranchRow[] = [...first.branches];
  for (let cursor = first.nextCursor; cursor !== null; ) {
    const page = await session.client().repos.overview({ repoId, cursor }, { signal });
    branches.push(...page.branches);
    cursor = page.nextCursor;
  }
  return { ...first, branches };
}

export const isOpen = ({ job }: JobDetail) => job.status === 'queued' || job.status === 'running';
