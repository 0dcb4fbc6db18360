import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRemote, type Remote } from '@/demo/remote';
import { git, gitText } from '../process/run';
import { mergeByGit } from './merge-tree';

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
