import type { Commit } from '@/git/objects/commit';
import { listPicks, type Pick } from '@/git/objects/picks';
import { listCommits } from '@/git/objects/rev-list';
import type { GitOptions } from '@/git/process/run';

/** Reads a commit; reading it again costs nothing. */
export type CommitSource = (id: string) => Promise<Commit>;

/** `ChangedPaths.of`; asking again costs nothing. */
export type PathSource = (commit: string) => Promise<string>;

/**
 * Commits that the new parent of a branch has: at least all that the branch itself lacks. The branches
 * of a stack share what is below.
 */
export interface Stretch {
  commits: Set<string>;
  /** What they change, as `ChangedPaths` says it. */
  changes: Set<string>;
  below: Array<Stretch | null>;
}

/**
 * Selects the commits of a branch that a replay takes: what `listPicks` answers, without a process for each branch
 * where it is plain: the branch is a line without merges, and nothing that its new parent has changes just the same
 * paths as one of its commits, so none can be the same change. Everything else is asked of git.
 */
export class Selection {
  readonly #commit: CommitSource;
  readonly #paths: PathSource;
  readonly #options: GitOptions & { gitDir: string };
  readonly #over = new Map<string, Promise<Stretch>>();

  constructor(commit: CommitSource, paths: PathSource, options: GitOptions & { gitDir: string }) {
    this.#commit = commit;
    this.#paths = paths;
    this.#options = options;
  }

  /** What `tip`, a commit of the clone, has over `base`. */
  over(tip: string, base: string): Promise<Stretch> {
    const key = `${tip} ${base}`;
    const known = this.#over.get(key);
    if (known) return known;
    const { gitDir, signal } = this.#options;
    const listed = listCommits(gitDir, [tip], [base], signal);
    const stretch = listed.then(({ commits }) =>
      this.stretch(
        commits.map(({ id }) => id),
        [],
      ),
    );
    this.#over.set(key, stretch);
    return stretch;
  }

  async stretch(commits: string[], below: Stretch['below']): Promise<Stretch> {
    const changes = await Promise.all(commits.map((id) => this.#paths(id)));
    return { commits: new Set(commits), changes: new Set(changes.filter(Boolean)), below };
  }

  /** @param below what `onto` has, as far as the branch may lack it. */
  async picks(onto: string, tip: string, base: string, below: Stretch['below']): Promise<Pick[]> {
    const line = await this.#line(tip, base);
    const plain = line && !below.some((stretch) => meets(line, stretch));
    return plain ? line.map(({ pick }) => pick) : listPicks(onto, tip, base, this.#options);
  }

  /** The commits from `base` to `tip`, oldest first, with what they change; null unless they are one line without merges. */
  async #line(tip: string, base: string): Promise<Line[] | null> {
    const line: Array<Promise<Line>> = [];
    for (let at = tip; at !== base; ) {
      const { parents } = await this.#commit(at);
      const [parent] = parents;
      if (parents.length !== 1 || !parent) return null;
      const pick = { commit: at, merge: false, below: false };
      line.unshift(this.#paths(at).then((change) => ({ pick, change })));
      at = parent;
    }
    return Promise.all(line);
  }
}

interface Line {
  pick: Pick;
  change: string;
}

/** Whether the stretch, or one below it, has a commit of the line or one that may be the same change. */
function meets(line: Line[], stretch: Stretch | null): boolean {
  if (!stretch) return false;
  const { commits, changes, below } = stretch;
  return (
    line.some(({ pick, change }) => commits.has(pick.commit) || changes.has(change)) ||
    below.some((next) => meets(line, next))
  );
}
