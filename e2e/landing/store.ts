import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { git } from '@/git/process/run';

/** Path → lines. */
export type Tree = ReadonlyMap<string, readonly string[]>;

export interface StoredCommit {
  id: string;
  parents: string[];
  treeId: string;
  subject: string;
  /** Name, address and date. */
  author: string;
}

const WHO = 'Ada Fern <ada@example.com>';
/** 2024-03-04 09:00 UTC; each commit is a minute later, so the same moves give the same ids. */
const FIRST_COMMIT = 1_709_542_800;

/**
 * A real bare repository of a few small files, written and read without starting git, so that what people do in a
 * history costs next to nothing: loose objects and loose refs are plain files. Only a merge asks git.
 */
export class Store {
  readonly dir: string;
  #minutes = 0;
  readonly #commits = new Map<string, StoredCommit>();
  readonly #trees = new Map<string, Tree>();

  /** Makes the repository at `dir`. */
  constructor(dir: string) {
    this.dir = dir;
    for (const folder of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags']) {
      mkdirSync(join(dir, folder), { recursive: true });
    }
    writeFileSync(join(dir, 'HEAD'), 'ref: refs/heads/main\n');
    // What is pushed stays loose, or it could not be read here.
    writeFileSync(
      join(dir, 'config'),
      '[core]\n\trepositoryformatversion = 0\n\tbare = true\n[gc]\n\tauto = 0\n[receive]\n\tautogc = false\n\tunpackLimit = 1000000\n',
    );
  }

  /** Branch → commit id. */
  tips(): Map<string, string> {
    const folder = join(this.dir, 'refs/heads');
    return new Map(
      readdirSync(folder)
        .sort()
        .map((name) => [name, readFileSync(join(folder, name), 'utf8').trim()]),
    );
  }

  tip(branch: string): string | null {
    const file = join(this.dir, 'refs/heads', branch);
    return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
  }

  /** Points the branch at a commit, whatever was there; null deletes it. */
  move(branch: string, to: string | null): void {
    const file = join(this.dir, 'refs/heads', branch);
    if (to === null) rmSync(file);
    else writeFileSync(file, `${to}\n`);
  }

  commit(id: string): StoredCommit {
    const known = this.#commits.get(id);
    if (known) return known;
    const [head = '', ...body] = this.#read(id).toString('utf8').split('\n\n');
    const values = (key: string) =>
      head.split('\n').flatMap((line) => (line.startsWith(`${key} `) ? [line.slice(key.length + 1)] : []));
    const commit = {
      id,
      parents: values('parent'),
      treeId: values('tree')[0] ?? '',
      subject: body.join('\n\n').split('\n')[0] ?? '',
      author: values('author')[0] ?? '',
    };
    this.#commits.set(id, commit);
    return commit;
  }

  tree(commit: string): Tree {
    return this.#tree(this.commit(commit).treeId);
  }

  #tree(id: string): Tree {
    const known = this.#trees.get(id);
    if (known) return known;
    const tree = new Map<string, string[]>();
    const content = this.#read(id);
    for (let at = 0; at < content.length; ) {
      const end = content.indexOf(0, at);
      const path = content.toString('utf8', content.indexOf(0x20, at) + 1, end);
      const text = this.#read(content.toString('hex', end + 1, end + 21)).toString('utf8');
      tree.set(path, text === '' ? [] : text.replace(/\n$/, '').split('\n'));
      at = end + 21;
    }
    this.#trees.set(id, tree);
    return tree;
  }

  /** Writes a commit and returns its id; made of another one (amended, picked), it keeps that one's author and date. */
  add(tree: Tree, parents: string[], subject: string, madeOf?: StoredCommit): string {
    return this.#commit(this.#writeTree(tree), parents, subject, madeOf?.author);
  }

  /** The commit's history, itself first, parents after their children by a walk in depth. */
  history(tip: string): Set<string> {
    const seen = new Set<string>();
    const open = [tip];
    for (let id = open.pop(); id; id = open.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      open.push(...this.commit(id).parents);
    }
    return seen;
  }

  /** The commits from the root to the tip by first parents. */
  line(tip: string): StoredCommit[] {
    const line: StoredCommit[] = [];
    for (let id: string | undefined = tip; id; id = line[0]?.parents[0]) line.unshift(this.commit(id));
    return line;
  }

  isAncestor(ancestor: string, tip: string): boolean {
    return this.history(tip).has(ancestor);
  }

  /** What git's merge makes of the two; null where it conflicts, and where they have no commit in common. */
  async merge(ours: string, theirs: string): Promise<Tree | null> {
    const known = this.history(ours);
    if (![...this.history(theirs)].some((id) => known.has(id))) return null;
    const args = ['merge-tree', '--write-tree', '--no-messages', ours, theirs];
    const { code, stdout } = await git(args, { gitDir: this.dir, okCodes: [0, 1] });
    return code === 0 ? this.#tree(stdout.toString('utf8').trim()) : null;
  }

  /** The change from one commit to another, made on a third: a cherry-pick, or a revert; null where it conflicts. */
  async change(from: string, to: string, on: string): Promise<Tree | null> {
    const ours = this.#commit(this.commit(on).treeId, [from], 'ours');
    const theirs = this.#commit(this.commit(to).treeId, [from], 'theirs');
    return this.merge(ours, theirs);
  }

  #commit(tree: string, parents: string[], subject: string, author?: string): string {
    const now = `${WHO} ${FIRST_COMMIT + 60 * this.#minutes++} +0000`;
    const lines = [`tree ${tree}`, ...parents.map((parent) => `parent ${parent}`), `author ${author ?? now}`];
    return this.#write('commit', Buffer.from(`${lines.join('\n')}\ncommitter ${now}\n\n${subject}\n`));
  }

  #writeTree(tree: Tree): string {
    const entries = [...tree].sort(([a], [b]) => (a < b ? -1 : 1));
    return this.#write(
      'tree',
      Buffer.concat(
        entries.flatMap(([path, lines]) => [
          Buffer.from(`100644 ${path}\0`),
          Buffer.from(this.#write('blob', Buffer.from(lines.map((line) => `${line}\n`).join(''))), 'hex'),
        ]),
      ),
    );
  }

  #write(type: 'blob' | 'tree' | 'commit', content: Buffer): string {
    const data = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
    const id = createHash('sha1').update(data).digest('hex');
    const folder = join(this.dir, 'objects', id.slice(0, 2));
    const file = join(folder, id.slice(2));
    if (!existsSync(file)) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, deflateSync(data, { level: 0 }));
    }
    return id;
  }

  #read(id: string): Buffer {
    const data = inflateSync(readFileSync(join(this.dir, 'objects', id.slice(0, 2), id.slice(2))));
    return data.subarray(data.indexOf(0) + 1);
  }
}
