import { GitError } from '../process/error';
import { type GitOptions, git } from '../process/run';

/** How a command that talks to a remote is bounded. */
export type RemoteOptions = Pick<GitOptions, 'signal' | 'timeoutMs' | 'record' | 'env' | 'settings'>;

/**
 * Brings the remote's branches into the clone: `refs/remotes/origin/*` is then what the remote had, deleted
 * branches included. No tags, no FETCH_HEAD, no maintenance.
 * @throws GitError
 */
export async function fetchRemote(gitDir: string, options: RemoteOptions = {}): Promise<void> {
  await git(
    [
      'fetch',
      '--prune',
      '--no-prune-tags',
      '--no-tags',
      '--no-write-fetch-head',
      '--no-auto-maintenance',
      '--no-recurse-submodules',
      '--no-progress',
      '--quiet',
      'origin',
    ],
    { ...options, gitDir },
  );
}

/**
 * Asks the remote for commits by id. Many remotes keep (and give out) commits that no branch holds any more,
 * for a while; those that refuse just do not bring them, so look afterwards what is there.
 * @throws GitError when the remote cannot be reached
 */
export async function fetchCommits(gitDir: string, commits: string[], options: RemoteOptions = {}): Promise<void> {
  const quiet = ['--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--no-recurse-submodules', '--quiet'];
  try {
    await git(['fetch', ...quiet, 'origin', ...commits], { ...options, gitDir });
  } catch (error) {
    // "not our ref", "no such remote ref": it has answered, and does not have them or does not give them.
    if (error instanceof GitError && (error.kind === 'failed' || error.kind === 'refused')) return;
    throw error;
  }
}
