import { git, gitRecords } from '../process/run';

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

/** A commit of a line of first parents, with what it stays where every commit of the line gets a new id. */
export interface LineCommit {
  id: string;
  /** Its tree, author and subject, as one string to compare. */
  state: string;
}

/** What one of two histories has, and the other has not. */
export interface Side {
  /** The line of first parents, newest first. */
  line: LineCommit[];
  /** Every commit, children before parents, with its parents. */
  parents: Map<string, string[]>;
}

/**
 * What two histories do not have in common, from one process.
 * @throws GitError when one of the two commits does not exist.
 */
export async function sidesOf(
  gitDir: string,
  [left, right]: [left: string, right: string],
  signal?: AbortSignal,
): Promise<[left: Side, right: Side]> {
  const sides: [Side, Side] = [
    { line: [], parents: new Map() },
    { line: [], parents: new Map() },
  ];
  const next = [left, right];
  const format = '--format=%m%H%x00%P%x00%T %an <%ae> %at %s';
  const args = ['log', '--topo-order', '--left-right', format, `${left}...${right}`, '--'];
  await gitRecords(args, { gitDir, signal }, (record) => {
    const [id = '', parents = '', state = ''] = record.slice(1).split('\0');
    const i = record.startsWith('<') ? 0 : 1;
    const above = parents.split(' ').filter(Boolean);
    sides[i].parents.set(id, above);
    if (next[i] !== id) return;
    sides[i].line.push({ id, state });
    next[i] = above[0] ?? '';
  });
  return sides;
}
