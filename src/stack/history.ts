import { CommitGraph, type HistoryCommit } from './commit-graph';
import { CUT_OFF, Queue, type Reach } from './reach';

const LEFT = 1;
const RIGHT = 2;
const BOTH = LEFT | RIGHT;

/**
 * A part of the commit graph in memory, for many questions about ancestry without a process for each.
 *
 * It may be cut off below: `commits` then holds everything above some common ancestor of all commits that are asked
 * about, and that ancestor itself. Answers are exact for two such commits. A commit that is not in the part
 * is nobody's ancestor and has no ancestors.
 *
 * A question is a walk in topological order, from the newer commit down to where the answer is known. A commit whose
 * walks have cost as much as reading the whole part has all that it reaches noted: from then on, a question costs what
 * the other commit has of its own, so that all branches are held against trunk in time linear in commits and branches.
 */
export class History {
  readonly #graph: CommitGraph;
  /** Scratch of one question: which side reaches the commit. All zero between questions. */
  readonly #paint: Uint8Array;

  /** @param commits as `CommitGraph.of` takes them */
  constructor(commits: HistoryCommit[] | CommitGraph) {
    this.#graph = commits instanceof CommitGraph ? commits : CommitGraph.of(commits);
    this.#paint = new Uint8Array(this.#graph.length);
  }

  has(commit: string): boolean {
    return this.#positionOf(commit) !== undefined;
  }

