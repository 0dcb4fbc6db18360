import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRemote, type Remote } from '@/demo/remote';
import { type NotingGit, notingGit } from '@/testing/git/noting-git';
import { mergeByGit } from '../objects/merge-tree';
import { gitText } from '../process/run';
import { mergeTrees, treeMerges } from './merge-trees';

let dir: string;
let remote: Remote;
let noting: NotingGit;
let tips: Record<string, string>;

const tip = (branch: string): string => {
  const id = tips[branch];
  if (!id) throw new Error(`no branch ${branch}`);
  return id;
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-merge-trees-'));
  noting = await notingGit(dir);
  process.env.SPICERACK_GIT = noting.program;
  remote = await makeRemote(join(dir, 'repo.git'));
  await remote.from('main').commit('Start', { a: 'one\ntwo\nthree\n', 'in/b': 'b\n', 'in/c': 'c\n', d: 'd\n' }).write();
  await remote.from('main').branch('ours').commit('Ours', { a: 'ONE\ntwo\nthree\n', 'in/b': 'ours\n' }).write();
  await remote.from('main').branch('apart').commit('Apart', { 'in/c': 'theirs\n', e: 'e\n' }).write();
  await remote.from('main').branch('other-line').commit('Line', { a: 'one\ntwo\nTHREE\n' }).write();
  await remote.from('main').branch('same-line').commit('Clash', { a: 'uno\ntwo\nthree\n' }).write();
  await remote.from('main').branch('gone').commit('Gone', { d: null }).write();
  tips = await remote.tips();
});
afterAll(async () => {
  delete process.env.SPICERACK_GIT;
  await rm(dir, { recursive: true, force: true });
});

/** The git commands that were started meanwhile. */
async function commandsOf(work: () => Promise<unknown>): Promise<string[]> {
  const lines = await noting.startedBy(work);
  return lines.map((line) => (line.includes('merge-tree') ? 'merge-tree' : (line.split(' ')[0] ?? '')));
}

const onMain = (theirs: string) => ({ ours: tip('ours'), theirs: tip(theirs), onlyBase: tip('main') });

describe('mergeTrees', () => {
  test('asks git for no merge where each entry was changed by one side alone, and comes to the same tree', async () => {
    const pairs = [onMain('apart'), onMain('gone'), { ...onMain('apart'), ours: tip('gone') }];
    const byGit = await mergeByGit(remote.dir, pairs);
    expect(byGit.every(({ clean }) => clean)).toBe(true);
    const commands = await commandsOf(async () => expect(await mergeTrees(remote.dir, pairs)).toEqual(byGit));
    expect(commands).toEqual(['cat-file']);
  });

  test('asks git for all others at once, and answers in order', async () => {
    const pairs = [onMain('same-line'), onMain('apart'), onMain('other-line'), onMain('gone')];
    const byGit = await mergeByGit(remote.dir, pairs);
    expect(byGit.map(({ clean }) => clean)).toEqual([false, true, true, true]);
    const commands = await commandsOf(async () => expect(await mergeTrees(remote.dir, pairs)).toEqual(byGit));
    expect(commands).toEqual(['cat-file', 'merge-tree']);
  });

  test('leaves to git what is not known to stand on one commit alone', async () => {
    const { ours, theirs } = onMain('apart');
    const commands = await commandsOf(async () =>
      expect(await mergeTrees(remote.dir, [{ ours, theirs }])).toHaveLength(1),
    );
    expect(commands).toEqual(['merge-tree']);
  });

  test('merges by the base that is named, whatever else both have in common', async () => {
    const oursTree = await gitText(['rev-parse', 'ours^{tree}'], { gitDir: remote.dir });
    // All that `apart` holds stays out where it counts as the base itself.
    const pairs = ['main', 'apart'].map((base) => ({
      ours: tip('ours'),
      theirs: tip('apart'),
      base: { commit: tip(base), oursTree },
    }));
    const byGit = await mergeByGit(remote.dir, pairs);
    expect(byGit[1]).toEqual({ clean: true, tree: oursTree });
    const commands = await commandsOf(async () => expect(await mergeTrees(remote.dir, pairs)).toEqual(byGit));
    expect(commands).toEqual(['cat-file']);
  });

  test('reads once what several merges need', async () => {
    const commands = await commandsOf(async () => {
      const merges = treeMerges(remote.dir);
      await merges.merge([onMain('apart')]);
      await merges.merge([onMain('gone')]);
      await merges.close();
    });
    expect(commands).toEqual(['cat-file']);
  });

  test('refuses a commit that does not exist', async () => {
    const none = 'deadbeef'.repeat(5);
    await expect(mergeTrees(remote.dir, [{ ...onMain('apart'), theirs: none }])).rejects.toThrow(none);
  });

  test('stops when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(mergeTrees(remote.dir, [onMain('apart')], { signal })).rejects.toThrow('stopped');
  });
});
