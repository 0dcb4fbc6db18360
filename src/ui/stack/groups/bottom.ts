import type { BranchRow } from '@/db/schema';
import { Graph } from '@/repos/graph';
import { isKept } from '@/repos/kept';
import { isLive } from '../state';

/** The lowest branch that a Restack moves of the stack which a branch is in, however much of that is shown. */
export function bottomOf(name: string, branches: readonly BranchRow[], trunk: string | null): string {
  const graph = new Graph(branches, trunk ?? '');
  const met = new Set<string>();
  for (let at = name; ; ) {
    met.add(at);
    const below = graph.get(graph.effectiveParent(at));
    if (!below?.tracked || !isLive(below) || isKept(below) || met.has(below.name)) return at;
    at = below.name;
  }
}
