import { ObjectReader } from '../objects/cat-file';
import { type BatchPair, type MergeOutcome, mergeByGit } from '../objects/merge-tree';
import { idOfObject } from '../objects/objects';
import { TreeMerger, type TreeStore } from './tree-merge';

/** As many pairs are looked at at once. */
const AT_ONCE = 50;
/** Bytes of trees and commits that are read before the rest is left to git. */
const MAX_READ = 64 * 1024 * 1024;

export interface MergeOptions {
  signal?: AbortSignal | undefined;
  /** The trees of commits, as far as they are known. */
  trees?: ReadonlyMap<string, string>;
}

/**
 * Merges pairs of commits, and reads what is read for that once.
 */
export interface TreeMerges {
  /**
   * Merges pairs of commits and answers in their order. Nothing is written to the repository; the trees are good for
   * comparing by id and gone afterwards. `.gitattributes` of the trees do not apply. Where it is known what a pair stands
   * on and no entry was changed by both sides, no merge is asked of git (decision 0119); all others are one process.
   * @throws GitError when a commit does not exist.
   */
  merge(pairs: BatchPair[]): Promise<MergeOutcome[]>;
  /** Ends what reads. Safe to call more than once. */
  close(): Promise<void>;
}

/** `TreeMerges.merge`, once. */
export async function mergeTrees(
  gitDir: string,
  pairs: BatchPair[],
  options: MergeOptions = {},
): Promise<MergeOutcome[]> {
  const merges = treeMerges(gitDir, options);
  try {
    return await merges.merge(pairs);
  } finally {
    await merges.close();
  }
}

export function treeMerges(gitDir: string, { signal, trees }: MergeOptions = {}): TreeMerges {
  let read = 0;
  const reader = new ObjectReader({ gitDir, signal });
  const counting = {
    async read(id: string) {
      const object = await reader.read(id);
      read += object.content.length;
      return object;
    },
  };
  const treeOf = async (commit: string) =>
    trees?.get(commit) ?? treeIn((await counting.read(commit)).content, commit.length);
  let merger: TreeMerger | undefined;
  const apart = async ({ ours, theirs, base, onlyBase }: BatchPair): Promise<MergeOutcome | null> => {
    const from = base?.commit ?? onlyBase;
    if (from === undefined || read > MAX_READ) return null;
    merger ??= new TreeMerger(unheld(ours.length), counting);
    const [before, after] = await Promise.all([treeOf(from), treeOf(theirs)]);
    const change = await merger.change(before, after);
    const tree = change && (await merger.merge(change, base?.oursTree ?? (await treeOf(ours))));
    return tree === null ? null : { clean: true, tree };
  };
  return {
    async merge(pairs) {
      const outcomes: Array<MergeOutcome | null> = [];
      for (let at = 0; at < pairs.length; at += AT_ONCE) {
        outcomes.push(...(await Promise.all(pairs.slice(at, at + AT_ONCE).map(apart))));
      }
      const open = pairs.filter((_, i) => !outcomes[i]);
      const byGit = (await mergeByGit(gitDir, open, signal)).values();
      return outcomes.flatMap((outcome) => outcome ?? byGit.next().value ?? []);
    },
    close: () => reader.close(),
  };
}

/** The first line of a commit is `tree ID`. */
function treeIn(commit: Buffer, idLength: number): string {
  return commit.toString('latin1', 'tree '.length, 'tree '.length + idLength);
}

/** Knows merged trees by their ids alone. */
function unheld(idLength: number): TreeStore {
  return { held: new Map(), hold: (type, content) => idOfObject(type, content, idLength) };
}
