import { type GitOptions, git } from './run';

/** How a command that talks to a remote is bounded. */
export type RemoteOptions = Pick<GitOptions, 'signal' | 'timeoutMs' | 'record'>;

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
