import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { counted } from '@/counters';
import { makeRemote, type Remote } from '@/demo/remote';
import { prepareClone, removeClone } from '@/git/clone/init';
import { maintainClone } from '@/git/clone/maintenance';
import { fetchRemote } from '@/git/remote/fetch';
import type { ProjectionInput } from './input';
import { projectionOf } from './known';
import { computeProjection, type Projection } from './refresh';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-known-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

let worlds = 0;

/** A remote with a stack of two that is tracked, and looks at it by a fetch and what is known. */
async function world() {
  worlds += 1;
  const remote: Remote = await makeRemote(join(dir, `remote-${worlds}.git`));
  await remote.from('main').commit('Start', { a: '1\n' }).branch('one').commit('One', { b: '1\n' }).write();
  await remote.from('one').branch('two').commit('Two', { c: '1\n' }).write();
  const gitDir = join(dir, `clone-${worlds}.git`);
  await prepareClone(gitDir, remote.dir);
  const input: ProjectionInput = {
    gitDir,
    trunk: 'main',
    previousRows: [],
    previousTrunkTip: null,
    branchTips: new Map(),
    landings: [],
  };
  /** What is told, which is what a fresh look tells; how many processes it took; and the rows are kept as the database would. */
  async function look(): Promise<{ projection: Projection; processes: number }> {
    const { refs } = await fetchRemote(gitDir);
    const fresh = await computeProjection({ ...input, refs });
    const before = counted('git_started');
    const projection = await projectionOf({ ...input, refs });
    const processes = counted('git_started') - before;
    if (!projection) throw new Error('the remote has no trunk');
    expect(projection).toEqual(fresh);
    input.previousRows = projection.rows;
    input.previousTrunkTip = projection.trunkTip;
    const tips = new Map(input.branchTips);
    for (const { branch, tip } of projection.newTips) tips.set(branch, [tip, ...(tips.get(branch) ?? [])]);
    input.branchTips = tips;
    return { projection, processes };
  }
  /** Looks until nothing is new. */
  async function settle(): Promise<void> {
    for (let looks = 0; (await look()).processes > 0; looks += 1) if (looks > 5) throw new Error('It never settles.');
  }
  await look();
  input.previousRows = input.previousRows.map((row) => ({
    ...row,
    tracked: true,
    parent: row.name === 'two' ? 'one' : 'main',
    base: null,
  }));
  await settle();
  return { remote, input, look, settle };
}

test('a look at what is as it was at the last one asks git nothing, and tells what a fresh one tells', async () => {
  const { look } = await world();
  expect((await look()).processes).toBe(0);
});

type World = Awaited<ReturnType<typeof world>>;

test.each<[string, (here: World) => Promise<unknown>]>([
  ['a branch goes on', async ({ remote }) => remote.from('one').commit('On', { b: '2\n' }).write()],
  ['the trunk goes on', async ({ remote }) => remote.from('main').commit('On', { a: '2\n' }).write()],
  ['a branch comes', async ({ remote }) => remote.from('main').branch('new').commit('New', { d: '1\n' }).write()],
  ['a branch goes away', async ({ remote }) => remote.delete('two')],
  [
    'a person has put a branch elsewhere',
    async ({ input }) => {
      input.previousRows = input.previousRows.map((row) => (row.name === 'two' ? { ...row, parent: 'main' } : row));
    },
  ],
  [
    'a person lets a branch be',
    async ({ input }) => {
      input.previousRows = input.previousRows.map((row) => (row.name === 'two' ? { ...row, kept: true } : row));
    },
  ],
  [
    'the forge protects a branch',
    async ({ input }) => {
      input.protectedBranches = new Set(['one']);
    },
  ],
  [
    'the forge, which was not asked, protects none',
    async ({ input }) => {
      input.protectedBranches = new Set();
    },
  ],
  [
    'the clone was made anew, which may lack what the old one had',
    async ({ input, remote }) => {
      await removeClone(input.gitDir);
      await prepareClone(input.gitDir, remote.dir);
    },
  ],
  [
    'what nothing refers to was dropped from the clone',
    async ({ input }) => {
      const longAgo = new Date(Date.now() - 30 * 86_400_000);
      await utimes(join(input.gitDir, 'HEAD'), longAgo, longAgo);
      await maintainClone(input.gitDir);
    },
  ],
  [
    'a branch was seen elsewhere before',
    async ({ input }) => {
      const tip = input.previousTrunkTip ?? '';
      input.branchTips = new Map([...input.branchTips, ['one', [...(input.branchTips.get('one') ?? []), tip]]]);
    },
  ],
])('where %s, it is computed anew, and again once nothing is new it is not', async (_what, change) => {
  const here = await world();
  await change(here);
  expect((await here.look()).processes).toBeGreaterThan(0);
  await here.settle();
});
