import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { git, gitText } from '../process/run';
import { ObjectReader } from './cat-file';
import { formatCommit, formatTree } from './commit';
import { type Like, openQuarantine, type Quarantine } from './objects';
import { takePack } from './pack';

const AUTHOR = 'A <a@b> 0 +0000';
/** So many files that a copy of what is the same takes more than one instruction. */
const FILES = 3_000;
/** More than one edit after another may lead to a tree. */
const COMMITS = 70;

describe.each(['sha1', 'sha256'])('what is held goes to the clone, with ids of %s', (format) => {
  let gitDir: string;
  let quarantine: Quarantine;
  beforeEach(async () => {
    gitDir = await mkdtemp(join(tmpdir(), 'spicerack-pack-'));
    await git(['init', '--bare', '--quiet', `--object-format=${format}`, gitDir]);
    quarantine = await openQuarantine(gitDir, format === 'sha1' ? 40 : 64);
  });
  afterEach(async () => {
    await quarantine.discard();
    await rm(gitDir, { recursive: true, force: true });
  });

  const treeOf = (change: number) => {
    const id = quarantine.hold('blob', Buffer.from('content\n'));
    const other = quarantine.hold('blob', Buffer.alloc(3_000, `${change}`));
    return formatTree(
      Array.from({ length: FILES }, (_, i) => {
        return { mode: '100644', name: `file ${10_000 + i}`, id: i === (change * 41) % FILES ? other : id };
      }),
    );
  };
  const commitOf = (tree: string, parents: string[]) =>
    quarantine.hold('commit', formatCommit({ tree, parents, author: AUTHOR, encoding: null, message: 'm\n' }, AUTHOR));

  test('byte for byte, edits upon edits of what the clone has included, in a fraction of the bytes', async () => {
    let content = treeOf(0);
    let tree = quarantine.hold('tree', content);
    const base = commitOf(tree, []);
    await takePack(quarantine, [base], []);
    await git(['update-ref', 'refs/heads/base', base], { gitDir });
    await quarantine.discard();

    quarantine = await openQuarantine(gitDir, format === 'sha1' ? 40 : 64);
    let tip = base;
    const made = new Map<string, Buffer>();
    for (let i = 1; i <= COMMITS; i += 1) {
      const next = treeOf(i);
      tree = quarantine.hold('tree', next, { id: tree, content, objects: [], folders: [] });
      content = next;
      tip = commitOf(tree, [tip]);
      made.set(tree, content);
    }
    expect(quarantine.isHeld).toBe(true);
    await takePack(quarantine, [tip], [base]);
    await git(['update-ref', 'refs/heads/tip', tip], { gitDir });

    const reader = new ObjectReader({ gitDir });
    try {
      for (const [id, bytes] of made) expect((await reader.read(id)).content.equals(bytes)).toBe(true);
    } finally {
      await reader.close();
    }
    expect(await gitText(['fsck', '--no-dangling'], { gitDir })).toBe('');
    const packed = Number(/^size-pack: (\d+)$/m.exec(await gitText(['count-objects', '-v'], { gitDir }))?.[1]) * 1024;
    expect(packed).toBeLessThan((COMMITS * content.length) / 5);
  });

  test('also where a change is taken back, so that a tree of the clone comes of an edit of itself', async () => {
    const [content, other] = [treeOf(0), treeOf(1)];
    const tree = quarantine.hold('tree', content);
    const base = commitOf(tree, []);
    await takePack(quarantine, [base], []);
    await git(['update-ref', 'refs/heads/base', base], { gitDir });
    await quarantine.discard();

    quarantine = await openQuarantine(gitDir, format === 'sha1' ? 40 : 64);
    treeOf(1);
    const there = quarantine.hold('tree', other, { id: tree, content, objects: [], folders: [] });
    const back = quarantine.hold('tree', content, { id: there, content: other, objects: [], folders: [] });
    expect(back).toBe(tree);
    const tip = commitOf(back, [commitOf(there, [base])]);
    await takePack(quarantine, [tip], [base]);
    await git(['update-ref', 'refs/heads/tip', tip], { gitDir });
    expect(await gitText(['fsck', '--no-dangling'], { gitDir })).toBe('');
  });

  test('also where git has written beside it, and is refused where something is missing', async () => {
    const tree = quarantine.hold(
      'tree',
      formatTree([{ mode: '100644', name: 'a', id: 'ab'.repeat(format === 'sha1' ? 20 : 32) }]),
    );
    await expect(takePack(quarantine, [commitOf(tree, [])], [])).rejects.toThrow();
    const written = quarantine.write('blob', Buffer.from('a\n'));
    const whole = quarantine.hold('tree', formatTree([{ mode: '100644', name: 'a', id: written }]));
    const commit = commitOf(whole, []);
    expect(quarantine.isHeld).toBe(false);
    await takePack(quarantine, [commit], []);
    expect(await gitText(['cat-file', 'blob', `${commit}:a`], { gitDir })).toBe('a');
  });

  const missing = 'ab'.repeat(format === 'sha1' ? 20 : 32);
  const treeWith = (entry: { mode: string; name: string; id: string }, named: Pick<Like, 'objects' | 'folders'>) => {
    const content = formatTree([{ mode: '100644', name: 'a', id: quarantine.hold('blob', Buffer.from('a\n')) }]);
    const like = { id: quarantine.hold('tree', content), content, ...named };
    return quarantine.hold('tree', Buffer.concat([content, formatTree([entry])]), like);
  };

  test('nor where something that an edit brings is not there', async () => {
    const tree = treeWith({ mode: '100644', name: 'b', id: missing }, { objects: [missing], folders: [] });
    await expect(takePack(quarantine, [commitOf(tree, [])], [])).rejects.toThrow(`the clone lacks object ${missing}`);
  });

  test('nor where a parent of a commit is not there', async () => {
    const tree = treeWith({ mode: '160000', name: 'b', id: missing }, { objects: [], folders: [] });
    await takePack(quarantine, [commitOf(tree, [])], []);
    const orphan = commitOf(tree, [missing]);
    await expect(takePack(quarantine, [orphan], [])).rejects.toThrow(`the clone lacks object ${missing}`);
  });

  test('nor where something within a folder that an edit brings is not there', async () => {
    const folder = formatTree([{ mode: '100644', name: 'c', id: missing }]);
    const args = ['hash-object', '-w', '-t', 'tree', '--literally', '--stdin'];
    const id = String((await git(args, { gitDir, input: folder })).stdout).trim();
    const tree = treeWith({ mode: '40000', name: 'b', id }, { objects: [], folders: [id] });
    await expect(takePack(quarantine, [commitOf(tree, [])], [])).rejects.toThrow(missing);
  });

  test('nor where git makes something else of an edit than what is held', async () => {
    const content = treeOf(0);
    const [like, next] = [Buffer.from(content), treeOf(1)];
    // The last byte of all: what is taken from that tree is not what it has.
    const at = content.length - 1;
    for (const bytes of [like, next]) bytes.writeUInt8((content.readUInt8(at) + 1) % 256, at);
    const edit = { id: quarantine.hold('tree', content), content: like, objects: [], folders: [] };
    const tree = quarantine.hold('tree', next, edit);
    await expect(takePack(quarantine, [commitOf(tree, [])], [])).rejects.toThrow(`the clone lacks object ${tree}`);
  });

  test('nor where a tree is not there of which one is an edit', async () => {
    const content = treeOf(0);
    const next = treeOf(1);
    const like = { id: missing, content, objects: [], folders: [] };
    const commit = commitOf(quarantine.hold('tree', next, like), []);
    await expect(takePack(quarantine, [commit], [])).rejects.toThrow();
  });
});

describe('what is held in memory', () => {
  const MEGABYTE = 1024 * 1024;
  let quarantine: Quarantine;
  beforeEach(async () => {
    quarantine = await openQuarantine(tmpdir());
  });
  afterEach(() => quarantine.discard());

  /** Each an edit of the one before. */
  function holdEdits(count: number, nameOf: (id: string) => string = (id) => id): void {
    let like: Like | undefined;
    for (let i = 0; i < count; i += 1) {
      const content = Buffer.alloc(MEGABYTE, i + 1);
      const id = quarantine.hold('tree', content, like);
      like = { id: nameOf(id), content, objects: [], folders: [] };
    }
  }

  test('counts once of what is itself an edit of what is held', () => {
    holdEdits(60);
    expect(quarantine.isHeld).toBe(true);
    holdEdits(70);
    expect(quarantine.isHeld).toBe(false);
  });

  test('counts with what it is an edit of where that is not held', () => {
    holdEdits(60, (id) => `not ${id}`);
    expect(quarantine.isHeld).toBe(false);
  });
});
