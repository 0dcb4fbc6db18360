/** A commit as `git rev-list --parents` lists it. */
export interface HistoryCommit {
  id: string;
  parents: string[];
}

const LEFT = 1;
const RIGHT = 2;
const BOTH = LEFT | RIGHT;
/** Stands for a parent that is not in the part. */
const CUT_OFF = -1;

/**
 * A part of the commit graph in memory, for many questions about ancestry without a process for each.
 *
 * It may be cut off below: `commits` then holds everything above some common ancestor of all commits that are asked
 * about, and that ancestor itself. Answers are exact for two such commits. A commit that is not in the part
 * is nobody's ancestor and has no ancestors.
 *
 * Every question is one pass over an array in topological order, from the newer commit down to where the answer is
 * known: cheap even for a thousand branches that lie far behind trunk.
 */
export class History {
  readonly #ids: string[];
  readonly #position = new Map<string, number>();
  /** The parents of the commit at `i` are `#parents[#firstParent[i]]` up to `#firstParent[i + 1]`, the first one first. */
  readonly #firstParent: Int32Array;
  readonly #parents: Int32Array;
  /** Scratch of one question: which side reaches the commit. All zero between questions. */
  readonly #paint: Uint8Array;

  /** @param commits children before parents, each commit once; parents that are not among them are cut off. */
  constructor(commits: HistoryCommit[]) {
    this.#ids = commits.map((commit) => commit.id);
    for (const [i, id] of this.#ids.entries()) this.#position.set(id, i);
    this.#firstParent = new Int32Array(commits.length + 1);
    const parents: number[] = [];
    for (const [i, commit] of commits.entries()) {
      this.#firstParent[i] = parents.length;
      for (const id of commit.parents) parents.push(this.#position.get(id) ?? CUT_OFF);
    }
    this.#firstParent[commits.length] = parents.length;
    this.#parents = Int32Array.from(parents);
    this.#paint = new Uint8Array(commits.length);
  }

  has(commit: string): boolean {
    return this.#position.has(commit);
  }

  /** Whether `ancestor` is in the history of `commit`; a commit is in its own. */
  isAncestor(ancestor: string, commit: string): boolean {
    const to = this.#position.get(ancestor);
    if (to === undefined) return false;
    let found = false;
    this.#walk([commit], [], (at) => {
      found = at === to;
      return at < to;
    });
    return found;
  }

  /** A best common ancestor of two commits; null where they have none. */
  mergeBase(a: string, b: string): string | null {
    return this.#idAt(this.#walk([a], [b], () => true));
  }

  /** How many commits `a` has that `b` lacks, and the other way round. */
  aheadBehind(a: string, b: string): { ahead: number; behind: number } {
    const count = { ahead: 0, behind: 0 };
    this.#walk([a], [b], (_, paint) => {
      if (paint === LEFT) count.ahead += 1;
      if (paint === RIGHT) count.behind += 1;
      return true;
    });
    return count;
  }

  /** The commits of `tip` that none of `below` has, newest first. */
  ownCommits(tip: string, below: string[]): string[] {
    const own: string[] = [];
    this.#walk([tip], below, (at, paint) => {
      if (paint === LEFT) own.push(this.#ids[at] ?? '');
      return true;
    });
    return own;
  }

  /** Whether one reaches `commit` from `tip` by first parents alone, as trunk's own commits are reached. */
  isOnFirstParentLine(commit: string, tip: string): boolean {
    const to = this.#position.get(commit);
    let at = this.#position.get(tip);
    if (to === undefined || at === undefined) return false;
    while (at !== CUT_OFF && at < to) at = this.#firstParentOf(at);
    return at === to;
  }

  /** The commits that one reaches from `tip` by first parents alone, `tip` first; empty where `tip` is not known. */
  firstParentLine(tip: string): string[] {
    const line: string[] = [];
    for (let at = this.#position.get(tip) ?? CUT_OFF; at !== CUT_OFF; at = this.#firstParentOf(at)) {
      line.push(this.#ids[at] ?? '');
    }
    return line;
  }

  /** The commits above `base` up to `tip`, oldest first; null unless they are one line without merges. */
  lineAbove(base: string, tip: string): string[] | null {
    const to = this.#position.get(base);
    const line: string[] = [];
    let at = this.#position.get(tip);
    if (to === undefined || at === undefined) return null;
    for (; at !== to; at = this.#firstParentOf(at)) {
      const parents: number = (this.#firstParent[at + 1] ?? 0) - (this.#firstParent[at] ?? 0);
      if (at === CUT_OFF || at > to || parents > 1) return null;
      line.unshift(this.#ids[at] ?? '');
    }
    return line;
  }

  #firstParentOf(at: number): number {
    const edge = this.#firstParent[at] ?? 0;
    return edge === this.#firstParent[at + 1] ? CUT_OFF : (this.#parents[edge] ?? CUT_OFF);
  }

  #idAt(position: number): string | null {
    return this.#ids[position] ?? null;
  }

  /**
   * Visits what `left` or `right` reach, children before parents, until all that is left to visit is reached by both,
   * or `visit` returns false. Returns the position of the first commit that both reach, or -1.
   */
  #walk(left: string[], right: string[], visit: (at: number, paint: number) => boolean): number {
    const paint = this.#paint;
    /** How many painted commits wait that only one side reaches. */
    let open = 0;
    let from = paint.length;
    let to = -1;
    const add = (at: number, side: number) => {
      if (at === CUT_OFF) return;
      const before = paint[at] ?? 0;
      const after = before | side;
      if (after === before) return;
      paint[at] = after;
      if (before === 0 && after !== BOTH) open += 1;
      if (before !== 0 && after === BOTH) open -= 1;
      if (at < from) from = at;
      if (at > to) to = at;
    };
    for (const [ids, side] of [
      [left, LEFT],
      [right, RIGHT],
    ] as const) {
      for (const id of ids) {
        const at = this.#position.get(id);
        if (at !== undefined) add(at, side);
      }
    }
    const start = from;
    let firstCommon = -1;
    let at = start;
    for (; open > 0 && at <= to; at += 1) {
      const side = paint[at] ?? 0;
      if (side === 0) continue;
      if (side === BOTH) {
        if (firstCommon < 0) firstCommon = at;
      } else {
        open -= 1;
      }
      if (!visit(at, side)) break;
      const end = this.#firstParent[at + 1] ?? 0;
      for (let edge = this.#firstParent[at] ?? 0; edge < end; edge += 1) add(this.#parents[edge] ?? CUT_OFF, side);
    }
    if (firstCommon < 0) {
      const next = paint.subarray(at, to + 1).indexOf(BOTH);
      if (next >= 0) firstCommon = at + next;
    }
    paint.fill(0, start, to + 1);
    return firstCommon;
  }
}
