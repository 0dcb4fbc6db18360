import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRemote, type Remote } from '@/demo/remote';
import { git, gitText } from '../process/run';
import { mergeByGit, pathBeforeMove } from './merge-tree';

let dir: string;
let remote: Remote;
let tips: Record<string, string>;

const tip = (branch: string): string => {
  const id = tips[branch];
  if (!id) throw new Error(`no branch ${branch}`);
  return id;
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-merge-'));
  remote = await makeRemote(join(dir, 'repo.git'));
  await remote.from('main').commit('Start', { 'a "b"\nü': 'one\ntwo\nthree\n', c: 'c\n' }).write();
  await remote.from('main').branch('ours').commit('Ours', { 'a "b"\nü': 'one\nOURS\nthree\n', c: 'ours\n' }).write();
  await remote.from('main').branch('theirs').commit('T', { 'a "b"\nü': 'one\nTHEIRS\nthree\n', c: 'theirs\n' }).write();
  await remote.from('main').branch('other').commit('Other', { d: 'd\n' }).write();
  tips = await remote.tips();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('mergeByGit', () => {
  test('answers every pair in order, with the tree that git merges or with the paths in conflict', async () => {
    const outcomes = await mergeByGit(remote.dir, [
      { ours: tip('ours'), theirs: tip('theirs') },
      { ours: tip('ours'), theirs: tip('other') },
      { ours: tip('main'), theirs: tip('ours') },
    ]);
    const merged = await gitText(['merge-tree', '--write-tree', tip('ours'), tip('other')], { gitDir: remote.dir });
    expect(outcomes).toEqual([
      { clean: false, files: ['a "b"\nü', 'c'] },
      { clean: true, tree: merged },
      { clean: true, tree: await gitText(['rev-parse', 'ours^{tree}'], { gitDir: remote.dir }) },
    ]);
  });

  test('writes nothing to the repository', async () => {
    const before = await gitText(['count-objects', '-v'], { gitDir: remote.dir });
    const files = await readdir(remote.dir, { recursive: true });
    await mergeByGit(remote.dir, [{ ours: tip('theirs'), theirs: tip('other') }]);
    expect(await gitText(['count-objects', '-v'], { gitDir: remote.dir })).toBe(before);
    expect(await readdir(remote.dir, { recursive: true })).toEqual(files);
  });

  test('merges histories that have nothing in common as if they had started empty', async () => {
    const { stdout } = await git(['commit-tree', '-m', 'Alone', `${tip('other')}^{tree}`], {
      gitDir: remote.dir,
      env: { GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@b' },
    });
    const alone = stdout.toString().trim();
    expect(await mergeByGit(remote.dir, [{ ours: tip('main'), theirs: alone }])).toMatchObject([{ clean: true }]);
  });

  test('refuses a commit that does not exist', async () => {
    const none = 'deadbeef'.repeat(5);
    await expect(mergeByGit(remote.dir, [{ ours: tip('main'), theirs: none }])).rejects.toThrow(
      /something we can merge/,
    );
  });

  test('stops when it is told to', async () => {
    const pairs = Array.from({ length: 50 }, () => ({ ours: tip('ours'), theirs: tip('other') }));
    await expect(mergeByGit(remote.dir, pairs, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  });
});

describe('a file that git has moved out of the way', () => {
  const LINK = { mode: '120000', content: 'elsewhere' } as const;
  /** `edited` has changed what `other` has turned into a folder and into a symbolic link. */
  const parted = async (branch: string, more: Record<string, string> = {}) => {
    await remote.from('main').commit('Files', { f: '1\n', tofile: '1\n', 'x~1234': '1\n' }).write();
    const at = await remote.tip('main');
    await remote.from(at).branch(`${branch}-edited`).commit('Edit', { f: '2\n', tofile: '2\n' }).write();
    const edited = await remote.tip(`${branch}-edited`);
    const taken = Object.fromEntries(Object.entries(more).map(([path, text]) => [path.replace('ID', edited), text]));
    const files = { f: null, 'f/inner': 'i\n', tofile: LINK, ...taken };
    await remote.from(at).branch(`${branch}-other`).commit('Other', files).write();
    return { edited, other: await remote.tip(`${branch}-other`) };
  };

  test('is named as it was, once, whichever side it is of', async () => {
    const { edited, other } = await parted('sides');
    expect(
      await mergeByGit(remote.dir, [
        { ours: edited, theirs: other },
        { ours: other, theirs: edited },
      ]),
    ).toEqual([
      { clean: false, files: ['f', 'tofile'] },
      { clean: false, files: ['f', 'tofile'] },
    ]);
  });

  test('is named as it was where the name that git would give it is taken', async () => {
    const { edited, other } = await parted('taken', { 'f~ID': 'own\n', 'tofile~ID': 'own\n', 'tofile~ID_0': 'own\n' });
    const names = await git(['merge-tree', '--write-tree', '--name-only', '--no-messages', edited, other], {
      gitDir: remote.dir,
      okCodes: [1],
    });
    expect(names.stdout.toString()).toContain(`f~${edited}_0\n`);
    expect(names.stdout.toString()).toContain(`tofile~${edited}_1\n`);
    expect(await mergeByGit(remote.dir, [{ ours: edited, theirs: other }])).toEqual([
      { clean: false, files: ['f', 'tofile'] },
    ]);
  });

  test('leaves what is really called like that its name', async () => {
    const { edited, other } = await parted('real');
    await remote.from(edited).branch('a').commit('A', { 'x~1234': 'a\n', 'x~1234_0': 'a\n' }).write();
    await remote.from(other).branch('b').commit('B', { 'x~1234': 'b\n', 'x~1234_0': 'b\n' }).write();
    expect(await mergeByGit(remote.dir, [{ ours: await remote.tip('a'), theirs: await remote.tip('b') }])).toEqual([
      { clean: false, files: ['f', 'tofile', 'x~1234', 'x~1234_0'] },
    ]);
  });

  test('is known by the label of a side alone, in which a slash is written another way', () => {
    const labels = ['HEAD', 'abc1234 (Fix a/b)'];
    const moved = ['f~HEAD', 'd/f~HEAD_12', 'f~abc1234 (Fix a_b)', '~HEAD', 'f~HEAD_', 'f~HEAD~1', 'f~OTHER_0', 'f_0'];
    expect(moved.map((path) => pathBeforeMove(path, labels))).toEqual(['f', 'd/f', 'f', ...moved.slice(3)]);
  });
});
