import { treesOf } from '@/git/objects/cat-file';
import { mergeTrees } from '@/git/objects/merge-tree';
import { listCommits, newestCommits } from '@/git/objects/rev-list';
import { type Answer, whereLanded } from '@/stack/landing-evidence';

/** How many commits of trunk are looked at, newest first. */
const LOOKED_AT = 40;

/**
 * The commit of trunk that brought the change of each of these, by the rule of `stack/landing-evidence.ts`: replaying it changes
 * nothing at trunk's tip, and did so below that commit. Those of which trunk has nothing, or has had it for longer, have
 * no answer. None of them may be in trunk.
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
  const line = await newestCommits(gitDir, trunkTip, { count: LOOKED_AT, isLine: true }, signal);
  const trees = await treesOf(line, { gitDir, signal });
  const replay = async (some: typeof open, onto: number[]): Promise<Answer[][]> => {
    const pairs = some.flatMap(({ id, parent }) =>
      onto.map((i) => ({ ours: line[i] ?? '', theirs: id, base: { commit: parent, oursTree: trees[i] ?? '' } })),
    );
    const outcomes = await mergeTrees(gitDir, pairs, signal);
    return some.map((_, n) =>
      onto.map((i, k) => {
        const outcome = outcomes[n * onto.length + k];
        if (!outcome?.clean) return 'conflict';
        return outcome.tree === trees[i] ? 'nothing' : 'change';
      }),
    );
  };
  const atTip = await replay(open, [0]);
  const there = open.filter((_, n) => atTip[n]?.[0] === 'nothing');
  const answers = await replay(there, [...line.keys()]);
  return new Map(
    there.flatMap(({ id }, n) => {
      const landed = whereLanded(answers[n] ?? []);
      return landed?.wasOpen ? [[id, line[landed.oldest] ?? trunkTip]] : [];
    }),
  );
}
