import { isKept, type KeptBranch } from './kept';

/** What the stack's shape depends on. Branch rows are of this kind. */
export interface GraphBranch {
  name: string;
  /** The branch below; null while untracked. */
  parent: string | null;
  tracked: boolean;
  merged: boolean;
  gone: boolean;
}

/**
 * The stacks of a repo: trees of tracked branches on trunk. Trunk itself is no branch here. Rows that make no sense
 * (a parent that is not there, parents in a circle) do no harm: such branches hang in the air, and every walk ends.
 */
export class Graph<Branch extends GraphBranch = GraphBranch> {
  readonly trunk: string;
  readonly #branches: Map<string, Branch>;
  readonly #children = new Map<string, Branch[]>();

  constructor(rows: Iterable<Branch>, trunk: string) {
    this.trunk = trunk;
    this.#branches = new Map([...rows].filter((row) => row.name !== trunk).map((row) => [row.name, row]));
    const byName = [...this.#branches.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const branch of byName) {
      if (!branch.tracked || branch.parent === null) continue;
      const siblings = this.#children.get(branch.parent);
      if (siblings) siblings.push(branch);
      else this.#children.set(branch.parent, [branch]);
    }
  }

  get(name: string): Branch | undefined {
    return this.#branches.get(name);
  }

  /** The tracked branches that stand directly on this one (or on trunk), by name. */
  childrenOf(name: string): Branch[] {
    return this.#children.get(name) ?? [];
  }

  /** The branch and all tracked branches above it, parents before children. For trunk: all above trunk. */
  subtree(name: string): Branch[] {
    const start = this.get(name);
    const found = new Set(start ? [start] : this.childrenOf(name));
    // The set grows while it is walked: a branch that is found twice (a circle) is not walked again.
    for (const branch of found) for (const child of this.childrenOf(branch.name)) found.add(child);
    return [...found];
  }

  /** All tracked branches, parents before children; those that do not reach trunk come last. */
  bottomUp(): Branch[] {
    const found = new Set(this.subtree(this.trunk));
    const tracked = [...this.#branches.values()].filter((branch) => branch.tracked);
    const inTheAir = tracked.filter((branch) => !found.has(branch));
    const names = new Set<string | null>(inTheAir.map(({ name }) => name));
    const isBottom = (branch: Branch) => !names.has(branch.parent);
    for (const bottom of [...inTheAir.filter(isBottom), ...inTheAir]) {
      // Once it is found, all above it is too: to walk it again would take a walk a branch.
      if (found.has(bottom)) continue;
      for (const branch of this.subtree(bottom.name)) found.add(branch);
    }
    return [...found];
  }

  /** Whether `name` stands, over any number of branches, on `below`. A branch is not above itself; all are above trunk. */
  isAbove(name: string, below: string): boolean {
    for (const other of this.#below(name)) if (other === below) return true;
    return false;
  }

  /** Whether `branch` could no longer reach trunk if it stood on `parent`. */
  wouldCycle(branch: string, parent: string): boolean {
    return branch === parent || this.isAbove(parent, branch);
  }

  /**
   * What the branch is to stand on: its parent, or, where that is merged, what the merged one stood on, and so on.
   * It may be gone, untracked or missing; trunk where no parent is known or parents run in a circle.
   */
  effectiveParent(name: string): string {
    for (const below of this.#below(name)) if (!this.get(below)?.merged) return below;
    return this.trunk;
  }

  /** The merged branches between the branch and its effective parent, nearest first. */
  mergedBelow(name: string): Branch[] {
    const merged: Branch[] = [];
    for (const below of this.#below(name)) {
      const branch = this.get(below);
      if (!branch?.merged) break;
      merged.push(branch);
    }
    return merged;
  }

  /** The names below, nearest first, until trunk, a missing branch, or one that was already met. */
  *#below(name: string): Generator<string> {
    const met = new Set<string>();
    for (let at = this.get(name)?.parent; at && at !== name && !met.has(at); at = this.get(at)?.parent) {
      met.add(at);
      yield at;
    }
  }
}

/**
 * The bottom of the stack that a branch is in: the lowest that one comes to by `below`, which says what a branch stands on,
 * and of a bottom nothing. In a circle all have the same one. To ask of all branches takes one walk over each.
 */
export function bottoms(below: (name: string) => string | undefined): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    const met = new Set<string>();
    let at = name;
    while (!known.has(at)) {
      met.add(at);
      const next = below(at);
      if (next === undefined || met.has(next)) break;
      at = next;
    }
    const bottom = known.get(at) ?? at;
    for (const each of met) known.set(each, bottom);
    return bottom;
  };
}

/** The lowest branch that a Restack moves of the stack which a branch is in. */
export function stackBottoms(graph: Graph<GraphBranch & KeptBranch>): (name: string) => string {
  return bottoms((name) => {
    const below = graph.get(graph.effectiveParent(name));
    return below?.tracked && !below.merged && !below.gone && !isKept(below) ? below.name : undefined;
  });
}
