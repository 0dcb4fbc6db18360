import type { Commit } from '@/git/objects/commit';
import type { Pick } from '@/git/objects/picks';
import type { History } from '@/stack/history';
import type { PlanBranch, PlanRequest } from '../engine';

/** Reads a commit; reading it again costs nothing. */
export type CommitSource = (id: string) => Promise<Commit>;

/** `listPicks`, by a process of its own. */
type PickSource = (tip: string, below: string[]) => Promise<Pick[]>;

/** `ChangedPaths.of`; asking again costs nothing. */
export type PathSource = (commit: string) => Promise<string>;

/**
 * Selects the commits of a branch that a replay takes, its own: what `listPicks` answers, without a process for each
 * branch where it is a line without merges. None is left out because something below it looks the same: only its replay
 * tells.
 */
export class Selection {
  readonly #commit: CommitSource;
  readonly #aboveTrunk: () => Promise<History>;
  readonly #trunk: string;
  readonly #list: PickSource;

  /** @param aboveTrunk all that branches have and the trunk, at `trunk`, has not; asking again costs nothing. */
  constructor(commit: CommitSource, aboveTrunk: () => Promise<History>, trunk: string, list: PickSource) {
    this.#commit = commit;
    this.#aboveTrunk = aboveTrunk;
    this.#trunk = trunk;
    this.#list = list;
  }

  /** @param below tips of branches: what they have is not the branch's own, as what trunk has is not. */
  async picks(tip: string, base: string, below: string[]): Promise<Pick[]> {
    const history = await this.#aboveTrunk();
    const line = await this.#line(tip, base);
    const oldest = line?.[0];
    if (line && (!oldest || (history.has(oldest) && !below.some((other) => history.isAncestor(oldest, other))))) {
      return line.map((commit) => ({ commit, merge: false }));
    }
    return this.#list(tip, [base, this.#trunk, ...below]);
  }

  /** The commits from `base` to `tip`, oldest first; null unless they are one line without merges. */
  async #line(tip: string, base: string): Promise<string[] | null> {
    const line: string[] = [];
    for (let at = tip; at !== base; ) {
      const { parents } = await this.#commit(at);
      const [parent] = parents;
      if (parents.length !== 1 || !parent) return null;
      line.push(at);
      at = parent;
    }
    return line.reverse();
  }
}

/** The tips, in the clone, of what the branch stands on and is to stand on, trunk aside. */
export function othersBelow(request: PlanRequest, branch: PlanBranch, onto: string): string[] {
  const parent = request.branches.find(({ name }) => name === branch.parent)?.tip;
  return [...new Set([parent ?? onto, onto])].filter((tip) => tip !== request.trunk.tip && tip !== branch.base);
}
