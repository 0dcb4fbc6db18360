import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fuzzing, fuzzTimeout } from '@/testing/fuzz';
import { ObjectReader } from '../objects/cat-file';
import { formatCommit, formatTree, type TreeEntry } from '../objects/commit';
import { mergeByGit } from '../objects/merge-tree';
import { openQuarantine, type Quarantine } from '../objects/objects';
import { takePack } from '../objects/pack';
import { git } from '../process/run';
import { TreeMerger } from './tree-merge';

let gitDir: string;
let quarantine: Quarantine;
let reader: ObjectReader;
beforeAll(async () => {
  gitDir = await mkdtemp(join(tmpdir(), 'spicerack-tree-merge-'));
  await git(['init', '--bare', '--quiet', gitDir]);
  quarantine = await openQuarantine(gitDir);
  reader = new ObjectReader({ gitDir });
});
afterAll(async () => {
  await reader.close();
  await quarantine.discard();
  await rm(gitDir, { recursive: true, force: true });
});

/** A file by its path: a text in one of several edits, so that files are alike and renames are found. */
interface File {
  mode: string;
  text: number;
  edit: number;
}
type Files = ReadonlyMap<string, File>;

const FOLDERS = ['', 'a/', 'a/b/', 'c/', 'c/d/', 'e/'];
const NAMES = ['x', 'y', 'a', 'a.c', 'c', 'd'];
/** The last one is of old: git writes it as `100644`. */
const MODES = [...Array<string>(8).fill('100644'), '100755', '120000', '160000', '100664'];

const anyPath = fc.tuple(fc.constantFrom(...FOLDERS), fc.constantFrom(...NAMES)).map((parts) => parts.join(''));
const anyFile = fc.record({ mode: fc.constantFrom(...MODES), text: fc.nat(3), edit: fc.nat(3) });
/** A number that chooses among what is there. */
const which = fc.nat(99);
const anyEdit = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('put'), path: anyPath, file: anyFile }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('edit'), which, edit: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mode'), which, mode: fc.constantFrom(...MODES) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete'), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('rename'), which, to: anyPath }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('move'),
      folder: fc.constantFrom(...FOLDERS.slice(1)),
      to: fc.constantFrom('a/', 'c/', 'e/', 'f/', 'c/d/', ''),
    }),
  },
);
const anyMerge = fc.record({
  base: fc.array(fc.tuple(anyPath, anyFile), { maxLength: 9 }),
  ours: fc.array(anyEdit, { maxLength: 3 }),
  theirs: fc.array(anyEdit, { maxLength: 3 }),
});
type Edit = typeof anyEdit extends fc.Arbitrary<infer T> ? T : never;

/** With a file at a path, where no file is a folder at the same time. */
function put(files: Files, path: string, file: File): Files {
  const others = [...files].filter(([other]) => !other.startsWith(`${path}/`) && !path.startsWith(`${other}/`));
  return new Map([...others, [path, file]]);
}

function edited(files: Files, edit: Edit): Files {
  if ('file' in edit) return put(files, edit.path, edit.file);
  if ('folder' in edit) {
    const inside = [...files].filter(([path]) => path.startsWith(edit.folder));
    const rest: Files = new Map([...files].filter(([path]) => !path.startsWith(edit.folder)));
    return inside.reduce((all, [path, file]) => put(all, edit.to + path.slice(edit.folder.length), file), rest);
  }
  const [path, file] = [...files][edit.which % files.size] ?? [];
  if (!path || !file) return files;
  if ('edit' in edit) return put(files, path, { ...file, edit: edit.edit });
  if ('mode' in edit) return put(files, path, { ...file, mode: edit.mode });
  const without = new Map([...files].filter(([other]) => other !== path));
  return 'to' in edit ? put(without, edit.to, file) : without;
}

function writeFiles(files: Files): string {
  const entries = new Map<string, TreeEntry>();
  for (const [path, { mode, text, edit }] of files) {
    const [name = '', ...rest] = path.split('/');
    if (rest.length > 0) {
      const inside = [...files].filter(([other]) => other.startsWith(`${name}/`));
      const id = writeFiles(new Map(inside.map(([other, file]) => [other.slice(name.length + 1), file])));
      entries.set(`${name}/`, { mode: '40000', name, id });
    } else if (mode === '160000') {
      entries.set(name, { mode, name, id: `${text + 1}${edit + 1}`.repeat(20) });
    } else {
      const lines = Array.from({ length: 12 }, (_, line) => `text ${text} line ${line}${line === edit ? '!' : ''}\n`);
      entries.set(name, { mode, name, id: quarantine.hold('blob', Buffer.from(lines.join(''))) });
    }
  }
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  return quarantine.hold('tree', formatTree(sorted));
}

function writeCommit(tree: string, parents: string[]): string {
  const author = 'A <a@b> 0 +0000';
  return quarantine.hold('commit', formatCommit({ tree, parents, author, encoding: null, message: '' }, author));
}

test(
  'of thousands of merges each that is answered comes out as git merges it, whatever was renamed, moved, or deleted',
  async () => {
    const merges = fc.sample(anyMerge, fuzzing(4_000)).map((merge) => {
      const base = merge.base.reduce((files, [path, file]) => put(files, path, file), new Map() as Files);
      const [ours, theirs] = [merge.ours, merge.theirs].map((edits) => writeFiles(edits.reduce(edited, base)));
      const trees = { base: writeFiles(base), ours: ours ?? '', theirs: theirs ?? '' };
      const commit = writeCommit(trees.base, []);
      return {
        merge,
        trees,
        ours: writeCommit(trees.ours, [commit]),
        theirs: writeCommit(trees.theirs, [commit]),
      };
    });
    const commits = merges.flatMap(({ ours, theirs }) => [ours, theirs]);
    await takePack(quarantine, commits, []);
    const byGit = await mergeByGit(
      gitDir,
      merges.map(({ ours, theirs }) => ({ ours, theirs })),
    );

    const seen = { answered: 0, clean: 0, byBoth: 0 };
    const trees = new TreeMerger(quarantine, reader);
    for (const [i, { merge, trees: of }] of merges.entries()) {
      const change = await trees.change(of.base, of.theirs);
      const tree = change && (await trees.merge(change, of.ours));
      const outcome = byGit[i];
      if (outcome?.clean) seen.clean += 1;
      if (tree === null) continue;
      expect({ merge, outcome: { clean: true, tree } }).toEqual({ merge, outcome });
      seen.answered += 1;
      if (of.ours !== of.base && of.theirs !== of.base) seen.byBoth += 1;
    }
    // Made to be hard as they are, many of those that git merges need no git.
    expect(seen.answered).toBeGreaterThan(seen.clean / 8);
    expect(seen.byBoth).toBeGreaterThan(seen.answered / 8);
  },
  fuzzTimeout(120_000),
);
