import { type GitOptions, git } from '../process/run';

/** A commit of a branch, in the order in which a replay takes them. */
export interface Pick {
  commit: string;
  /** More than one parent: a replay flattens it. */
  merge: boolean;
}

/**
 * The commits in the history of `tip` and of none of `below`, oldest first, ordered as `git rebase` does it.
 * @throws GitError when a commit does not exist.
 */
export async function listPicks(tip: string, below: string[], options: GitOptions): Promise<Pick[]> {
  const args = ['rev-list', '--reverse', '--topo-order', '--parents', tip, ...below.map((id) => `^${id}`), '--'];
  const { stdout } = await git(args, options);
  return stdout
    .toString('latin1')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [commit = '', ...parents] = line.split(' ');
      return { commit, merge: parents.length > 1 };
    });
}

/**
 * Whether `git rebase` would leave out a commit of `tip` because `below` has one with the same patch id. That is a
 * hint, and no proof, that its change is there: white space and place are not in a patch id, and it may have been
 * taken back since.
 * @throws GitError when a commit does not exist.
 */
export async function hasEqualPatch(tip: string, below: string, options: GitOptions): Promise<boolean> {
  const args = ['rev-list', '--cherry-mark', '--right-only', '--no-merges', `${below}...${tip}`, '--'];
  const { stdout } = await git(args, options);
  return /^=/m.test(stdout.toString('latin1'));
}
