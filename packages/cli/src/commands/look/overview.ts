import type { Branch, JobDetail, Overview } from '@spicerack/client';
import type { Session } from '../../context/session';

/** A repository's page with all of its branches. */
export async function overviewOf(session: Session, repoId: string): Promise<Overview> {
  const { signal } = session;
  const first = await session.client().repos.overview({ repoId }, { signal });
  const branches: Branch[] = [...first.branches];
  const states = { ...first.states };
  for (let cursor = first.nextCursor; cursor !== null; ) {
    const page = await session.client().repos.overview({ repoId, cursor }, { signal });
    branches.push(...page.branches);
    Object.assign(states, page.states);
    cursor = page.nextCursor;
  }
  return { ...first, branches, states };
}

export const isOpen = ({ job }: JobDetail) => job.status === 'queued' || job.status === 'running';
