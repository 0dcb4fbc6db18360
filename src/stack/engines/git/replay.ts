import type { ObjectReader } from '@/git/objects/cat-file';
import { type Commit, formatCommit, subjectOf } from '@/git/objects/commit';
import type { Merger } from '@/git/objects/merge-tree';
import type { Quarantine } from '@/git/objects/objects';
import type { Pick } from '@/git/objects/picks';
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
  /** Merge commits that were flattened. */
  merges: string[];
  /** Rewritten commits that were signed. */
  signed: string[];
}

/** The commit at which a replay cannot go on. */
export interface Conflict {
  commit: string;
  subject: string;
  files: ConflictFile[];
}

/** What a replay works with; all in the same quarantine. */
export interface Tools {
  commit: CommitSource;
  paths: PathSource;
  reader: ObjectReader;
  merger: Merger;
  attributes: Attributes;
  /** For git processes that read the quarantine. */
  options: { gitDir: string; env: Record<string, string>; signal: AbortSignal };
}

/**
 * Replays commits, one by one, as `git rebase` would, in a quarantine instead of a work tree. A commit is dropped only
 * where replaying it leaves nothing, or where it conflicts and its change is proven to stand below; never because
 * something there looks the same.
 */
export class Replayer {
  readonly #quarantine: Quarantine;
  readonly #tools: Tools;
  readonly #committer: string;
  readonly #emptyTree: string;

  /** @param committer `Name <email> seconds zone` for every new commit. */
  constructor(quarantine: Quarantine, tools: Tools, committer: string) {
    this.#quarantine = quarantine;
    this.#tools = tools;
    this.#committer = committer;
    this.#emptyTree = quarantine.write('tree', Buffer.alloc(0));
  }

  /** Replays `picks` onto the commit `onto`; `name` is the branch there, for the labels of a conflict. */
  async replay(picks: Pick[], onto: string, name: string): Promise<Replayed | Conflict> {
    const done: Replayed = { tip: onto, rewritten: [], dropped: [], merges: [], signed: [] };
    let tree = (await this.#tools.commit(onto)).tree;
    const commits = await Promise.all(picks.map(({ commit }) => this.#tools.commit(commit)));
    for (const [i, commit] of commits.entries()) {
      const { commit: id = '', merge } = picks[i] ?? {};
      if (merge) {
        done.merges.push(id);
        continue;
      }
      const startedEmpty = commit.tree === (await this.#parentTree(commit));
      if (commit.parents[0] === done.tip) {
        done.tip = id;
        tree = commit.tree;
        continue;
      }
      const { ours, folder, merged } = await this.#merge(id, commit, tree);
      if (!merged.clean) {
        const isBelow = await stands(id, done.tip, this.#tools, async (onto) => {
          const { merged: there } = await this.#merge(id, commit, onto.tree);
          if (!there.clean) return 'conflict';
          return there.tree === onto.tree ? 'nothing' : 'change';
        });
        if (!isBelow) return this.#explain(id, commit, ours, folder, name);
        done.dropped.push({ commit: id, subject: subjectOf(commit) });
        continue;
      }
      if (merged.tree === tree && !startedEmpty) {
        done.dropped.push({ commit: id, subject: subjectOf(commit) });
        continue;
      }
      await this.#tools.attributes.derived(tree, merged.tree, await this.#tools.paths(id));
      tree = merged.tree;
      done.tip = this.#write({ ...commit, tree, parents: [done.tip] });
      done.rewritten.push({ from: id, to: done.tip });
      if (commit.signed) done.signed.push(id);
    }
    return done;
  }

  /**
   * Merging into a throw-away commit with the new parent's tree and the old parent as its parent is the three-way merge
   * of a cherry-pick.
   */
  async #merge(id: string, commit: Commit, tree: string) {
    const ours = this.#write({ ...commit, tree, message: '' });
    const folder = await this.#tools.attributes.folder(tree);
    return { ours, folder, merged: await this.#tools.merger.merge({ ours, theirs: id }, folder) };
  }

  async #explain(id: string, commit: Commit, ours: string, folder: string, name: string): Promise<Conflict> {
    const subject = subjectOf(commit);
    const detail = await this.#tools.merger.explain({ ours, theirs: id }, folder);
    const labels = {
      ours: { id: ours, label: name },
      theirs: { id, label: `${id.slice(0, 7)} (${subject})` },
    };
    return { commit: id, subject, files: detail ? await readConflict(detail, labels, this.#tools.reader) : [] };
  }

  async #parentTree(commit: Commit): Promise<string> {
    const [parent] = commit.parents;
    return parent ? (await this.#tools.commit(parent)).tree : this.#emptyTree;
  }

  #write(commit: Commit): string {
    return this.#quarantine.write('commit', formatCommit(commit, this.#committer));
  }
}
