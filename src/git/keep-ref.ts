import { formatCommit } from './commit';
import { git, gitText } from './run';

/**
 * Points `ref` at a commit that has all `commits` as parents, so that no gc takes any of them while the ref lives.
 * @param committer `Name <email> seconds zone`; the same input gives the same commit.
 */
export async function keepCommits(
  gitDir: string,
  ref: string,
  commits: string[],
  committer: string,
  signal?: AbortSignal,
): Promise<void> {
  const parents = [...new Set(commits)];
  const tree = await gitText(['rev-parse', '--verify', `${parents[0]}^{tree}`], { gitDir, signal });
  const author = Buffer.from(committer, 'utf8').toString('latin1');
  const commit = formatCommit({ tree, parents, author, encoding: null, message: `Keeps ${ref}\n` }, committer);
  const id = await gitText(['hash-object', '-t', 'commit', '-w', '--stdin'], { gitDir, input: commit, signal });
  await git(['update-ref', ref, id], { gitDir, signal });
}
