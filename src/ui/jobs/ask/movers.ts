import type { JobDetail } from '@/api/jobs';
import { Graph, type GraphBranch } from '@/repos/graph';
import { isActive } from '../active';

/** A job that is about to move a branch, or waits for its turn to. */
export interface Mover {
  seq: number;
  waits: boolean;
}

/** Which jobs are still to move what. */
export interface Movers {
  /** By branch, the first of them. */
  of: ReadonlyMap<string, Mover>;
  /** The one that restacks all there is: which branches that moves, the states say. */
  all: Mover | null;
}

/** The kinds of jobs that are asked for on a branch and move it. */
const MOVING: ReadonlySet<string> = new Set(['restack_subtree', 'rebase_branch', 'reparent_branch']);

/**
 * What the jobs that run or wait are still to move: what they have planned, what they undo, and the branches that they
 * were asked for on, with what stands on those.
 * @param jobs newest first
 */
export function moversOf(jobs: readonly JobDetail[], branches: readonly GraphBranch[]): Movers {
  const of = new Map<string, Mover>();
  let all: Mover | null = null;
  const active = jobs.filter(({ job }) => isActive(job.status)).toReversed();
  if (active.length === 0) return { of, all };
  const graph = new Graph(branches, '');
  for (const { job, moves } of active) {
    const mover = { seq: job.seq, waits: job.status === 'queued' };
    const add = (names: readonly string[]) => {
      for (const name of names) if (!of.has(name)) of.set(name, mover);
    };
    if (job.kind === 'restack_repo') all ??= mover;
    add(moves.flatMap(({ branch, state, before, after }) => (state === 'planned' && before !== after ? [branch] : [])));
    const undone = jobs.find((other) => other.job.id === job.undoOf);
    add((undone?.moves ?? []).flatMap(({ branch, state }) => (state === 'pushed' ? [branch] : [])));
    if (!MOVING.has(job.kind)) continue;
    for (const root of job.branch !== null ? [job.branch] : (job.branches ?? []))
      add(graph.subtree(root).map(({ name }) => name));
  }
  return { of, all };
}

/** Why nothing can be asked of a branch until then. */
export function moverWords({ seq, waits }: Mover): string {
  return `#${seq} ${waits ? 'waits' : 'is about'} to move it.`;
}
