import { git } from './run';

/**
 * Points `ref` at a commit that has all `commits` as parents, so that no gc takes any of them while the ref lives.
 * @param committer `Name <email> seconds zone`; the same input gives the same commit.
 * @throws GitError when one of them is not in the repository.
 */
export async function keepCommits(
  gitDir: string,
  ref: string,
  commits: string[],
  committer: string,
  signal?: AbortSignal,
): Promise<void> {
  const [first, ...others] = new Set(commits);
  const message = `Keeps ${ref}\n`;
  const input = [
    `commit ${ref}`,
    `committer ${committer}`,
    `data ${Buffer.byteLength(message)}`,
    message,
    `from ${first}`,
    ...others.map((commit) => `merge ${commit}`),
    '',
  ].join('\n');
  // Commit and ref in one process; `--force`, for a plan made anew keeps other commits under the same ref.
  await git(['fast-import', '--quiet', '--force'], { gitDir, input: `${input}\n`, signal });
}
