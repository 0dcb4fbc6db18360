import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeRemote, type Remote } from '@/demo/remote';
import { gitText } from '../process/run';
import { objectsAt } from './cat-file';
import { changedPaths, diffStats, renamedPaths } from './diff-tree';

let dir: string;
let remote: Remote;
let main: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-diff-'));
  remote = await makeRemote(join(dir, 'repo.git'));
  await remote.from('main').commit('Start', { a: '1\n2\n3\n', gone: 'x\n' }).write();
  main = await remote.tip('main');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test('answers every pair in order: edits, a rename, nothing, a binary file, and the same commit twice', async () => {
  await remote.from('main').branch('edit').commit('Edit', { a: '1\n3\n4\n', gone: null, 'b\nc': 'new\n' }).write();
  await remote.from('main').branch('rename').commit('Rename', { a: null, z: '1\n2\n3\n' }).write();
  await remote
    .from('main')
    .branch('binary')
    .commit('Binary', { 'x.bin': new Uint8Array([0, 1, 2]) })
    .write();
  const to = async (branch: string) => ({ from: main, to: await remote.tip(branch) });
  expect(
    await diffStats(remote.dir, [
      await to('edit'),
      { from: main, to: main },
      await to('rename'),
      await to('binary'),
      { from: await remote.tip('edit'), to: await remote.tip('rename') },
      await to('edit'),
    ]),
  ).toEqual([
    { files: 3, additions: 2, deletions: 2 },
    { files: 0, additions: 0, deletions: 0 },
    { files: 1, additions: 0, deletions: 0 },
    { files: 1, additions: 0, deletions: 0 },
    { files: 3, additions: 2, deletions: 2 },
    { files: 3, additions: 2, deletions: 2 },
  ]);
});

test('a commit that is not there is an error, not a missing answer', async () => {
  await expect(diffStats(remote.dir, [{ from: '1234567890'.repeat(4), to: main }])).rejects.toThrow();
});

test('names the paths that a change touches; a rename is two of them', async () => {
  const to = async (branch: string) => ({ from: main, to: await remote.tip(branch) });
  await remote
    .from('main')
    .branch('mode')
    .commit('Mode', { a: { mode: '100755', content: '1\n2\n3\n' } })
    .write();
  const branches = ['edit', 'binary', 'mode', 'rename'];
  const pairs = [{ from: main, to: main }, ...(await Promise.all(branches.map(to)))];
  expect(await changedPaths(remote.dir, pairs)).toEqual([[], ['a', 'b\nc', 'gone'], ['x.bin'], ['a'], ['a', 'z']]);
});

test('names the paths that were renamed, and none that were only taken away or added', async () => {
  await remote.from('rename').branch('on').commit('Again', { z: null, y: '1\n2\n3\n' }).write();
  const to = async (branch: string) => ({ from: main, to: await remote.tip(branch) });
  const pairs = [await to('edit'), await to('rename'), { from: main, to: main }, await to('on'), await to('binary')];
  expect(await renamedPaths(remote.dir, pairs)).toEqual(
    [[], [['a', 'z']], [], [['a', 'y']], []].map((renamed) => new Map(renamed as Array<[string, string]>)),
  );
});

test('looks up what is at a path, names beyond ASCII included', async () => {
  await remote.from('main').branch('names').commit('Names', { 'dir/ü “x”': 'hi\n' }).write();
  const tip = await remote.tip('names');
  const path = Buffer.from('dir/ü “x”').toString('latin1');
  const places = ['a', 'nope', path].map((each) => ({ commit: tip, path: each }));
  expect(await objectsAt(places, { gitDir: remote.dir })).toEqual([
    await gitText(['rev-parse', `${tip}:a`], { gitDir: remote.dir }),
    null,
    await gitText(['hash-object', '--stdin'], { input: 'hi\n' }),
  ]);
});
