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