  /** Whether `ancestor` is in the history of `commit`; a commit is in its own. */
  isAncestor(ancestor: string, commit: string): boolean {
    const to = this.#positionOf(ancestor);
    const from = this.#positionOf(commit);
    if (to === undefined || from === undefined) return false;
    const reach = this.#graph.reachOf(from);
    if (reach) return reach.has(to);
    let found = false;
    const { visited } = this.#walk([from], [], [], (at) => {
      found = at === to;
      return at > to;
    });
    this.#graph.spend(from, visited);
    return found;
  }

  /** A best common ancestor of two commits; null where they have none. */
  mergeBase(a: string, b: string): string | null {
    const [left, right, reach] = this.#sides(a, b);
    if (left === undefined || right === undefined) return null;
    if (reach) return this.#idAt(this.#graph.newestIn(reach, left));
    const { firstCommon, visited } = this.#walk([left], [right], [], () => true);
    this.#graph.spend(right, visited);
    return this.#idAt(firstCommon);
  }

  /** The merge base of two commits where there is no other; null where there is none, or are several. */
  onlyMergeBase(a: string, b: string): string | null {
    const base = this.mergeBase(a, b);
    if (base === null) return null;
    // Another one would be a commit that both have, and this one has not.
    return this.ownCommits(a, [b]).length === this.ownCommits(a, [base]).length ? base : null;
  }

  /** How many commits `a` has that `b` lacks, and the other way round. */
  aheadBehind(a: string, b: string): { ahead: number; behind: number } {
    const [left, right] = [this.#positionOf(a), this.#positionOf(b)];
    const reach = right === undefined ? undefined : this.#graph.reachOf(right);
    if (reach && left !== undefined) {
      const { visited, borders } = this.#walk([left], [], [reach], () => true);
      const behind = reach.countWithout(borders);
      if (behind !== null) return { ahead: visited, behind };
    }
    const count = { ahead: 0, behind: 0 };
    const { visited } = this.#walk(known([left]), known([right]), [], (_, paint) => {
      if (paint === LEFT) count.ahead += 1;
      if (paint === RIGHT) count.behind += 1;
      return true;
    });
    if (right !== undefined) this.#graph.spend(right, visited);
    return count;
  }

  /** The commits of `tip`, or of several, that none of `below` has, newest first. */
  ownCommits(tip: string | readonly string[], below: string[]): string[] {
    const own: string[] = [];
    const tips = typeof tip === 'string' ? [tip] : tip;
    const right = known(below.map((id) => this.#positionOf(id)));
    const reaches = right.flatMap((at) => this.#graph.reachOf(at) ?? []);
    const rest = right.filter((at) => !reaches.some((reach) => reach.has(at)));
    const { visited } = this.#walk(known(tips.map((id) => this.#positionOf(id))), rest, reaches, (at, paint) => {
      if (paint === LEFT) own.push(this.#idOf(at));
      return true;
    });
    for (const at of rest) this.#graph.spend(at, visited);
    return own;
  }

  /** The newest of the commits of `tip` that `below` has not, which is one of those that are looked for; null for none. */
  newestOwn(tip: string, below: string, isIt: (commit: string) => boolean): string | null {
    let found: string | null = null;
    const [to, without] = [this.#positionOf(tip), this.#positionOf(below)];
    const reach = without === undefined ? undefined : this.#graph.reachOf(without);
    const { visited } = this.#walk(known([to]), reach ? [] : known([without]), reach ? [reach] : [], (at, paint) => {
      const id = this.#idOf(at);
      if (paint === LEFT && isIt(id)) found = id;
      return found === null;
    });
    if (without !== undefined && !reach) this.#graph.spend(without, visited);
    return found;
  }

  /** The newest commits of `tip`, as many as `most`, itself first. */
  newestCommits(tip: string, most: number): string[] {
    const newest: string[] = [];
    this.#walk(known([this.#positionOf(tip)]), [], [], (at) => {
      newest.push(this.#idOf(at));
      return newest.length < most;
    });
    return newest;
  }

  /**
   * Which is the first of these tips, by name in the order given, that has a commit; null for none. For questions about
   * very many commits and tips: all that the tips have is walked over once.
   */
  firstToHave(tips: ReadonlyMap<string, string>): (commit: string) => string | null {
    const names = [...tips.keys()];
    /** By position, 1 and more: the place of a name; 0 where no tip so far has the commit. */
    const first = new Int32Array(this.#graph.length);
    for (const [place, tip] of [...tips.values()].entries()) {
      const waiting = known([this.#positionOf(tip)]);
      for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
        if (at === CUT_OFF || first[at] !== 0) continue;
        first[at] = place + 1;
        const { firstParent, parents } = this.#graph;
        const end = firstParent[at + 1] ?? 0;
        for (let edge = firstParent[at] ?? 0; edge < end; edge += 1) waiting.push(parents[edge] ?? CUT_OFF);
      }
    }
    return (commit) => {
      const at = this.#positionOf(commit);
      return at === undefined ? null : (names[(first[at] ?? 0) - 1] ?? null);
    };
  }

  /** Which tips have the commit in their history, for questions about very many: all newer commits are walked over once. */
  whoHas(commit: string): (tip: string) => boolean {
    const { length, firstParent, parents } = this.#graph;
    const to = this.#positionOf(commit) ?? length;
    const has = new Uint8Array(length);
    if (to < length) has[to] = 1;
    for (let at = to + 1; at < length; at += 1) {
      const end = firstParent[at + 1] ?? 0;
      for (let edge = firstParent[at] ?? 0; edge < end; edge += 1) if (has[parents[edge] ?? CUT_OFF] === 1) has[at] = 1;
    }
    return (tip) => has[this.#positionOf(tip) ?? CUT_OFF] === 1;
  }

  /** Whether one reaches `commit` from `tip` by first parents alone, as trunk's own commits are reached. */
  isOnFirstParentLine(commit: string, tip: string): boolean {
    const to = this.#positionOf(commit);
    let at = this.#positionOf(tip);
    if (to === undefined || at === undefined) return false;
    const reach = this.#graph.reachOf(at);
    if (reach) return reach.isOnLine(to);
    while (at > to) at = this.#firstParentOf(at);
    return at === to;
  }

  /** The commits that one reaches from `tip` by first parents alone, `tip` first; none where `tip` is not known. */
  *firstParentLine(tip: string): Generator<string> {
    for (let at = this.#positionOf(tip) ?? CUT_OFF; at !== CUT_OFF; at = this.#firstParentOf(at)) {
      yield this.#idOf(at);
    }
  }

  /** The commits above `base` up to `tip`, oldest first; null unless they are one line without merges. */
  lineAbove(base: string, tip: string): string[] | null {
    const to = this.#positionOf(base);
    const { firstParent } = this.#graph;
    const line: string[] = [];
    let at = this.#positionOf(tip);
    if (to === undefined || at === undefined) return null;
    for (; at !== to; at = this.#firstParentOf(at)) {
      const parents: number = (firstParent[at + 1] ?? 0) - (firstParent[at] ?? 0);
      if (at < to || parents > 1) return null;
      line.push(this.#idOf(at));
    }
    return line.reverse();
  }

  #firstParentOf(at: number): number {
    const { firstParent, parents } = this.#graph;
    const edge = firstParent[at] ?? 0;
    return edge === firstParent[at + 1] ? CUT_OFF : (parents[edge] ?? CUT_OFF);
  }

  #positionOf(id: string): number | undefined {
    return this.#graph.positionOf(id);
  }

  #idAt(position: number): string | null {
    return this.#graph.idAt(position) ?? null;
  }

  #idOf(position: number): string {
    return this.#graph.idAt(position) ?? '';
  }

  /** Two commits by position, and what the second one reaches, where one of them has it noted; they may be swapped. */
  #sides(a: string, b: string): [left: number | undefined, right: number | undefined, reach: Reach | undefined] {
    const [left, right] = [this.#positionOf(a), this.#positionOf(b)];
    const reach = right === undefined ? undefined : this.#graph.reachOf(right);
    const other = reach || left === undefined ? undefined : this.#graph.reachOf(left);
    return other ? [right, left, other] : [left, right, reach];
  }

  /**
   * Visits what `left` or `right` reach and `without` does not, children before parents, until all that is left to
   * visit is reached by both, or `visit` returns false.
   */
  #walk(left: number[], right: number[], without: Reach[], visit: (at: number, paint: number) => boolean): Walk {
    const { firstParent, parents } = this.#graph;
    const paint = this.#paint;
    const painted: number[] = [];
    const queue = new Queue();
    const borders = new Set<number>();
    /** How many painted commits wait that only one side reaches. */
    let open = 0;
    const add = (at: number, side: number) => {
      if (at === CUT_OFF) return;
      if (without.some((reach) => reach.has(at))) {
        borders.add(at);
        return;
      }
      const before = paint[at] ?? 0;
      const after = before | side;
      if (after === before) return;
      paint[at] = after;
      if (before === 0) {
        painted.push(at);
        queue.push(at);
        if (after !== BOTH) open += 1;
      } else if (after === BOTH) open -= 1;
    };
    for (const at of left) add(at, LEFT);
    for (const at of right) add(at, RIGHT);
    let firstCommon = CUT_OFF;
    let visited = 0;
    while (open > 0) {
      const at = queue.pop();
      if (at === undefined) break;
      const side = paint[at] ?? 0;
      if (side === BOTH) {
        if (firstCommon === CUT_OFF) firstCommon = at;
      } else {
        open -= 1;
      }
      visited += 1;
      if (!visit(at, side)) break;
      const end = firstParent[at + 1] ?? 0;
      for (let edge = firstParent[at] ?? 0; edge < end; edge += 1) add(parents[edge] ?? CUT_OFF, side);
    }
    // What still waits is reached by both.
    if (firstCommon === CUT_OFF) firstCommon = queue.pop() ?? CUT_OFF;
    for (const at of painted) paint[at] = 0;
    return { firstCommon, visited, borders: [...borders].sort((a, b) => b - a) };
  }
}

interface Walk {
  /** Position of the first commit that both sides reach, or `CUT_OFF`. Of no use where `visit` ended the walk. */
  firstCommon: number;
  visited: number;
  /** Commits of `without` at which the walk came to an end, the newest first. */
  borders: number[];
}

function known(positions: Array<number | undefined>): number[] {
  return positions.filter((at) => at !== undefined);
}
