import { Graph } from '@/repos/graph';
import { baseOf } from '@/stack/base';
import type { Registration } from '@/stack/targets';
import type { ProjectedRow } from './input';
import { byBranch, type KnownLanding, landedBelow } from './landings';
import { loadHistory } from './load-history';

export interface RegistrationInput {
  gitDir: string;
  trunk: { name: string; tip: string };
  rows: ProjectedRow[];
  /** Tips that each branch, and trunk, was seen at before, newest first. */
  branchTips: ReadonlyMap<string, string[]>;
  /** All that is known to have landed. */
  landings: KnownLanding[];
  registrations: Registration[];
  signal?: AbortSignal;
}

/**
 * The base that each branch begins with when it is tracked, by the rule of `baseOf`; null where it has nothing in
 * common with its parent, and so cannot stand on it. A branch that already stands on that parent, or on what
 * was merged into it, keeps its recorded base. `adopted` are commits, newest first, of what it stood on before, which
 * are its own from now on.
 * @throws GitError
 */
export async function registrationBases(
  input: RegistrationInput,
): Promise<Array<Registration & { base: string | null; adopted: string[] }>> {
  const { gitDir, trunk, rows, branchTips, landings, registrations, signal } = input;
  const byName = new Map(rows.map((row) => [row.name, row]));
  const tipOf = (name: string) => (name === trunk.name ? trunk.tip : (byName.get(name)?.tip ?? null));
  const asked = registrations.flatMap(({ branch, parent }) => [tipOf(branch), tipOf(parent), byName.get(branch)?.base]);
  const history = await loadHistory(
    gitDir,
    trunk.tip,
    asked.flatMap((id) => id ?? []),
    signal,
  );
  const graph = new Graph(rows, trunk.name);
  const holding = byBranch(landings.filter(({ isVoid }) => !isVoid));
  const below = landedBelow(rows, holding, graph);
  return registrations.map(({ branch, parent }) => {
    const row = byName.get(branch);
    const base = row
      ? baseOf(history, {
          tip: row.tip,
          parentTip: tipOf(parent),
          // What it stood on may have been merged into this parent: its commits are no more the branch's own than before.
          recorded: row.tracked && graph.effectiveParent(branch) === parent ? row.base : null,
          parentTips: branchTips.get(parent) ?? [],
          landed: new Set([...(below.get(parent) ?? []), ...(holding.get(branch) ?? []).map(({ upTo }) => upTo)]),
        })
      : null;
    // What it stood on is its own now: registering a branch on another parent moves nothing, and loses nothing.
    const adopted = row?.tracked && row.base && base ? history.ownCommits(row.base, [base, trunk.tip]) : [];
    return { branch, parent, base, adopted };
  });
}
