import { breather } from '@/breather';
import type { ObjectReader } from '@/git/objects/cat-file';
import { type Commit, formatCommit, subjectOf } from '@/git/objects/commit';
import type { Merger } from '@/git/objects/merge-tree';
import type { Quarantine } from '@/git/objects/objects';
import type { Pick } from '@/git/objects/picks';
import type { TreeChange, TreeMerger } from '@/git/trees/tree-merge';
import type { ConflictFile, Move } from '@/model/plan';
import type { Attributes } from './attributes';
import { readConflict } from './conflict';
import type { CommitSource, PathSource } from './selection';
import { stands } from './standing';

/** What became of a branch's commits. */
export interface Replayed {
  tip: string;
  rewritten: Move['rewritten'];
  dropped: Array<{ commit: string; subject: string }>;
  /** Merge commits that were flattened; where one has changed something itself, that is among `rewritten` or `dropped`. */
  merges: string[];
  /** Rewritten commits that were signed. */
  signed: string[];
}

/** The commit at which a replay cannot go on. */
export interface Conflict {
  commit: string;
  subject: string;
  files: ConflictFile[];
  /** The branch's merge commits that have changed something themselves: `git rebase` would leave that out. */
  merges: string[];
}

/** What a replay works with; all in the same quarantine. */
export interface Tools {
  commit: CommitSource;
  paths: PathSource;
  reader: ObjectReader;
  merger: Merger;
  attributes: Attributes;
  trees: TreeMerger;
  /** For git processes that read the quarantine. */
  options: { gitDir: string; env: Record<string, string>; signal: AbortSignal };
}

/** A commit to replay; for a merge commit a throw-away one, of what it has changed itself. */
interface Change {
  id: string;
  commit: Commit;
}

/** A merge by git that is in conflict: the throw-away commit that was merged into, and where its attributes are. */
interface Clash {
  clean: false;
  ours: string;
  folder: string;
}

/** So many commits of a branch are asked for before others have their turn. */
const READ_AT_ONCE = 200;

/** A branch's commits, read; nothing of it depends on where they go. */
export interface Prepared {
  picks: Pick[];
  commits: Commit[];
  /** By the picks that are merges: what they have changed themselves. */
  changes: ReadonlyMap<string, Change | null>;
  /** Of each pick, what it changes; null where git is to merge. */
  edits: Array<TreeChange | null>;
}

/**
 * Replays commits, one by one, as `git rebase` would, in a quarantine instead of a work tree; what a merge commit has
 * changed itself becomes a commit of its own, where `git rebase` leaves it out. A commit is dropped only
 * where replaying it leaves nothing, or where it conflicts and its change is proven to stand below; never because
 * something there looks the same.
 */
export class Replayer {
  readonly #quarantine: Quarantine;
  readonly #tools: Tools;
  readonly #committer: string;

  /** @param committer `Name <email> seconds zone` for every new commit. */
  constructor(quarantine: Quarantine, tools: Tools, committer: string) {
    this.#quarantine = quarantine;
    this.#tools = tools;
    this.#committer = committer;
  }

  /** Reads all that `replay` needs of the commits themselves, many at once. */
  async prepare(picks: Pick[]): Promise<Prepared> {
    const changes = await this.changesOfMerges(picks);
    const commits: Commit[] = [];
    const edits: Array<TreeChange | null> = [];
    const read = async ({ commit: id, merge }: Pick) => {
      const picked = await this.#tools.commit(id);
      const commit = merge ? changes.get(id)?.commit : picked;
      const edit = commit ? await this.#tools.trees.change(await this.#parentTree(commit), commit.tree) : null;
      return { picked, edit };
    };
    const breathe = breather();
    for (let at = 0; at < picks.length; at += READ_AT_ONCE) {
      await breathe();
      for (const { picked, edit } of await Promise.all(picks.slice(at, at + READ_AT_ONCE).map(read))) {
        commits.push(picked);
        edits.push(edit);
      }
    }
    return { picks, commits, changes, edits };
  }

