import { breather } from '@/breather';
import { CUT_OFF, type GraphArrays, Reach } from './reach';

/** A commit as `git rev-list --parents` lists it. */
export interface HistoryCommit {
  id: string;
  parents: string[];
}

/** Of how many commits all that they reach is held at once. */
const MAX_REACHES = 8;
/** As many commits are added before others may have their turn. */
const AT_ONCE = 1000;

/**
 * A part of the commit graph, which never changes. It may lie on top of another one, which keeps its positions and what
 * was noted of its commits: the commits of a long trunk are taken in once, for all that is ever asked about branches on
 * it (`projection/load-history.ts`).
 */
export class CommitGraph implements GraphArrays {
  readonly length: number;
  readonly firstParent: Int32Array;
  readonly parents: Int32Array;
  readonly #below: CommitGraph | undefined;
  /** Of its own commits, those below aside. */
  readonly #ids: string[];
  readonly #positions: ReadonlyMap<string, number>;
  /** By position, the one used last at the end. */
  readonly #reaches = new Map<number, Reach>();
  /** See `newestIn`. */
  readonly #newest = new WeakMap<Reach, Int32Array>();
  /** How many commits were visited in questions about the commit at a position. */
  readonly #spent = new Map<number, number>();

  private constructor(
    { firstParent, parents }: Pick<GraphArrays, 'firstParent' | 'parents'>,
    { ids, positions }: { ids: string[]; positions: ReadonlyMap<string, number> },
    below: CommitGraph | undefined,
  ) {
    this.length = firstParent.length - 1;
    this.firstParent = firstParent;
    this.parents = parents;
    this.#ids = ids;
    this.#positions = positions;
    this.#below = below;
  }

  /**
   * @param commits children before parents, each commit once; parents that are neither among them nor below are cut off.
   * @param below has none of them
   */
  static of(commits: readonly HistoryCommit[], below?: CommitGraph): CommitGraph {
    const work = CommitGraph.#building(commits, below);
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
    }
  }

  /** The same of very many commits: others have their turn meanwhile. */
  static async inTurns(commits: readonly HistoryCommit[], below?: CommitGraph): Promise<CommitGraph> {
    const work = CommitGraph.#building(commits, below);
    const breathe = breather();
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
      await breathe();
    }
  }

  static *#building(commits: readonly HistoryCommit[], below?: CommitGraph): Generator<void, CommitGraph> {
    const start = below?.length ?? 0;
    const edges = below?.parents.length ?? 0;
    const firstParent = new Int32Array(start + commits.length + 1);
    firstParent.set(below?.firstParent ?? [0]);
    const ids: string[] = [];
    const positions = new Map<string, number>();
    const own: number[] = [];
    for (let i = commits.length - 1; i >= 0; i -= 1) {
      const { id, parents } = commits[i] ?? { id: '', parents: [] };
      for (const parent of parents) own.push(positions.get(parent) ?? below?.positionOf(parent) ?? CUT_OFF);
      positions.set(id, start + ids.length);
      ids.push(id);
      firstParent[start + ids.length] = edges + own.length;
      if (i % AT_ONCE === 0) yield;
    }
    const parents = new Int32Array(edges + own.length);
    if (below) parents.set(below.parents);
    parents.set(own, edges);
    return new CommitGraph({ firstParent, parents }, { ids, positions }, below);
  }

  positionOf(id: string): number | undefined {
    return this.#positions.get(id) ?? this.#below?.positionOf(id);
  }

  idAt(position: number): string | undefined {
    const own = position - (this.#below?.length ?? 0);
    return own < 0 ? this.#below?.idAt(position) : this.#ids[own];
  }

  /** What the commit reaches, where questions about it have cost as much as noting that does. */
  reachOf(at: number): Reach | undefined {
    if (this.#below && at < this.#below.length) return this.#below.reachOf(at);
    const noted = this.#reaches.get(at);
    if (!noted && (this.#spent.get(at) ?? 0) < this.length) return undefined;
    const reach = noted ?? new Reach(this, at);
    this.#reaches.delete(at);
    this.#reaches.set(at, reach);
    const [oldest] = this.#reaches.keys();
    if (this.#reaches.size > MAX_REACHES && oldest !== undefined) {
      this.#reaches.delete(oldest);
      this.#spent.delete(oldest);
    }
    return reach;
  }

  /**
   * The newest commit that is reached and that the one at `at` has in its history, or is; `CUT_OFF` for none. All are
   * found in one pass, for the branches of a tall stack have what lies between them and trunk in common.
   */
  newestIn(reach: Reach, at: number): number {
    const newest = this.#newest.get(reach) ?? this.#allNewestIn(reach);
    this.#newest.set(reach, newest);
    return newest[at] ?? CUT_OFF;
  }

  #allNewestIn(reach: Reach): Int32Array {
    const newest = new Int32Array(this.length).fill(CUT_OFF);
    for (let at = 0; at < this.length; at += 1) {
      if (reach.has(at)) newest[at] = at;
      const end = reach.has(at) ? 0 : (this.firstParent[at + 1] ?? 0);
      for (let edge = this.firstParent[at] ?? 0; edge < end; edge += 1) {
        const below = newest[this.parents[edge] ?? CUT_OFF] ?? CUT_OFF;
        if (below > (newest[at] ?? CUT_OFF)) newest[at] = below;
      }
    }
    return newest;
  }

  /** A question about the commit has visited so many. */
  spend(at: number, visited: number): void {
    if (this.#below && at < this.#below.length) this.#below.spend(at, visited);
    else this.#spent.set(at, (this.#spent.get(at) ?? 0) + visited);
  }
}
