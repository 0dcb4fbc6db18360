import type { JobDetail } from '@/api/jobs';

type Its = Pick<JobDetail, 'job' | 'moves'>;

/** Whether a list has left out what this job has moved: then its result alone says how much that was. */
export function isOutlined({ job, moves }: Its): boolean {
  return moves.length === 0 && job.result?.moved !== undefined;
}

/** How many branches a job has moved, and how often a ref. */
export function movedBy({ job, moves }: Its): { branches: number; refs: number } {
  if (moves.length === 0) return job.result?.moved ?? { branches: 0, refs: 0 };
  const pushed = moves.filter(({ state }) => state === 'pushed');
  return {
    branches: new Set(pushed.map(({ branch }) => branch)).size,
    refs: pushed.filter(({ before, after }) => before !== after).length,
  };
}
