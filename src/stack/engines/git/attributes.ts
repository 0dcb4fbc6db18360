import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectReader } from '@/git/objects/cat-file';
import { parseTree, TREE } from '@/git/objects/commit';
import type { Quarantine } from '@/git/objects/objects';
import { isTooLarge, MAX_ATTRIBUTE_FILES, MAX_LISTED, tooLarge } from '@/git/process/bounds';
import { gitRecords } from '@/git/process/run';

/** Where a `.gitattributes` file is (latin1, relative to its tree) and its blob. */
type AttributeFile = [path: string, blob: string];

const NAME = '.gitattributes';

/**
 * Folders that hold nothing but the `.gitattributes` files of a tree. A merge reads attributes from its work tree,
 * never from the trees that it merges, so such a folder stands in for the parent's checked-out tree. Trees with the
 * same attributes share one.
 */
export class Attributes {
  readonly #quarantine: Quarantine;
  readonly #reader: ObjectReader;
  readonly #signal: AbortSignal;
  /** The attribute files below each tree seen. */
  readonly #below = new Map<string, Promise<AttributeFile[]>>();
  readonly #folders = new Map<string, Promise<string>>();

  #listed: Promise<void> | undefined;

  constructor(quarantine: Quarantine, reader: ObjectReader, signal: AbortSignal) {
    this.#quarantine = quarantine;
    this.#reader = reader;
    this.#signal = signal;
  }

  /**
   * The folder for a tree. What is too long to be listed is read tree by tree, each once however often it is named: a
   * few that name each other a million times cost no more than a few.
   * @throws GitError `too_large` where there are more than `MAX_ATTRIBUTE_FILES`
   */
  async folder(tree: string): Promise<string> {
    // One listing in git is far quicker than reading each folder of a large tree; later trees share most of it.
    this.#listed ??= this.#list(tree);
    await this.#listed;
    const files = await this.#find(tree);
    const key = JSON.stringify(files);
    const known = this.#folders.get(key);
    if (known) return known;
    const made = this.#make(files, join(this.#quarantine.dir, `attributes-${this.#folders.size}`));
    this.#folders.set(key, made);
    return made;
  }

  #find(tree: string): Promise<AttributeFile[]> {
    const known = this.#below.get(tree);
    if (known) return known;
    const found = this.#read(tree);
    this.#below.set(tree, found);
    return found;
  }

  async #read(tree: string): Promise<AttributeFile[]> {
    const { content } = await this.#reader.read(tree);
    const found = parseTree(content, tree.length).map(async ({ mode, name, id }): Promise<AttributeFile[]> => {
      if (mode === TREE) {
        const below = await this.#find(id);
        return below.map(([path, blob]) => [`${name}/${path}`, blob]);
      }
      return isAttributeFile(mode, name) ? [[name, id]] : [];
    });
    const files = (await Promise.all(found)).flat();
    if (files.length > MAX_ATTRIBUTE_FILES)
      throw tooLarge(`a tree with more than ${MAX_ATTRIBUTE_FILES} ${NAME} files`);
    return files;
  }

  /** Fills in what is below every folder of a tree, by one `git ls-tree`; nothing where that is too long. */
  async #list(tree: string): Promise<void> {
    const { gitDir, env } = this.#quarantine;
    const args = ['ls-tree', '-r', '-t', '-z', tree];
    const below = new Map<string, AttributeFile[]>([[tree, []]]);
    const trees = new Map([['', tree]]);
    let listed = 0;
    let found = 0;
    const each = (line: string) => {
      listed += 1;
      if (listed > MAX_LISTED) throw tooLarge(`a tree of more than ${MAX_LISTED} entries`, args);
      const tab = line.indexOf('\t');
      const [mode = '', type, id = ''] = line.slice(0, tab).split(' ');
      const path = line.slice(tab + 1);
      if (type === 'tree') {
        trees.set(path, id);
        // The same tree may stand in several places; what is below it is the same.
        below.set(id, []);
      } else if (isAttributeFile(mode, path.slice(path.lastIndexOf('/') + 1))) {
        found += 1;
        if (found > MAX_ATTRIBUTE_FILES)
          throw tooLarge(`a tree with more than ${MAX_ATTRIBUTE_FILES} ${NAME} files`, args);
        const parts = path.split('/');
        for (const depth of parts.keys()) {
          const folder = trees.get(parts.slice(0, depth).join('/')) ?? '';
          below.get(folder)?.push([parts.slice(depth).join('/'), id]);
        }
      }
    };
    try {
      const options = { gitDir, env, signal: this.#signal, encoding: 'latin1', separator: '\0' } as const;
      await gitRecords(args, options, each);
    } catch (error) {
      if (isTooLarge(error)) return;
      throw error;
    }
    for (const [id, files] of below) this.#below.set(id, Promise.resolve(files));
  }

  async #make(files: AttributeFile[], folder: string): Promise<string> {
    await mkdir(folder);
    for (const [path, blob] of files.filter(([path]) => isSafe(path))) {
      const inside = (relative: string) => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(relative, 'latin1')]);
      await mkdir(inside(path.slice(0, -NAME.length)), { recursive: true });
      await writeFile(inside(path), (await this.#reader.read(blob)).content);
    }
    return folder;
  }
}

/** git follows no symbolic link named `.gitattributes` (since 2.32). */
function isAttributeFile(mode: string, name: string): boolean {
  return name === NAME && mode.startsWith('100');
}

/** A made-up tree may name folders that lead out of the one we write to; git itself would not check them out. */
function isSafe(path: string): boolean {
  return path.split('/').every((part) => !['', '.', '..'].includes(part) && part.toLowerCase() !== '.git');
}
