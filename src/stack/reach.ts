/** A part of the commit graph as arrays: commits by position, parents before children. */
export interface GraphArrays {
  /** How many commits there are. */
  length: number;
  /** The parents of the commit at `i` are `parents[firstParent[i]]` up to `firstParent[i + 1]`, the first one first. */
  firstParent: Int32Array;
  /** Positions; `CUT_OFF` for a parent that is not in the part. */
  parents: Int32Array;
}

/** Stands for a parent that is not in the part. */
export const CUT_OFF = -1;

/**
 * All that one commit reaches, for many questions about the same one: most branches of a repo are held against its
 * trunk. Made in one pass over what is reached; afterwards, a question about another commit costs what that one has of
 * its own, however far it lies behind.
 */
export class Reach {
  /** How many commits are reached, the commit itself included. */
  readonly size: number;
  readonly #reached: Uint8Array;
  /** For commits on the line of first parents, how many commits each reaches; 0 for all others. */
  readonly #sizeOnLine: Int32Array;

  constructor(graph: GraphArrays, of: number) {
    this.#reached = new Uint8Array(graph.length);
    this.#sizeOnLine = new Int32Array(graph.length);
    let size = 0;
    // Oldest first: what each adds to those below it is what nobody has reached so far.
    for (const start of firstParentLine(graph, of).reverse()) {
      const open = [start];
      this.#reached[start] = 1;
      for (let at = open.pop(); at !== undefined; at = open.pop()) {
        size += 1;
        const end = graph.firstParent[at + 1] ?? 0;
        for (let edge = graph.firstParent[at] ?? 0; edge < end; edge += 1) {
          const parent = graph.parents[edge] ?? CUT_OFF;
          if (parent === CUT_OFF || this.#reached[parent] === 1) continue;
          this.#reached[parent] = 1;
          open.push(parent);
        }
      }
      this.#sizeOnLine[start] = size;
    }
    this.size = size;
  }

  has(at: number): boolean {
    return this.#reached[at] === 1;
  }

  isOnLine(at: number): boolean {
    return (this.#sizeOnLine[at] ?? 0) > 0;
  }

  /**
   * How many commits are reached that these do not reach; null where it takes a walk to tell.
   * @param borders reached ones, the newest first
   */
  countWithout(borders: number[]): number | null {
    // On the line, the newest reaches all others.
    if (!borders.every((border) => this.isOnLine(border))) return null;
    const [newest] = borders;
    return newest === undefined ? this.size : this.size - (this.#sizeOnLine[newest] ?? 0);
  }
}

/** Positions of the commits that one reaches by first parents alone, newest first. */
function firstParentLine({ firstParent, parents }: GraphArrays, from: number): number[] {
  const line: number[] = [];
  for (let at = from; at !== CUT_OFF; ) {
    line.push(at);
    const edge: number = firstParent[at] ?? 0;
    at = edge === firstParent[at + 1] ? CUT_OFF : (parents[edge] ?? CUT_OFF);
  }
  return line;
}

/** Positions to visit, the highest first: a binary heap. */
export class Queue {
  readonly #heap: number[] = [];

  get length(): number {
    return this.#heap.length;
  }

  push(value: number): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(value);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const above = heap[up] ?? 0;
      if (above >= value) break;
      heap[at] = above;
      at = up;
    }
    heap[at] = value;
  }

  /** Takes the highest out; undefined where there is none. */
  pop(): number | undefined {
    const heap = this.#heap;
    const highest = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return highest;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const child = right < heap.length && (heap[right] ?? 0) > (heap[left] ?? 0) ? right : left;
      const below = heap[child] ?? 0;
      if (below <= last) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    return highest;
  }
}
