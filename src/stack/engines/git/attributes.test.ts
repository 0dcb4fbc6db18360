import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ObjectReader } from '@/git/objects/cat-file';
import { formatTree } from '@/git/objects/commit';
import { openQuarantine, type Quarantine } from '@/git/objects/objects';
import { git } from '@/git/process/run';
import { Attributes } from './attributes';

let dir: string;
let quarantine: Quarantine;
let reader: ObjectReader;
let attributes: Attributes;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-attributes-'));
  await git(['init', '--bare', '--quiet', dir]);
  quarantine = await openQuarantine(dir);
  const signal = new AbortController().signal;
  reader = new ObjectReader({ gitDir: dir, env: quarantine.env, signal });
  attributes = new Attributes(quarantine, reader, signal);
});
afterAll(async () => {
  await reader.close();
  await quarantine.discard();
  await rm(dir, { recursive: true, force: true });
});

const file = (content: string, mode = '100644') => ({ mode, id: quarantine.write('blob', Buffer.from(content)) });
const latin1 = (name: string) => Buffer.from(name).toString('latin1');
/** A tree as nested records, in git's order. */
type Spec = Record<string, { mode: string; id: string }>;
const tree = (entries: Spec) =>
  quarantine.write(
    'tree',
    formatTree(Object.entries(entries).map(([name, entry]) => ({ name: latin1(name), ...entry }))),
  );
const folder = (entries: Spec) => ({ mode: '40000', id: tree(entries) });

const filesIn = async (path: string) =>
  (await readdir(path, { recursive: true, withFileTypes: true })).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name).slice(path.length + 1)] : [],
  );

test('holds the attribute files of a tree, wherever they are, and no others', async () => {
  const inner = { '.gitattributes': file('inner'), x: file('x') };
  const path = await attributes.folder(
    tree({ '.gitattributes': file('outer'), a: folder({ b: folder(inner) }), 'c ü': folder(inner), y: file('y') }),
  );
  expect((await filesIn(path)).sort()).toEqual(['.gitattributes', 'a/b/.gitattributes', 'c ü/.gitattributes'].sort());
  expect(await readFile(join(path, 'c ü/.gitattributes'), 'utf8')).toBe('inner');
});

test('is one folder for all trees with the same attribute files, and another one for others', async () => {
  const same = { '.gitattributes': file('same') };
  const first = await attributes.folder(tree({ ...same, a: file('1') }));
  expect(await attributes.folder(tree({ ...same, b: file('2'), c: folder({ d: file('3') }) }))).toBe(first);
  expect(await attributes.folder(tree({ '.gitattributes': file('other') }))).not.toBe(first);
});

test('is empty for a tree without any, and passes over symbolic links, as git does', async () => {
  expect(await filesIn(await attributes.folder(tree({ '.gitattributes': file('a', '120000') })))).toEqual([]);
});

test('reads a tree of ten million files once each, and refuses one with too many attribute files', async () => {
  let id = tree({ x: file('x') });
  const grow = (name: string) => {
    id = quarantine.write(
      'tree',
      formatTree(Array.from({ length: 10 }, (_, i) => ({ mode: '40000', name: `${name}${i}`, id }))),
    );
  };
  for (let depth = 0; depth < 7; depth += 1) grow('d');
  expect(await filesIn(await attributes.folder(id))).toEqual([]);
  id = tree({ '.gitattributes': file('deep') });
  for (let depth = 0; depth < 7; depth += 1) grow('d');
  // The first tree is listed, as far as that goes.
  const fresh = new Attributes(quarantine, reader, new AbortController().signal);
  await expect(fresh.folder(id)).rejects.toMatchObject({ kind: 'too_large' });
});

test('writes nothing outside, whatever a made-up tree names', async () => {
  const inner = folder({ '.gitattributes': file('evil') });
  const path = await attributes.folder(
    tree({ '..': inner, '.GIT': inner, a: folder({ '..': folder({ '..': inner }) }) }),
  );
  expect(await filesIn(path)).toEqual([]);
  expect(await filesIn(quarantine.dir)).not.toContain('.gitattributes');
});
