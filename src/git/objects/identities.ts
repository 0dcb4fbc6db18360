import { git } from '../process/run';

/** By what people know a commit, and git a commit that was made of another one: amending and rebasing keep the author's line. */
export interface CommitIdentity {
  subject: string;
  /** Name, address and date of the author, as one string to compare. */
  author: string;
}

/**
 * The identities of these commits, by id, from one process.
 * @throws GitError when a commit does not exist.
 */
export async function commitIdentities(
  gitDir: string,
  commits: Iterable<string>,
  signal?: AbortSignal,
): Promise<Map<string, CommitIdentity>> {
  const input = [...new Set(commits)].map((id) => `${id}\n`).join('');
  if (!input) return new Map();
  const args = ['log', '--no-walk=unsorted', '--stdin', '--format=%H%x00%an <%ae> %at%x00%s'];
  const { stdout } = await git(args, { gitDir, input, signal });
  return new Map(
    stdout
      .toString('utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [id = '', author = '', subject = ''] = line.split('\0');
        return [id, { author, subject }];
      }),
  );
}
