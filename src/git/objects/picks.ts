import { type GitOptions, git } from '../process/run';

/** A commit of a branch, in the order in which a replay takes them. */
export interface Pick {
  commit: string;
  /** More than one parent: a replay flattens it. */
  merge: boolean;
  /** A commit of the same change (the same patch id) is already below. */
  below: boolean;
}

/**
 * The commits of `tip` that a replay onto `onto` takes, oldest first: those in the history of neither `onto` nor
 * `base`, ordered and marked as `git rebase` does it. An empty commit counts as `below` when another empty one is.
 */
export async function listPicks(onto: string, tip: string, base: string, options: GitOptions): Promise<Pick[]> {
  const { stdout } = await git(
    [
      'rev-list',
      '--reverse',
      '--topo-order',
      '--cherry-mark',
      '--right-only',
      '--parents',
      `${onto}...${tip}`,
      `^${base}`,
      '--',
    ],
    options,
  );
  return stdout
    .toString('latin1')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [commit = '', ...parents] = line.slice(1).split(' ');
      return { commit, merge: parents.length > 1, below: line.startsWith('=') };
    });
}
