import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GitError } from '@/git/process/error';
import { git } from '@/git/process/run';
import { buildDemoRemote, DEMO_PARENTS } from './demo-remote';

test("the team's second act comes as a whole or not at all", async () => {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-demo-'));
  try {
    const { remote, teamGoesOn } = await buildDemoRemote(join(dir, 'shop.git'));
    // Its first merge would go through, its second clashes.
    await remote.from('main').branch('main').commit('Ours', { 'src/auth/session.js': 'export default 1;\n' }).write();
    const before = await remote.tips();
    await expect(teamGoesOn()).rejects.toBeInstanceOf(GitError);
    expect(await remote.tips()).toEqual(before);
    expect(await readdir(dir)).toEqual(['shop.git']);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

test("the demo's remote has its four stacks, and the team's second act gives each its trouble", async () => {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-demo-'));
  try {
    const { remote, teamGoesOn } = await buildDemoRemote(join(dir, 'shop.git'));
    const before = await remote.tips();
    expect(Object.keys(before)).toEqual([...Object.keys(DEMO_PARENTS), 'main'].sort());
    for (const [branch, parent] of Object.entries(DEMO_PARENTS)) {
      expect(await remote.contains(branch, parent), `${branch} on ${parent}`).toBe(true);
      expect(await remote.subjects(branch, parent)).not.toHaveLength(0);
    }

    await teamGoesOn();
    const { main: _trunk, 'docs/returns-policy': docs, ...rest } = await remote.tips();
    expect(docs).toBeDefined();
    const { main: _before, ...unmoved } = before;
    expect(rest).toEqual(unmoved);
    const merges = async (branch: string) =>
      (await git(['merge-tree', '--write-tree', 'main', branch], { gitDir: remote.dir, okCodes: [0, 1] })).code === 0;
    expect(await remote.contains('main', 'search/index')).toBe(true);
    expect(await remote.contains('main', 'auth/sessions')).toBe(false);
    expect(await remote.file('main', 'src/auth/session.js')).toBe(
      await remote.file('auth/sessions', 'src/auth/session.js'),
    );
    const conflicting = Object.keys(DEMO_PARENTS).map(async (branch) => ((await merges(branch)) ? [] : [branch]));
    expect((await Promise.all(conflicting)).flat()).toEqual(['catalog/price-rounding', 'catalog/price-labels']);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

test('the team works these days: a stack is older at its bottom, and nothing is of tomorrow', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-demo-'));
  const now = new Date('2031-05-06T07:08:09Z');
  try {
    const { remote, teamGoesOn } = await buildDemoRemote(join(dir, 'shop.git'), now);
    const age = async (commit: string) => {
      const { stdout } = await git(['log', '-1', '--format=%at %ct', commit], { gitDir: remote.dir });
      const [authored = 0, committed = 0] = stdout.toString().trim().split(' ').map(Number);
      expect(committed).toBe(authored);
      return now.getTime() / 1000 - authored;
    };
    const once = await remote.tips();
    for (const [branch, parent] of Object.entries(DEMO_PARENTS)) {
      expect(await age(branch), branch).toBeGreaterThan(30 * 60);
      expect(await age(branch), `${branch} after ${parent}`).toBeLessThan(await age(parent));
    }
    await teamGoesOn(now);
    // What the team does next is newer than all of that, and has happened already.
    for (const commit of ['main', 'main~1', 'main~2', 'docs/returns-policy']) {
      expect(await age(commit), commit).toBeGreaterThan(0);
      expect(await age(commit), commit).toBeLessThan(30 * 60);
    }
    // The same moment gives the same commits.
    const again = await buildDemoRemote(join(dir, 'again.git'), now);
    expect(await again.remote.tips()).toEqual(once);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
