import { formatCommit } from '../objects/commit';
import type { Quarantine } from '../objects/objects';
import { takePack } from '../objects/pack';
import { type GitOptions, git, gitText } from '../process/run';

/** What is kept alive, and by what. */
export interface Keep {
  ref: string;
  commits: string[];
  /** `Name <email> seconds zone`; the same input, taken the same way, gives the same commit. */
  committer: string;
}

/**
 * Points a ref at a commit that has all `commits` as parents, so that no gc takes any of them while the ref lives.
 * @throws GitError when one of them is not in the repository.
 */
export async function keepCommits(
  gitDir: string,
  { ref, commits, committer }: Keep,
  signal?: AbortSignal,
): Promise<void> {
  const [first, ...others] = new Set(commits);
  const message = messageOf(ref);
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

/**
 * The same of commits some of which are in a quarantine: all that is there goes to the clone, and with it the commit
 * that keeps them.
 * @param present commits that the clone has with all their history
 * @throws GitError when the clone would not hold everything that they need.
 */
export async function takeAndKeep(
  quarantine: Quarantine,
  { ref, commits, committer }: Keep,
  present: string[],
  signal?: AbortSignal,
): Promise<void> {
  const tree = quarantine.hold('tree', Buffer.alloc(0));
  const author = Buffer.from(committer, 'utf8').toString('latin1');
  const parts = { tree, parents: [...new Set(commits)], author, encoding: null, message: messageOf(ref) };
  const commit = quarantine.hold('commit', formatCommit(parts, committer));
  await takePack(quarantine, [commit], present, signal);
  await git(['update-ref', ref, commit], { gitDir: quarantine.gitDir, signal });
}

const messageOf = (ref: string) => `Keeps ${ref}\n`;

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
