import { oneLine } from '@/text/foreign';
import { MAX_COMMITS, tooLarge } from '../process/bounds';
import { gitRecords, gitText } from '../process/run';

/** A commit of a listed history. `time` is the committer's, in Unix seconds. */
export interface ListedCommit {
  id: string;
  parents: string[];
  time: number;
}

/**
 * Lists what `from` reaches and `without` does not, children before parents, and the `boundary`: those commits
 * that were left out although a listed commit has them as a parent. Ids that do not exist are passed over
 * (in `from` and `without` alike). Exact whatever the dates are where the clone has a commit graph (`clone/maintenance.ts`).
 * @throws GitError, `too_large` where there are more than `MAX_COMMITS`
 */
export async function listCommits(
  gitDir: string,
  from: Iterable<string>,
  without: Iterable<string>,
  signal?: AbortSignal,
  env: Record<string, string> = {},
): Promise<{ commits: ListedCommit[]; boundary: ListedCommit[] }> {
  // git 2.39 takes no `--not` from standard input, so each excluded commit carries a `^`.
  const input = [...from, ...[...without].map((id) => `^${id}`)].map((line) => `${line}\n`).join('');
  const args = ['rev-list', '--topo-order', '--parents', '--boundary', '--timestamp', '--ignore-missing', '--stdin'];
  const commits: ListedCommit[] = [];
  const boundary: ListedCommit[] = [];
  // `TIME ID PARENT…`, a boundary commit's id with `-` before it.
  await gitRecords(args, { gitDir, env, input, signal, encoding: 'latin1' }, (line) => {
    const [time, id, ...parents] = line.split(' ');
    if (!id) return;
    if (commits.length === MAX_COMMITS)
      throw tooLarge(`branches that differ by more than ${MAX_COMMITS} commits`, args);
    if (id.startsWith('-')) boundary.push({ id: id.slice(1), parents, time: Number(time) });
    else commits.push({ id, parents, time: Number(time) });
  });
  return { commits, boundary };
}

/**
 * The newest `count` commits that `tip` reaches, newest first: by first parents alone where `isLine`.
 * @throws GitError
 */
export async function newestCommits(
  gitDir: string,
  tip: string,
  { count, isLine = false }: { count: number; isLine?: boolean },
  signal?: AbortSignal,
): Promise<string[]> {
  const how = isLine ? ['--first-parent'] : [];
  const text = await gitText(['rev-list', `--max-count=${count}`, ...how, tip, '--'], { gitDir, signal });
  return text.split('\n').filter(Boolean);
}

/**
 * Those of the given commits that the repository has.
 * @throws GitError
 */
export async function existingCommits(
  gitDir: string,
  ids: Iterable<string>,
  signal?: AbortSignal,
): Promise<Array<Pick<ListedCommit, 'id' | 'time'>>> {
  const input = [...ids].map((id) => `${id}\n`).join('');
  if (!input) return [];
  const args = ['rev-list', '--no-walk', '--timestamp', '--ignore-missing', '--stdin'];
  const found: Array<Pick<ListedCommit, 'id' | 'time'>> = [];
  await gitRecords(args, { gitDir, input, signal, encoding: 'latin1' }, (line) => {
    const [time = '', id = ''] = line.split(' ');
    if (id) found.push({ id, time: Number(time) });
  });
  return found;
}

/**
 * Whether a push of this commit brings the object: the commit reaches it and no branch of the remote does.
 * @throws GitError
 */
export async function brings(gitDir: string, commit: string, object: string, signal?: AbortSignal): Promise<boolean> {
  let found = false;
  const args = ['rev-list', '--topo-order', '--objects', '--no-object-names', commit, '--not', '--remotes'];
  await gitRecords(args, { gitDir, signal, encoding: 'latin1' }, (id) => {
    found ||= id === object;
  });
  return found;
}

/**
 * A commit as people know it: its short id and its subject.
 * @throws GitError when it is not there
 */
export async function titleOf(gitDir: string, commit: string, signal?: AbortSignal): Promise<string> {
  const [id = '', subject = ''] = (
    await gitText(['log', '-1', '--encoding=UTF-8', '--format=%h%x00%s', commit, '--'], { gitDir, signal })
  ).split('\0');
  return `${id} “${oneLine(subject, 100)}”`;
}
