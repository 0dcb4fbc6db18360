import { treesOf } from '@/git/objects/cat-file';
import { listCommits, newestCommits } from '@/git/objects/rev-list';
import { mergeTrees } from '@/git/trees/merge-trees';
import { inTurn, replaysOn, TRIED, whereLanded } from '@/stack/landing-evidence';

/**
 * The commit of trunk that brought the change of each of these, by the rule of `stack/landing-evidence.ts`: replaying it
 * changes nothing at trunk's tip, and changed something below that commit. Those of which trunk has nothing, or has had
 * it for longer, have no answer. None of them may be in trunk.
 * @throws GitError
 */
export async function broughtToTrunk(
  gitDir: string,
  trunkTip: string,
  commits: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  if (commits.size === 0) return new Map();
  const listed = await listCommits(gitDir, commits, [trunkTip], signal);
  const open = listed.commits.flatMap(({ id, parents: [parent] }) =>
    commits.has(id) && parent ? [{ id, parent }] : [],
  );
  const line = await newestCommits(gitDir, trunkTip, { count: TRIED, isLine: true }, signal);
  const replay = await replaysOn(line, {
    merges: (pairs) => mergeTrees(gitDir, pairs, { signal }),
    trees: (of) => treesOf(of, { gitDir, signal }),
  });
  const atTip = await replay(open.map(({ id, parent }) => ({ base: parent, tip: id, onto: trunkTip })));
  const there = open.filter((_, i) => atTip[i] === 'nothing');
  const walks = await replay(there.flatMap(({ id, parent }) => line.map((onto) => ({ base: parent, tip: id, onto }))));
  const takeWalk = inTurn(walks);
  return new Map(
    there.flatMap(({ id }) => {
      const landed = whereLanded(takeWalk(line.length));
      return landed?.wasOpen ? [[id, line[landed.oldest] ?? trunkTip]] : [];
    }),
  );
}
