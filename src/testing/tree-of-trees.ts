import type { Remote } from '@/demo/remote';
import { git, gitText } from '@/git/process/run';

/**
 * Puts a branch on the remote whose tree has `10 ** depth` files in a handful of objects: each folder names the one
 * below ten times. Every file is another one than on any other such branch.
 */
export async function writeTreeOfTrees(remote: Remote, branch: string, parent: string, depth: number): Promise<void> {
  const gitDir = remote.dir;
  const write = (input: string, args: string[]) => git(args, { gitDir, input });
  let id = String((await write(branch, ['hash-object', '-w', '--stdin'])).stdout).trim();
  for (let level = 0; level < depth; level += 1) {
    const entry = level === 0 ? '100644 blob' : '040000 tree';
    const entries = Array.from({ length: 10 }, (_, i) => `${entry} ${id}\tf${i}\n`).join('');
    id = String((await write(entries, ['mktree'])).stdout).trim();
  }
  const identity = {
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@b',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@b',
  };
  const args = [
    'commit-tree',
    id,
    '-m',
    `${branch}: ten to the power of ${depth} files`,
    '-p',
    await remote.tip(parent),
  ];
  const commit = await gitText(args, { gitDir, env: identity });
  await git(['update-ref', `refs/heads/${branch}`, commit], { gitDir });
}
