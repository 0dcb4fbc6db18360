import type { BranchRow } from '@/db/schema';
import { Graph, stackBottoms } from '@/repos/graph';

/** The lowest branch that a Restack moves of the stack which a branch is in, however much of that is shown. */
export function bottomOf(name: string, branches: readonly BranchRow[], trunk: string | null): string {
  return stackBottoms(new Graph(branches, trunk ?? ''))(name);
}
