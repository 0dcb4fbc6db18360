import type { ChangedCommit } from '@/model/changes';
import { ObjectReader } from '../objects/cat-file';
import { bodyOf, identityOf, parseCommit, subjectOf } from '../objects/commit';
import { diffStats } from '../objects/diff-tree';
import { gitRecords, gitText } from '../process/run';

/**
 * The commits of `to` that `from` has not, newest first: the first `most` of them, and how many there are.
 * @param from null where all of the history is wanted
 * @throws GitError when a commit does not exist, or has a message that is too long to be read
 */
export async function commitsBetween(
  gitDir: string,
  from: string | null,
  to: string,
  most: number,
  signal?: AbortSignal,
): Promise<{ commits: ChangedCommit[]; commitCount: number }> {
  const range = [to, ...(from === null ? [] : [`^${from}`])];
  const ids: string[] = [];
  const args = ['rev-list', '--topo-order', `--max-count=${most + 1}`, ...range];
  await gitRecords(args, { gitDir, signal, encoding: 'latin1' }, (id) => ids.push(id));
  const commitCount =
    ids.length <= most ? ids.length : Number(await gitText(['rev-list', '--count', ...range], { gitDir, signal }));
  const commits = await readCommits(gitDir, ids.slice(0, most), signal);
  await addSizes(gitDir, commits, signal);
  return { commits, commitCount };
}

/**
 * Commits by their ids, in that order, without their sizes.
 * @throws GitError when one does not exist, or has a message that is too long to be read
 */
export async function readCommits(gitDir: string, ids: string[], signal?: AbortSignal): Promise<ChangedCommit[]> {
  if (ids.length === 0) return [];
  const reader = new ObjectReader({ gitDir, signal });
  const commits: ChangedCommit[] = [];
  try {
    for (const id of ids) {
      const commit = parseCommit((await reader.read(id)).content);
      commits.push({
        id,
        parents: commit.parents,
        subject: subjectOf(commit),
        body: bodyOf(commit),
        author: identityOf(commit.author, commit.encoding),
        committer: identityOf(commit.committer, commit.encoding),
        signed: commit.signed,
        size: null,
      });
    }
  } finally {
    await reader.close();
  }
  return commits;
}

async function addSizes(gitDir: string, commits: ChangedCommit[], signal?: AbortSignal): Promise<void> {
  const children = commits.filter(({ parents }) => parents.length > 0);
  const pairs = children.map(({ id, parents }) => ({ from: parents[0] ?? '', to: id }));
  for (const [at, size] of (await diffStats(gitDir, pairs, signal)).entries()) {
    const commit = children[at];
    if (commit) commit.size = size;
  }
}
