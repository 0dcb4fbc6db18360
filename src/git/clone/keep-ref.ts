import { type GitOptions, git, gitText } from '../process/run';

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

const KEEP = 'refs/spicerack/keep/';

/** Under which the commits of a job are kept alive, for its undo. */
export function keepRef(jobId: string): string {
  return `${KEEP}${jobId}`;
}

/**
 * The jobs whose commits are kept alive in a clone.
 * @throws GitError
 */
export async function keptJobs(gitDir: string, signal?: AbortSignal): Promise<string[]> {
  const answer = await gitText(['for-each-ref', '--format=%(refname)', KEEP], { gitDir, signal });
  return answer.split('\n').flatMap((ref) => (ref ? [ref.slice(KEEP.length)] : []));
}

/**
 * Lets go of what was kept for these jobs.
 * @throws GitError
 */
export async function releaseCommits(
  gitDir: string,
  jobIds: string[],
  options: Pick<GitOptions, 'signal' | 'record'> = {},
): Promise<void> {
  const input = jobIds.map((id) => `delete ${keepRef(id)}\n`).join('');
  await git(['update-ref', '--stdin'], { ...options, gitDir, input });
}
