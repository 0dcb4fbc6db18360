import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRemote, type Remote } from '@/demo/remote';
import { writeTreeOfTrees } from '@/testing/tree-of-trees';
import { ChangedPaths } from '../objects/changed-paths';
import { changedPaths, diffStats } from '../objects/diff-tree';
import { Merger, mergeByGit } from '../objects/merge-tree';
import { openQuarantine } from '../objects/objects';
import { git, gitRecords, runProgram } from './run';

let dir: string;
beforeAll(async () => {
  // Read once, at the first git process: little, so that a few hundred thousand files are too many.
  process.env.SPICERACK_GIT_MEMORY = '128';
  dir = await mkdtemp(join(tmpdir(), 'spicerack-bounds-'));
});
afterAll(async () => {
  delete process.env.SPICERACK_GIT_MEMORY;
  await rm(dir, { recursive: true, force: true });
});

const shell = (script: string, options = {}) => runProgram('/bin/sh', ['-c', script], options);

describe('what one command prints', () => {
  test('is read up to its bound; beyond, the command is ended and refused as too large', async () => {
    const print = (bytes: number) => shell(`head -c ${bytes} /dev/zero`, { maxBytes: 1000 });
    expect((await print(1000)).stdout).toHaveLength(1000);
    await expect(print(1001)).rejects.toMatchObject({ kind: 'too_large' });
    await expect(shell('cat /dev/zero', { maxBytes: 1000 })).rejects.toMatchObject({ kind: 'too_large' });
  });

  test('of its errors the first and the last are kept', async () => {
    const { stderr } = await shell('echo first >&2; head -c 5000000 /dev/zero | tr "\\0" x >&2; echo last >&2');
    expect(stderr.startsWith('first\n')).toBe(true);
    expect(stderr.endsWith('last\n')).toBe(true);
    expect(stderr.length).toBeLessThan(70_000);
  });

  test('comes record by record, whole, however it is cut', async () => {
    const repo = await makeRemote(join(dir, 'records.git'));
    const subjects = Array.from({ length: 40 }, (_, i) => `${i} ${'ä'.repeat(i * 997)}`);
    const chain = repo.from('main');
    for (const subject of subjects) chain.commit(subject);
    await chain.write();
    const read: string[] = [];
    await gitRecords(['log', '--reverse', '--format=%s', 'main'], { gitDir: repo.dir }, (line) => read.push(line));
    expect(read).toEqual(subjects.map((subject) => subject.trim()));

    const stop = new Error('enough');
    const first = gitRecords(['log', 'main'], { gitDir: repo.dir }, () => {
      throw stop;
    });
    await expect(first).rejects.toBe(stop);
  });

  test('a program that is not there is missing, also from behind the shell', async () => {
    await expect(runProgram(join(dir, 'nowhere'), [], {})).rejects.toMatchObject({ kind: 'missing' });
  });
});

describe('a change of ten million files in a few kilobytes', () => {
  let remote: Remote;
  let main: string;
  let huge: string;
  const small: string[] = [];
  beforeAll(async () => {
    remote = await makeRemote(join(dir, 'huge.git'));
    await remote.from('main').commit('Start', { a: '1\n', f0: 'a\n' }).write();
    main = await remote.tip('main');
    await writeTreeOfTrees(remote, 'base', 'main', 7);
    await writeTreeOfTrees(remote, 'huge', 'base', 7);
    huge = await remote.tip('huge');
    for (const name of ['one', 'two']) {
      await remote
        .from('main')
        .branch(name)
        .commit(name, { a: `${name}\n` })
        .write();
      small.push(await remote.tip(name));
    }
  });

  test('is not compared, and the others of its batch are', async () => {
    const base = await remote.tip('base');
    const [one = '', two = ''] = small;
    const pairs = [
      { from: main, to: one },
      { from: base, to: huge },
      { from: main, to: two },
    ];
    const stat = { files: 1, additions: 1, deletions: 1 };
    expect(await diffStats(remote.dir, pairs)).toEqual([stat, null, stat]);
    expect(await changedPaths(remote.dir, pairs)).toEqual([['a'], [], ['a']]);
  });

  test('is not merged, and the others of its batch are', async () => {
    await writeTreeOfTrees(remote, 'theirs', 'base', 7);
    const [one = '', two = ''] = small;
    const pair = { ours: await remote.tip('theirs'), theirs: huge };
    const [first, second, third] = await mergeByGit(remote.dir, [
      { ours: main, theirs: one },
      pair,
      { ours: one, theirs: two },
    ]);
    expect(first).toMatchObject({ clean: true });
    expect(second).toEqual({ clean: false, files: [], tooLarge: true });
    expect(third).toEqual({ clean: false, files: ['a'] });

    const quarantine = await openQuarantine(remote.dir);
    const merger = new Merger(quarantine);
    try {
      const asked = [{ ours: main, theirs: one }, pair, { ours: one, theirs: two }].map((each) =>
        merger.merge(each, quarantine.dir).catch((error: unknown) => error),
      );
      expect(await Promise.all(asked)).toEqual([first, expect.objectContaining({ kind: 'too_large' }), third]);
    } finally {
      await merger.close();
      await quarantine.discard();
    }
  });

  test('is not told path by path, and the other commits are', async () => {
    const paths = new ChangedPaths({ gitDir: remote.dir });
    try {
      const asked = [small[0] ?? '', huge, small[1] ?? ''].map((id) => paths.of(id).catch((error: unknown) => error));
      expect(await Promise.all(asked)).toEqual(['M\0a\0', expect.objectContaining({ kind: 'too_large' }), 'M\0a\0']);
      expect(await paths.of(small[0] ?? '')).toBe('M\0a\0');
    } finally {
      await paths.close();
    }
  });
});

test.runIf(process.platform === 'linux')(
  "a pack larger than git's memory can be read: mapped, it does not count",
  async () => {
    const repo = await makeRemote(join(dir, 'pack.git'));
    await repo.config('fastimport.unpackLimit', '1');
    await repo.config('core.compression', '0');
    for (const part of [1, 2, 3, 4, 5, 6, 7, 8]) {
      // What starts git holds its input, and has the same limit.
      const files = Array.from({ length: 9 }, (_, i) => [`f${part}${i}`, randomBytes(2 * 1024 * 1024)]);
      await repo.from('main').commit('Large', Object.fromEntries(files)).write();
    }
    await git(['repack', '-adq', '--window=0'], { gitDir: repo.dir });
    const { stdout } = await git(['count-objects', '-v'], { gitDir: repo.dir });
    expect(Number(String(stdout).match(/size-pack: (\d+)/)?.[1])).toBeGreaterThan(128 * 1024);
    await git(['cat-file', '--batch-all-objects', '--batch-check'], { gitDir: repo.dir });
  },
);
