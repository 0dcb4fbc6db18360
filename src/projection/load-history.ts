import { commonAncestors } from '@/git/objects/merge-base';
import { existingCommits, listCommits } from '@/git/objects/rev-list';
import { History } from '@/stack/history';

/**
 * Reads the commit graph that questions about `commits` and trunk need, with four git processes at most however
 * many commits are given. It reaches down to the newest common ancestor of trunk and all of them, so years of
 * history below cost nothing. Commits that do not exist are passed over: `History.has` says so.
 * @throws GitError
 */
export async function loadHistory(
  gitDir: string,
  trunkTip: string,
  commits: Iterable<string>,
  signal?: AbortSignal,
): Promise<History> {
  const asked = new Set(commits);
  asked.delete(trunkTip);
  // Above trunk, and where that leaves trunk.
  const above = await listCommits(gitDir, asked, [trunkTip], signal);
  for (const commit of above.commits) asked.delete(commit.id);
  const forks = new Map(above.boundary.map((commit) => [commit.id, commit.time]));
  for (const fork of forks.keys()) asked.delete(fork);
  // What is left is on trunk, or does not exist. A line that never touches trunk (gh-pages) has no fork.
  for (const commit of await existingCommits(gitDir, asked, signal)) forks.set(commit.id, commit.time);
  forks.delete(trunkTip);
  if (forks.size === 0) return new History([...above.commits, { id: trunkTip, parents: [] }]);

  const newestFirst = [...forks].sort(([, a], [, b]) => b - a).map(([id]) => id);
  const floor = await commonAncestors(gitDir, [trunkTip, ...newestFirst], signal);
  const trunk = await listCommits(gitDir, [trunkTip], floor, signal);
  const known = new Set([...above.commits, ...trunk.commits].map((commit) => commit.id));
  const bottom = floor.filter((id) => !known.has(id)).map((id) => ({ id, parents: [] }));
  return new History([...above.commits, ...trunk.commits, ...bottom]);
}
