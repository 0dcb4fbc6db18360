import type { ObjectReader } from '../objects/cat-file';
import { SUBMODULE, TREE, type TreeEntry } from '../objects/commit';
import type { Like, Quarantine } from '../objects/objects';
import { isTooLarge } from '../process/bounds';
import { isSame, RawTree } from './raw-tree';

/** Where merged trees are held, if at all. */
export type TreeStore = Pick<Quarantine, 'hold' | 'held'>;

/** What a commit changes over its parent, folder by folder: by name, what was there, what is, and what of a folder. */
export type TreeChange = Map<string, EntryChange>;

interface EntryChange {
  from: TreeEntry | null;
  to: TreeEntry | null;
  /** Where both are folders. */
  inside: TreeChange | null;
}

/** More changed entries than that are left to git. */
const MAX_CHANGED = 5_000;
/** Bytes of trees that are kept for the next merges. */
const MAX_KEPT = 64 * 1024 * 1024;

/**
 * Merges trees without a process, where git cannot come to anything else: where no entry was changed by both sides, but
 * for folders, inside of which the same holds.
 *
 * That is exact, whatever was renamed. git's merge asks for a rename only where one side took a file away and the other
 * one changed it or took it away too, and for a folder's rename only where one side took a folder away and the other one
 * added to it. In each of them both sides have changed the same entry. Without one, what only one side changed is
 * what that side made of it. `tree-merge.test.ts` holds it against git.
 */
export class TreeMerger {
  readonly #objects: TreeStore;
  readonly #reader: Pick<ObjectReader, 'read'>;
  readonly emptyTree: string;
  /** By id, the one used last at the end; null for those that are left to git. */
  readonly #trees = new Map<string, RawTree | null>();
  readonly #reading = new Map<string, Promise<RawTree | null>>();
  #kept = 0;

  constructor(objects: TreeStore, reader: Pick<ObjectReader, 'read'>) {
    this.#objects = objects;
    this.#reader = reader;
    this.emptyTree = objects.hold('tree', Buffer.alloc(0));
  }

  /**
   * What leads from one tree to another; null where it is too much, or trees are not as git writes them.
   * @throws GitError
   */
  async change(from: string, to: string, room = { left: MAX_CHANGED }): Promise<TreeChange | null> {
    const old = this.#tree(from);
    const [before, after] = await Promise.all([old, this.#tree(to, old)]);
    if (!before || !after) return null;
    const different = before.difference(after);
    room.left -= different.size;
    if (room.left < 0) return null;
    const change: TreeChange = new Map();
    const folders: Array<Promise<boolean>> = [];
    for (const [name, [from, to]] of different) {
      const one: EntryChange = { from, to, inside: null };
      change.set(name, one);
      if (from?.mode !== TREE || to?.mode !== TREE) continue;
      folders.push(
        this.change(from.id, to.id, room).then((inside) => {
          one.inside = inside;
          return inside !== null;
        }),
      );
    }
    return (await Promise.all(folders)).every(Boolean) ? change : null;
  }

  /**
   * The tree that merging a change into a tree gives, which is held where this one holds trees; null where that is for git to say.
   * @throws GitError
   */
  async merge(change: TreeChange, into: string): Promise<string | null> {
    const tree = await this.#tree(into);
    if (!tree) return null;
    const edits = new Map<string, TreeEntry | null>();
    const named: Named = { objects: [], folders: [] };
    for (const [name, one] of change) {
      const { from, to, inside } = one;
      const ours = tree.entry(name);
      if (isSame(ours, from)) {
        edits.set(name, to);
        nameIn(one, named);
      } else if (inside && ours?.mode === TREE) {
        const id = await this.merge(inside, ours.id);
        if (id === null) return null;
        named.objects.push(id);
        edits.set(name, id === this.emptyTree ? null : { mode: TREE, name, id });
      } else {
        return null;
      }
    }
    if (edits.size === 0) return into;
    const made = tree.with(edits);
    const id = this.#objects.hold('tree', made.bytes, { id: into, content: tree.bytes, ...named });
    this.#keep(id, made);
    return id;
  }

  /** @param like a tree that is much the same */
  async #tree(id: string, like?: Promise<RawTree | null>): Promise<RawTree | null> {
    const known = this.#trees.get(id);
    if (known !== undefined) {
      this.#trees.delete(id);
      this.#trees.set(id, known);
      return known;
    }
    const reading = this.#reading.get(id) ?? this.#read(id, like).finally(() => this.#reading.delete(id));
    this.#reading.set(id, reading);
    return reading;
  }

  async #read(id: string, like: Promise<RawTree | null> | undefined): Promise<RawTree | null> {
    try {
      const { content } = this.#objects.held.get(id) ?? (await this.#reader.read(id));
      return this.#keep(id, RawTree.parse(content, this.emptyTree, await like));
    } catch (error) {
      if (isTooLarge(error)) return null;
      throw error;
    }
  }

  #keep(id: string, tree: RawTree | null): RawTree | null {
    const known = this.#trees.get(id);
    if (known !== undefined) return known;
    this.#trees.set(id, tree);
    this.#kept += tree?.bytes.length ?? 0;
    for (const [oldest, old] of this.#trees) {
      if (this.#kept <= MAX_KEPT) break;
      this.#trees.delete(oldest);
      this.#kept -= old?.bytes.length ?? 0;
    }
    return tree;
  }
}

type Named = Pick<Like, 'objects' | 'folders'>;

/** Adds what an entry's change brings: of a folder whose change is known, what is new inside. */
function nameIn({ to, inside }: EntryChange, named: Named): void {
  if (!to || to.mode === SUBMODULE) return;
  if (to.mode === TREE && !inside) named.folders.push(to.id);
  else named.objects.push(to.id);
  for (const one of inside?.values() ?? []) nameIn(one, named);
}
