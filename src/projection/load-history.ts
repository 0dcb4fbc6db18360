import { LRUCache } from 'lru-cache';
import { cloneAge } from '@/git/clone/maintenance';
import { commonAncestors } from '@/git/objects/merge-base';
import { existingCommits, listCommits } from '@/git/objects/rev-list';
import { isShallow } from '@/git/remote/fetch';
import { CommitGraph } from '@/stack/commit-graph';
import { History } from '@/stack/history';

/**
 * So many commits of trunks are kept in memory, those used last: about a tenth of a kilobyte each. A longer trunk is kept
 * alone, for as long as no other is looked at.
 */
const MOST_KEPT = 300_000;

const shared = globalThis as typeof globalThis & { __spicerackTrunks?: LRUCache<string, CommitGraph> };

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
  return new History(await CommitGraph.inTurns(above.commits, await trunkAbove(gitDir, trunkTip, floor, signal)));
}

/**
 * What trunk has above the floor, and the floor. Most looks at a repo ask for the same, and where a branch was left
 * behind that is all of a long history: the commits of the last ones are kept. In a shallow clone commits may get
 * parents that they lacked.
 */
async function trunkAbove(
  gitDir: string,
  trunkTip: string,
  floor: string[],
  signal: AbortSignal | undefined,
): Promise<CommitGraph> {
  if (isShallow(gitDir)) return readTrunk(gitDir, trunkTip, floor, signal);
  shared.__spicerackTrunks ??= new LRUCache({
    maxSize: MOST_KEPT,
    sizeCalculation: ({ length }) => Math.min(Math.max(length, 1), MOST_KEPT),
  });
  const kept = shared.__spicerackTrunks;
  const key = [gitDir, await cloneAge(gitDir), trunkTip, ...floor].join('\n');
  const trunk = kept.get(key) ?? (await readTrunk(gitDir, trunkTip, floor, signal));
  // It may have become one meanwhile.
  if (!isShallow(gitDir)) kept.set(key, trunk);
  return trunk;
}

async function readTrunk(
  gitDir: string,
  trunkTip: string,
  floor: string[],
  signal: AbortSignal | undefined,
): Promise<CommitGraph> {
  const trunk = await listCommits(gitDir, [trunkTip], floor, signal);
  return CommitGraph.inTurns([...trunk.commits, ...floor.map((id) => ({ id, parents: [] }))]);
}