  /** Replays commits onto the commit `onto`; `name` is the branch there, for the labels of a conflict. */
  async replay(prepared: Prepared, onto: string, name: string): Promise<Replayed | Conflict> {
    const { picks, commits, changes, edits } = prepared;
    const done: Replayed = { tip: onto, rewritten: [], dropped: [], merges: [], signed: [] };
    let tree = (await this.#tools.commit(onto)).tree;
    // All is in memory by now: nothing else would have its turn until the last one of very many commits.
    const breathe = breather();
    for (const [i, picked] of commits.entries()) {
      await breathe();
      const { commit: id = '', merge } = picks[i] ?? {};
      const conflict = (files: ConflictFile[]): Conflict => {
        return { commit: id, subject: subjectOf(picked), files, merges: [...changes.keys()] };
      };
      if (merge) done.merges.push(id);
      if (merge && !changes.has(id)) continue;
      const change = merge ? changes.get(id) : { id, commit: picked };
      if (!change) return conflict([]);
      const { commit } = change;
      const startedEmpty = commit.tree === (await this.#parentTree(commit));
      if (commit.parents[0] === done.tip) {
        done.tip = id;
        tree = commit.tree;
        continue;
      }
      const edit = edits[i] ?? null;
      const merged = await this.#merge(change, edit, tree);
      if (!merged.clean) {
        const { ours, folder } = merged;
        const isBelow = await stands(change.id, done.tip, this.#tools, async (onto) => {
          const there = await this.#merge(change, edit, onto.tree);
          if (!there.clean) return 'conflict';
          return there.tree === onto.tree ? 'nothing' : 'change';
        });
        if (!isBelow) {
          const detail = await this.#tools.merger.explain({ ours, theirs: change.id }, folder);
          const labels = {
            ours: { id: ours, label: name },
            theirs: { id: change.id, label: `${id.slice(0, 7)} (${subjectOf(picked)})` },
          };
          return conflict(detail ? await readConflict(detail, labels, this.#tools.reader) : []);
        }
        done.dropped.push({ commit: id, subject: subjectOf(picked) });
        continue;
      }
      if (merged.tree === tree && !startedEmpty) {
        done.dropped.push({ commit: id, subject: subjectOf(picked) });
        continue;
      }
      tree = merged.tree;
      done.tip = this.#quarantine.hold('commit', this.#format({ ...commit, tree, parents: [done.tip] }));
      done.rewritten.push({ from: id, to: done.tip });
      if (commit.signed) done.signed.push(id);
    }
    return done;
  }

  /**
   * What the merges among the picks have changed themselves: by what they hold over an automatic merge of their
   * parents, with its markers where that conflicts. Those that have changed nothing are not listed; null where git dies
   * of the merge, so that nobody knows.
   */
  async changesOfMerges(picks: Pick[]): Promise<Map<string, Change | null>> {
    const changes = new Map<string, Change | null>();
    for (const { commit: id } of picks.filter(({ merge }) => merge)) {
      const commit = await this.#tools.commit(id);
      const automatic = await this.#automatic(commit);
      if (automatic === null) changes.set(id, null);
      else if ((await this.#tools.commit(automatic)).tree !== commit.tree) {
        const alone = { ...commit, parents: [automatic] };
        changes.set(id, { id: this.#write(alone), commit: alone });
      }
    }
    return changes;
  }

  /** A throw-away commit of the automatic merge of a merge commit's parents, one after another; null where git dies. */
  async #automatic(commit: Commit): Promise<string | null> {
    const { merger, attributes } = this.#tools;
    let [ours = '', ...others] = commit.parents;
    for (const theirs of others) {
      const folder = await attributes.folder((await this.#tools.commit(ours)).tree);
      const merged = await merger.merge({ ours, theirs }, folder);
      const tree = merged.clean ? merged.tree : (await merger.explain({ ours, theirs }, folder))?.tree;
      if (tree === undefined) return null;
      ours = this.#write({ ...commit, tree, parents: [ours, theirs], message: '' });
    }
    return ours;
  }

  /** Merges a change into a tree: `edit` where that is exact, else by git. */
  async #merge(change: Change, edit: TreeChange | null, tree: string): Promise<{ clean: true; tree: string } | Clash> {
    const merged = edit && (await this.#tools.trees.merge(edit, tree));
    return merged === null ? this.#mergeByGit(change, tree) : { clean: true, tree: merged };
  }

  /**
   * Merging into a throw-away commit with the new parent's tree and the old parent as its parent is the three-way merge
   * of a cherry-pick.
   */
  async #mergeByGit({ id, commit }: Change, tree: string): Promise<{ clean: true; tree: string } | Clash> {
    await this.#quarantine.flush();
    const ours = this.#write({ ...commit, tree, message: '' });
    const folder = await this.#tools.attributes.folder(tree);
    const merged = await this.#tools.merger.merge({ ours, theirs: id }, folder);
    return merged.clean ? merged : { clean: false, ours, folder };
  }

  async #parentTree(commit: Commit): Promise<string> {
    const [parent] = commit.parents;
    return parent ? (await this.#tools.commit(parent)).tree : this.#tools.trees.emptyTree;
  }

  #write(commit: Commit): string {
    return this.#quarantine.write('commit', this.#format(commit));
  }

  #format(commit: Commit): Buffer {
    return formatCommit(commit, this.#committer);
  }
}
