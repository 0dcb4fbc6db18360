import { SUBMODULE, TREE, type TreeEntry } from '../objects/commit';
import { sameEnd, sameStart } from '../objects/same-bytes';

const TREE_MODE = Buffer.from(`${TREE} `);
/** The modes that git writes, each with the space that follows it. */
const MODES = [
  Buffer.from('100644 '),
  TREE_MODE,
  ...['100755', '120000', SUBMODULE].map((mode) => Buffer.from(`${mode} `)),
];
/** The bytes of the shortest entry, without its id: `40000 a` and what ends the name. */
const SHORTEST = 8;
const SPACE = 0x20;
const SLASH = 0x2f;

/** A tree object of one level, as its bytes: of a folder of thousands of entries only those are read that matter. */
export class RawTree {
  readonly bytes: Buffer;
  readonly #idBytes: number;
  /** Where each entry begins, and behind the last one where they end. Of thousands of trees numbers are less to collect than a list. */
  readonly #starts: Uint32Array;

  private constructor(bytes: Buffer, idBytes: number, starts: Uint32Array) {
    this.bytes = bytes;
    this.#idBytes = idBytes;
    this.#starts = starts;
  }

  /**
   * Null for a tree that git would write otherwise, such as one with modes of old, out of order, or with an empty folder.
   * @param emptyTree the id of the tree without entries
   * @param like another tree: what both begin and end with is not looked at again
   */
  static parse(bytes: Buffer, emptyTree: string, like?: RawTree | null): RawTree | null {
    const empty = Buffer.from(emptyTree, 'hex');
    const { from, to, rest } = like ? like.#apart(bytes) : { from: 0, to: 0, rest: bytes.length };
    let at = like ? (like.#starts[from] ?? 0) : 0;
    const most = from + Math.ceil((rest - at) / (SHORTEST + empty.length)) + (like ? like.#length - to : 0);
    const starts = new Uint32Array(most + 1);
    let read = 0;
    const startAs = (other: RawTree, first: number, last: number, by: number) => {
      for (let i = first; i < last; i += 1, read += 1) starts[read] = (other.#starts[i] ?? 0) + by;
    };
    if (like) startAs(like, 0, from, 0);
    let last = like && from > 0 ? like.#nameOf(from - 1) : undefined;
    while (at < rest) {
      const mode = MODES.find((known) => isAt(bytes, at, known));
      if (!mode) return null;
      const name = at + mode.length;
      let end = name;
      while (end < bytes.length && bytes[end] !== 0) {
        if (bytes[end] === SLASH) return null;
        end += 1;
      }
      const after = end + 1 + empty.length;
      if (end === name || after > bytes.length) return null;
      const isTree = mode === TREE_MODE;
      if (last && !isBefore(bytes, last, { name, end, isTree })) return null;
      if (isTree && empty.compare(bytes, end + 1, after) === 0) return null;
      starts[read] = at;
      read += 1;
      last = { name, end, isTree };
      at = after;
    }
    // Bytes of an id may look like the begin of an entry.
    if (at !== rest) return RawTree.parse(bytes, emptyTree);
    const readTo = read;
    if (like) startAs(like, to, like.#length, at - (like.#starts[to] ?? 0));
    starts[read] = bytes.length;
    const tree = new RawTree(bytes, empty.length, starts.subarray(0, read + 1));
    const next = readTo < tree.#length ? tree.#nameOf(readTo) : null;
    if (last && next && !isBefore(bytes, last, next)) return null;
    // A file of the same name may stand further up, as `a`, `a.c`, `a/` do: all between the two begin with that name.
    for (let i = from; i < readTo; i += 1) {
      const one = tree.#nameOf(i);
      if (!one.isTree && !(next && isBegin(bytes, one, next))) continue;
      const text = bytes.toString('latin1', one.name, one.end);
      if (tree.#has(one.isTree ? text : `${text}/`)) return null;
    }
    return tree;
  }

  /** The entry of that name, whatever it is; null where there is none. */
  entry(name: string): TreeEntry | null {
    const key = [name, `${name}/`].find((one) => this.#has(one));
    return key === undefined ? null : this.#entry(this.#position(key));
  }

  /** By name, what each entry is here and in the other tree, where that is not the same. */
  difference(other: RawTree): Map<string, [here: TreeEntry | null, there: TreeEntry | null]> {
    const { from, to: ownTo, rest } = this.#apart(other.bytes);
    const restAt = other.#at(rest);
    // Bytes of an id may look like the begin of an entry.
    const isEntry = other.#starts[restAt] === rest;
    const to = isEntry ? ownTo : this.#length;
    const otherTo = isEntry ? restAt : other.#length;
    const changed = new Map<string, [TreeEntry | null, TreeEntry | null]>();
    for (let i = from; i < to; i += 1) {
      const entry = this.#entry(i);
      changed.set(entry.name, [entry, null]);
    }
    for (let i = from; i < otherTo; i += 1) {
      const entry = other.#entry(i);
      const [here = null] = changed.get(entry.name) ?? [];
      if (isSame(here, entry)) changed.delete(entry.name);
      else changed.set(entry.name, [here, entry]);
    }
    return changed;
  }

  /** This tree with other entries under these names; null takes one away. */
  with(edits: ReadonlyMap<string, TreeEntry | null>): RawTree {
    const pieces: Array<{ key: string; at: number; until: number; bytes: Buffer }> = [];
    for (const [name, entry] of edits) {
      const old = this.entry(name);
      const oldKey = old && keyOf(old);
      const key = entry && keyOf(entry);
      for (const one of new Set([oldKey, key])) {
        if (one === null) continue;
        const at = this.#position(one);
        const bytes = entry && one === key ? bytesOf(entry) : Buffer.alloc(0);
        pieces.push({ key: one, at, until: one === oldKey ? at + 1 : at, bytes });
      }
    }
    pieces.sort((a, b) => (a.key < b.key ? -1 : 1));
    const parts: Buffer[] = [];
    const starts = new Uint32Array(this.#length + edits.size + 1);
    let count = 0;
    let done = 0;
    let length = 0;
    for (const { at, until, bytes } of [...pieces, { at: this.#length, until: 0, bytes: Buffer.alloc(0) }]) {
      const [from = 0, to = 0] = [this.#starts[done], this.#starts[at]];
      parts.push(this.bytes.subarray(from, to), bytes);
      for (let i = done; i < at; i += 1, count += 1) starts[count] = (this.#starts[i] ?? 0) - from + length;
      length += to - from;
      if (bytes.length > 0) {
        starts[count] = length;
        count += 1;
      }
      length += bytes.length;
      done = until;
    }
    starts[count] = length;
    return new RawTree(Buffer.concat(parts), this.#idBytes, starts.subarray(0, count + 1));
  }

  /** This tree's entries from `from` to `to` are not those of other bytes, which have what follows them at `rest`. */
  #apart(bytes: Buffer): { from: number; to: number; rest: number } {
    const from = this.#at(sameStart(this.bytes, bytes));
    const end = this.bytes.length - sameEnd(this.bytes, bytes, this.#starts[from] ?? 0);
    const to = Math.min(this.#at(end - 1) + 1, this.#length);
    return { from, to, rest: bytes.length - (this.bytes.length - (this.#starts[to] ?? 0)) };
  }

  get #length(): number {
    return this.#starts.length - 1;
  }

  /** Whether there is an entry of that key. */
  #has(key: string): boolean {
    const at = this.#position(key);
    return at < this.#length && this.#compare(at, key) === 0;
  }

  /** Which entry the byte at an offset belongs to; the number of entries where it belongs to none. */
  #at(offset: number): number {
    let [low, high] = [0, this.#length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle + 1] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first entry that does not come before the key in git's order. */
  #position(key: string): number {
    let [low, high] = [0, this.#length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(middle, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Negative where the entry comes before the key, and 0 where it has that key. */
  #compare(i: number, key: string): number {
    const { bytes } = this;
    let at = this.#starts[i] ?? 0;
    const end = (this.#starts[i + 1] ?? 0) - this.#idBytes - 1;
    const isTree = bytes[at] === TREE.charCodeAt(0);
    while (bytes[at] !== SPACE) at += 1;
    const name = at + 1;
    const length = end - name + (isTree ? 1 : 0);
    for (let n = 0; n < length && n < key.length; n += 1) {
      const difference = (name + n < end ? (bytes[name + n] ?? 0) : SLASH) - key.charCodeAt(n);
      if (difference !== 0) return difference;
    }
    return length - key.length;
  }

  #nameOf(i: number): Name {
    const start = this.#starts[i] ?? 0;
    const name = this.bytes.indexOf(SPACE, start) + 1;
    return { name, end: (this.#starts[i + 1] ?? 0) - this.#idBytes - 1, isTree: isAt(this.bytes, start, TREE_MODE) };
  }

  #entry(i: number): TreeEntry {
    const start = this.#starts[i] ?? 0;
    const end = this.#starts[i + 1] ?? 0;
    const nul = end - this.#idBytes - 1;
    const space = this.bytes.indexOf(SPACE, start);
    return {
      mode: this.bytes.toString('latin1', start, space),
      name: this.bytes.toString('latin1', space + 1, nul),
      id: this.bytes.toString('hex', nul + 1, end),
    };
  }
}

/** Whether two entries, or the lack of them, are the same. */
export function isSame(a: TreeEntry | null, b: TreeEntry | null): boolean {
  return a === b || (a !== null && b !== null && a.mode === b.mode && a.id === b.id);
}

/** What git orders entries by: a folder as if its name ended with a slash. */
function keyOf({ mode, name }: TreeEntry): string {
  return mode === TREE ? `${name}/` : name;
}

function bytesOf({ mode, name, id }: TreeEntry): Buffer {
  return Buffer.concat([Buffer.from(`${mode} ${name}\0`, 'latin1'), Buffer.from(id, 'hex')]);
}

function isAt(bytes: Buffer, at: number, wanted: Buffer): boolean {
  for (let i = 0; i < wanted.length; i += 1) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

interface Name {
  name: number;
  end: number;
  isTree: boolean;
}

/** Whether one name begins another one, or is the same. */
function isBegin(bytes: Buffer, a: Name, b: Name): boolean {
  const length = a.end - a.name;
  if (length > b.end - b.name) return false;
  for (let i = 0; i < length; i += 1) if (bytes[a.name + i] !== bytes[b.name + i]) return false;
  return true;
}

/** Whether one name comes before another one in git's order, and is not the same. */
function isBefore(bytes: Buffer, a: Name, b: Name): boolean {
  const length = Math.min(a.end - a.name, b.end - b.name);
  for (let i = 0; i < length; i += 1) {
    const [left = 0, right = 0] = [bytes[a.name + i], bytes[b.name + i]];
    if (left !== right) return left < right;
  }
  const after = ({ name, end, isTree }: Name) =>
    name + length < end ? (bytes[name + length] ?? 0) : isTree ? SLASH : 0;
  return after(a) < after(b);
}
