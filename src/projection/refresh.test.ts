import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRemote, type Remote } from '@/demo/remote';
import { prepareClone, removeClone } from '@/git/clone/init';
import { fetchRemote } from '@/git/remote/fetch';
import { gitEngine } from '@/stack/engines/git';
import type { PullRequestFact } from '@/stack/landing';
import type { Registration } from '@/stack/targets';
import { COMMITTER } from '@/testing/engines/world';
import { type NotingGit, notingGit } from '@/testing/git/noting-git';
import type { ProjectedRow } from './input';
import type { KnownLanding } from './landings';
import { computeProjection, type Projection } from './refresh';
import { registrationBases } from './registration';

let dir: string;
/** Counts every git process of this file's tests: a line each. */
let noting: NotingGit;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-projection-'));
  noting = await notingGit(dir);
  process.env.SPICERACK_GIT = noting.program;
});
afterAll(async () => {
  delete process.env.SPICERACK_GIT;
  await rm(dir, { recursive: true, force: true });
});

let worlds = 0;

/** A remote, our clone of it, and the rows that the database would hold. */
class World {
  rows: ProjectedRow[] = [];
  trunkTip: string | null = null;
  readonly tips = new Map<string, string[]>();
  pullRequests = new Map<string, PullRequestFact>();
  landings: KnownLanding[] = [];
  /** What was registered last. */
  registered: Awaited<ReturnType<typeof registrationBases>> = [];
  private constructor(
    readonly remote: Remote,
    readonly gitDir: string,
  ) {}

  /** main: five files of ten lines, three commits. */
  static async make(): Promise<World> {
    worlds += 1;
    const remote = await makeRemote(join(dir, `remote-${worlds}.git`));
    await remote
      .from('main')
      .commit('Start', { a: lines('a'), b: lines('b'), c: lines('c') })
      .write();
    await remote
      .from('main')
      .commit('Two', { d: lines('d') })
      .commit('Three', { e: lines('e') })
      .write();
    return new World(remote, join(dir, `clone-${worlds}.git`));
  }

  /** Fetches, computes the projection, and keeps it as the database would. */
  async sync(): Promise<Projection> {
    await prepareClone(this.gitDir, this.remote.dir);
    await fetchRemote(this.gitDir);
    const { gitDir, rows: previousRows, trunkTip: previousTrunkTip, tips: branchTips, pullRequests } = this;
    const { landings } = this;
    const input = { gitDir, trunk: 'main', previousRows, previousTrunkTip, branchTips, pullRequests, landings };
    const projection = await computeProjection(input);
    if (!projection) throw new Error('the remote has no trunk');
    this.rows = projection.rows;
    this.trunkTip = projection.trunkTip;
    this.landings = [
      ...landings.map((one) => ({
        ...one,
        ...projection.remade.find(({ id }) => id === one.id),
        isVoid: one.isVoid || projection.voided.includes(one),
      })),
      ...projection.landings.map((one, i) => ({ ...one, id: landings.length + i, isVoid: false, retargeted: [] })),
    ];
    for (const { branch, tip } of projection.newTips) this.tips.set(branch, [tip, ...(this.tips.get(branch) ?? [])]);
    return projection;
  }

  /** Tracks branches as `register_existing_branch` does, and syncs. */
  async track(...registrations: Registration[]): Promise<Projection> {
    const { gitDir, rows, tips: branchTips, landings } = this;
    const trunk = { name: 'main', tip: this.trunkTip ?? '' };
    this.registered = await registrationBases({ gitDir, trunk, rows, branchTips, landings, registrations });
    for (const { branch, parent, base } of this.registered) {
      const row = this.row(branch);
      // As `pushedMoves` writes it.
      const forecast = row.base === base ? row.forecast : null;
      Object.assign(row, { tracked: true, parent, base, forecast });
    }
    return this.sync();
  }

  row(name: string): ProjectedRow {
    const row = this.rows.find((candidate) => candidate.name === name);
    if (!row) throw new Error(`no row ${name}`);
    return row;
  }
}

/** Ten lines, one of them changed where asked. */
function lines(word: string, change: Record<number, string> = {}): string {
  return Array.from({ length: 10 }, (_, i) => `${change[i] ?? `${word} ${i}`}\n`).join('');
}

/** main ─ one ─ two ─ three, each one commit, all tracked. */
async function stack(): Promise<World> {
  const world = await World.make();
  await world.remote
    .from('main')
    .branch('one')
    .commit('One', { a: lines('a', { 2: 'ONE' }) })
    .branch('two')
    .commit('Two', { b: lines('b', { 2: 'TWO' }) })
    .branch('three')
    .commit('Three', { c: lines('c', { 2: 'THREE' }), 'c-new': 'new\n' })
    .write();
  await world.sync();
  await world.track(
    { branch: 'one', parent: 'main' },
    { branch: 'two', parent: 'one' },
    { branch: 'three', parent: 'two' },
  );
  return world;
}

describe('what the rows say', () => {
  test('a commit below that its parent replaced needs a restack; one that the parent was only moved back over is its own', async () => {
    const world = await stack();
    await world.remote.from('two').branch('two').commit('Two, again', { d: 'd\n' }).write();
    await world.remote.from('two').branch('top').commit('Top', { e: 'e\n' }).write();
    await world.sync();
    await world.track({ branch: 'top', parent: 'two' });
    expect(world.row('top')).toMatchObject({ needsRestack: false, ahead: 1 });
    const base = await world.remote.tip('two');
    await world.remote.from('two~1').branch('two').commit('Instead', { f: 'f\n' }).write();
    await world.sync();
    expect(world.row('top')).toMatchObject({ base, needsRestack: true, ahead: 1, behind: 1 });
    expect(world.row('top').forecast).toMatchObject({ outcome: 'clean' });
    await world.remote.move('two', `${base}~1`);
    const { handedDown } = await world.sync();
    expect(world.row('top')).toMatchObject({ base: await world.remote.tip('two'), needsRestack: false, ahead: 2 });
    expect(handedDown).toEqual([{ branch: 'top', parent: 'two', commits: [base] }]);
  });

  test('a new branch is untracked, with a suggested parent and its size over that', async () => {
    const world = await World.make();
    await world.remote
      .from('main')
      .branch('one')
      .commit('One', { x: '1\n' })
      .branch('two')
      .commit('It’s “two”', { y: '1\n2\n' })
      .write();
    const projection = await world.sync();
    expect(world.row('two')).toMatchObject({
      tip: await world.remote.tip('two'),
      tracked: false,
      parent: null,
      base: null,
      suggestedParent: 'one',
      ahead: 1,
      behind: 0,
      additions: 2,
      deletions: 0,
      subject: 'It’s “two”',
      author: 'Ada Fern',
      merged: false,
      gone: false,
      forecast: null,
    });
    expect(world.row('one').suggestedParent).toBe('main');
    expect(world.rows.map((row) => row.name)).toEqual(['one', 'two']);
    expect(projection.newTips).toHaveLength(3);
    expect((await world.sync()).newTips).toEqual([]);
  });

  test('a branch needs a restack once its parent has moved, with a forecast of what that would meet', async () => {
    const world = await stack();
    expect(world.row('two')).toMatchObject({
      needsRestack: false,
      forecast: { outcome: 'in_place' },
      ahead: 1,
      behind: 0,
    });
    await world.remote
      .from('main')
      .commit('Other', { e: lines('e', { 2: 'OTHER' }) })
      .write();
    await world.sync();
    expect(world.row('one')).toMatchObject({
      needsRestack: true,
      ahead: 1,
      behind: 1,
      forecast: { outcome: 'clean', files: [] },
    });
    expect(world.row('two')).toMatchObject({ needsRestack: false, forecast: { outcome: 'in_place' } });
    await world.remote
      .from('main')
      .commit('Clash', { a: lines('a', { 2: 'CLASH' }) })
      .write();
    await world.sync();
    expect(world.row('one')).toMatchObject({
      needsRestack: true,
      behind: 2,
      forecast: { outcome: 'conflict', files: ['a'], parentTip: await world.remote.tip('main') },
    });
  });

  test('the forecast names a file that the branch has made a folder or a link as it was, and so does what is held back', async () => {
    const world = await World.make();
    await world.remote
      .from('main')
      .branch('kinds')
      .commit('Kinds', { a: null, 'a/inner': 'i\n', b: { mode: '120000', content: 'elsewhere' } })
      .write();
    await world.sync();
    await world.track({ branch: 'kinds', parent: 'main' });
    const edited = { a: lines('a', { 2: 'EDITED' }), b: lines('b', { 2: 'EDITED' }) };
    await world.remote.from('main').commit('Edit', edited).write();
    await world.sync();
    const row = world.row('kinds');
    expect(row.forecast).toMatchObject({ outcome: 'conflict', files: ['a', 'b'] });
    const { tip, base } = row;
    const planned = await gitEngine.plan({
      gitDir: world.gitDir,
      trunk: { name: 'main', tip: await world.remote.tip('main') },
      branches: [{ name: 'kinds', tip, parent: 'main', base: base ?? '' }],
      targets: [{ branch: 'kinds', onto: 'main' }],
      committer: COMMITTER,
      signal: new AbortController().signal,
      log: () => undefined,
    });
    await planned.discard();
    expect(planned.plan.heldBack).toMatchObject([{ reason: { files: [{ path: 'a' }, { path: 'b' }] } }]);
  });

  test('a parent that was rewritten leaves the base where it was, and its old commits are nobody’s conflict', async () => {
    const world = await stack();
    const old = await world.remote.tip('one');
    await world.remote
      .from('one~1')
      .branch('one')
      .commit('One anew', { a: lines('a', { 2: 'ANEW' }) })
      .write();
    await world.sync();
    expect(world.row('two')).toMatchObject({
      base: old,
      needsRestack: true,
      ahead: 1,
      behind: 1,
      additions: 1,
      forecast: { outcome: 'clean' },
    });
  });

  test('the base is found again when somebody restacked the branch by hand', async () => {
    const world = await stack();
    await world.remote
      .from('one')
      .branch('one')
      .commit('One more', { f: 'f\n' })
      .branch('two')
      .commit('Two anew', { b: lines('b', { 2: 'TWO' }) })
      .write();
    await world.sync();
    expect(world.row('two')).toMatchObject({ base: await world.remote.tip('one'), needsRestack: false, ahead: 1 });
    expect(world.row('three')).toMatchObject({ needsRestack: true, ahead: 1 });
  });

  test('a trunk that was rewritten is followed and said', async () => {
    const world = await stack();
    const old = await world.remote.tip('main');
    expect((await world.sync()).trunkRewritten).toBe(false);
    await world.remote
      .from('main~1')
      .branch('main')
      .commit('Three anew', { e: lines('e', { 0: 'ANEW' }) })
      .write();
    const projection = await world.sync();
    expect(projection).toMatchObject({
      trunkRewritten: true,
      trunkTip: await world.remote.tip('main'),
      merged: [],
      gone: [],
    });
    expect(world.row('one')).toMatchObject({ base: old, needsRestack: true, ahead: 1, behind: 1 });
  });

  test('numbers do not go stale when only the parent of a row was changed', async () => {
    const world = await stack();
    await world.track({ branch: 'three', parent: 'main' });
    expect(world.row('three')).toMatchObject({ ahead: 3, additions: 4, deletions: 3 });
  });

  test('pull request and review columns are kept', async () => {
    const world = await stack();
    Object.assign(world.row('one'), {
      prNumber: 7,
      prState: 'open',
      prUrl: 'https://example.com/7',
      ci: 'success',
      review: 'approved',
    });
    await world.remote.from('one').commit('More', { f: 'f\n' }).write();
    await world.sync();
    expect(world.row('one')).toMatchObject({
      prNumber: 7,
      prState: 'open',
      ci: 'success',
      review: 'approved',
      ahead: 2,
    });
  });

  test('a remote without the trunk has no projection', async () => {
    const world = await World.make();
    await world.sync();
    const { gitDir } = world;
    const input = {
      gitDir,
      trunk: 'trunk',
      previousRows: [],
      previousTrunkTip: null,
      branchTips: new Map(),
      landings: [],
    };
    expect(await computeProjection(input)).toBeNull();
  });
});

describe('merged', () => {
  test.each(['merge', 'squash'] as const)(
    'a branch that trunk took by %s is merged, and what stood on it is measured against trunk',
    async (how) => {
      const world = await stack();
      const tip = await world.remote.tip('one');
      await world.remote.merge('one', how);
      expect(await world.sync()).toMatchObject({ merged: [{ branch: 'one', into: 'main', onto: 'main' }], gone: [] });
      expect(world.row('one')).toMatchObject({ merged: true, needsRestack: false, forecast: null, tip });
      expect(world.row('two')).toMatchObject({
        merged: false,
        parent: 'one',
        base: tip,
        needsRestack: true,
        ahead: 1,
        behind: 1,
      });
      // Found once, and it stays so however trunk goes on.
      await world.remote
        .from('main')
        .commit('Later', { a: lines('a', { 2: 'LATER' }) })
        .write();
      expect((await world.sync()).merged).toEqual([]);
      expect(world.row('one').merged).toBe(true);
    },
  );

  test('a squash that the next branch built on is no conflict for it', async () => {
    const world = await World.make();
    await world.remote
      .from('main')
      .branch('one')
      .commit('One', { a: lines('a', { 2: 'ONE' }) })
      .branch('two')
      .commit('Two', { a: lines('a', { 2: 'TWO' }) })
      .write();
    await world.sync();
    await world.track({ branch: 'one', parent: 'main' }, { branch: 'two', parent: 'one' });
    await world.remote.merge('one', 'squash');
    await world.sync();
    expect(world.row('two').forecast).toMatchObject({ outcome: 'clean' });
  });

  test('a branch that trunk was fast-forwarded to is merged', async () => {
    const world = await stack();
    await world.remote.move('main', 'two');
    expect((await world.sync()).merged).toEqual([
      { branch: 'one', into: 'main', onto: 'main' },
      { branch: 'two', into: 'main', onto: 'main' },
    ]);
    expect(world.row('three')).toMatchObject({ merged: false, needsRestack: false, ahead: 1 });
  });

  test('a merge that was reverted since still counts, and a branch that goes on after it is live again', async () => {
    const world = await stack();
    await world.remote.merge('one', 'merge');
    await world.remote
      .from('main')
      .commit('Revert', { a: lines('a') })
      .write();
    expect((await world.sync()).merged).toEqual([{ branch: 'one', into: 'main', onto: 'main' }]);
    await world.remote.from('one').commit('Go on', { f: 'f\n' }).write();
    await world.sync();
    expect(world.row('one')).toMatchObject({ merged: false, needsRestack: true });
  });

  test('an empty branch is never merged: new, left behind, moved up, or on a stack', async () => {
    const world = await stack();
    await world.remote.from('main').branch('empty').branch('behind').branch('untracked').write();
    await world.remote.from('one').branch('on-one').write();
    await world.sync();
    await world.track(
      { branch: 'empty', parent: 'main' },
      { branch: 'behind', parent: 'main' },
      { branch: 'on-one', parent: 'one' },
    );
    await world.remote.from('main').commit('On', { f: 'f\n' }).write();
    await world.remote.move('empty', 'main');
    expect((await world.sync()).merged).toEqual([]);
    await world.remote.merge('one', 'merge');
    expect((await world.sync()).merged).toEqual([{ branch: 'one', into: 'main', onto: 'main' }]);
    expect((await world.sync()).merged).toEqual([]);
  });

  test('commits that change nothing do not make a branch merged', async () => {
    const world = await World.make();
    await world.remote.from('main').branch('draft').commit('Start the draft').write();
    await world.remote
      .from('main')
      .branch('one')
      .commit('One', { f: 'f\n' })
      .branch('undone')
      .commit('Undo one', { f: null })
      .write();
    await world.sync();
    await world.track(
      { branch: 'draft', parent: 'main' },
      { branch: 'one', parent: 'main' },
      { branch: 'undone', parent: 'one' },
    );
    await world.remote.from('main').commit('On', { g: 'g\n' }).write();
    await world.sync();
    expect(world.rows.filter((row) => row.merged)).toEqual([]);
  });

  test('a merged branch that is moved back is merged still', async () => {
    const world = await stack();
    await world.remote.from('one').commit('One more', { f: 'f\n' }).write();
    await world.sync();
    await world.remote
      .from('main')
      .commit('One', { a: lines('a', { 2: 'ONE' }) })
      .commit('One more', { f: 'f\n' })
      .write();
    expect((await world.sync()).merged.map((m) => m.branch)).toEqual(['one']);
    await world.remote.move('one', 'one~1');
    expect(await world.sync()).toMatchObject({ reopened: [], merged: [] });
    expect(await world.sync()).toMatchObject({ reopened: [], merged: [] });
    expect(world.row('one').merged).toBe(true);
  });

  test.each(['by its commits', 'squashed'])('a branch that its parent has taken in, %s, is merged', async (how) => {
    const world = await stack();
    if (how === 'squashed') {
      await world.remote
        .from('one')
        .commit('Two, squashed', { b: lines('b', { 2: 'TWO' }) })
        .write();
    } else await world.remote.move('one', 'two');
    expect((await world.sync()).merged).toEqual([{ branch: 'two', into: 'one', onto: 'one' }]);
    expect(world.row('three')).toMatchObject({ parent: 'two', ahead: 1, merged: false });
    await world.remote.merge('one', 'merge');
    expect((await world.sync()).merged.map((m) => m.branch)).toEqual(['one']);
  });

  test('a pull request counts if it went into trunk with exactly this head', async () => {
    const world = await stack();
    // It was edited in the same lines while it was merged, so the contents alone do not tell.
    await world.remote
      .from('main')
      .commit('Later', { a: lines('a', { 2: 'LATER' }) })
      .write();
    const head = await world.remote.tip('one');
    world.pullRequests.set('one', { base: 'main', head: await world.remote.tip('two'), merged: true });
    expect((await world.sync()).merged).toEqual([]);
    world.pullRequests.set('one', { base: 'two', head, merged: true });
    expect((await world.sync()).merged).toEqual([]);
    world.pullRequests.set('one', { base: 'main', head, merged: true });
    expect((await world.sync()).merged).toEqual([{ branch: 'one', into: 'main', onto: 'main' }]);
  });

  test.each([
    { what: 'not a branch of its name that was deleted since', fresh: true, merged: [] },
    { what: 'it where it was pushed to meanwhile', fresh: false, merged: ['one'] },
  ])('a pull request that was merged once is $what', async ({ fresh, merged }) => {
    const world = await stack();
    if (fresh) {
      await world.remote.merge('one', 'squash');
      await world.sync();
    }
    const head = await world.remote.tip('one');
    world.pullRequests.set('one', { base: 'main', head, merged: fresh });
    await world.remote
      .from(fresh ? 'main' : 'one')
      .branch('one')
      .commit('Other', { o: 'o\n' })
      .write();
    await world.sync();
    const tip = await world.remote.tip('one');
    // The last head that anybody saw, or one that nobody did.
    const newer = await world.remote.from('one').branch('scratch').commit('Newest', { n: 'n\n' }).write();
    if (!fresh) world.pullRequests.set('one', { base: 'main', head: newer.scratch ?? '', merged: true });
    await world.remote.merge(fresh ? 'two' : 'scratch', 'squash');
    await world.remote.delete('one');
    expect((await world.sync()).merged.flatMap(({ branch }) => (branch === 'one' ? [branch] : []))).toEqual(merged);
    if (fresh) expect(world.row('one')).toMatchObject({ gone: true, tip });
  });

  test('a branch first seen after its merge commit is known to be merged', async () => {
    const world = await World.make();
    await world.remote.from('main').branch('old').commit('Old', { f: 'f\n' }).write();
    await world.remote.from('main').commit('On', { g: 'g\n' }).write();
    await world.remote.merge('old', 'merge');
    expect((await world.sync()).merged).toEqual([{ branch: 'old', into: 'main', onto: 'main' }]);
  });

  test('a branch that stands on one squashed before anybody looked is registered above it', async () => {
    const world = await World.make();
    await world.remote
      .from('main')
      .branch('one')
      .commit('One', { f: 'f\n' })
      .branch('two')
      .commit('Two', { g: 'g\n' })
      .write();
    await world.remote.merge('one', 'squash');
    await world.sync();
    expect(world.row('two')).toMatchObject({ suggestedParent: 'main', ahead: 1, additions: 1 });
    await world.track({ branch: 'two', parent: 'main' });
    expect(world.registered).toMatchObject([{ branch: 'two', parent: 'main', base: await world.remote.tip('one') }]);
    expect(world.row('two')).toMatchObject({ base: await world.remote.tip('one'), ahead: 1, additions: 1 });
  });
});

describe('deleted on the remote', () => {
  test('a branch that was not merged is gone, and live again when it comes back', async () => {
    const world = await stack();
    const tip = await world.remote.tip('one');
    await world.remote.delete('one');
    expect(await world.sync()).toMatchObject({ gone: ['one'], merged: [] });
    expect(world.row('one')).toMatchObject({ gone: true, merged: false, tracked: true, tip, forecast: null });
    expect(world.row('two')).toMatchObject({ gone: false, parent: 'one', base: tip });
    expect((await world.sync()).gone).toEqual([]);
    await world.remote.from('two~1').branch('one').write();
    await world.sync();
    expect(world.row('one')).toMatchObject({ gone: false, tracked: true, parent: 'main', ahead: 1 });
  });

  test.each(['merge', 'squash'] as const)('a branch deleted right after its %s is merged, not gone', async (how) => {
    const world = await stack();
    const tip = await world.remote.tip('one');
    await world.remote.merge('one', how);
    await world.remote.delete('one');
    expect(await world.sync()).toMatchObject({ merged: [{ branch: 'one', into: 'main', onto: 'main' }], gone: [] });
    expect(world.row('one')).toMatchObject({ merged: true, gone: false, tip });
    expect((await world.sync()).gone).toEqual([]);
  });

  test('a clone made anew, without the old commits, tells the same', async () => {
    const world = await stack();
    await world.remote.merge('one', 'squash');
    await world.sync();
    await world.remote.delete('one');
    // two is rebuilt, so that nothing on the remote holds the old commits any more.
    await world.remote
      .from('main')
      .branch('two')
      .commit('Two anew', { b: lines('b', { 2: 'TWO' }) })
      .write();
    await world.remote.delete('three');
    await removeClone(world.gitDir);
    const projection = await world.sync();
    expect(projection).toMatchObject({ merged: [], gone: ['three'] });
    expect(world.row('one').merged).toBe(true);
    expect(world.row('two')).toMatchObject({ base: await world.remote.tip('main'), needsRestack: false });
  });
});

describe('processes', () => {
  const project = (world: World) => {
    const { gitDir, rows: previousRows, trunkTip: previousTrunkTip, tips: branchTips, landings } = world;
    return computeProjection({ gitDir, trunk: 'main', previousRows, previousTrunkTip, branchTips, landings });
  };

  test('their number does not grow with the number of branches', async () => {
    const started: number[] = [];
    for (const size of [4, 30]) {
      const world = await World.make();
      for (let i = 0; i < size; i += 1) {
        await world.remote
          .from(`main~${i % 3}`)
          .branch(`s${i}`)
          .commit('x', { [`x${i}`]: 'x\n' })
          .branch(`t${i}`)
          .commit('y', { a: `${i}\n` })
          .write();
      }
      await world.sync();
      await world.track(
        ...Array.from({ length: size }, (_, i) => [
          { branch: `s${i}`, parent: 'main' },
          { branch: `t${i}`, parent: `s${i}` },
        ]).flat(),
      );
      await world.remote.merge('s0', 'merge');
      await world.remote.merge('s1', 'squash');
      await world.remote.from('s2~1').branch('s2').commit('anew', { anew: 'x\n' }).write();
      await fetchRemote(world.gitDir);
      const commands = await noting.startedBy(() => project(world));
      started.push(commands.length);
    }
    expect(started[0]).toBe(started[1]);
    expect(started[1]).toBeGreaterThan(4);
    expect(started[1]).toBeLessThanOrEqual(13);
  });

  test('lines are counted anew of what has moved itself, and of nothing else where trunk has moved', async () => {
    const world = await stack();
    const { additions } = world.row('two');
    await world.remote.from('main').commit('On', { f: 'f\n' }).write();
    await world.remote.from('two').commit('More', { g: 'g\n' }).write();
    await fetchRemote(world.gitDir);
    const counted = async () =>
      (await noting.startedBy(() => project(world))).filter((one) => one.includes('--shortstat'));
    expect(await counted()).toHaveLength(1);
    await world.sync();
    expect(world.row('two').additions).toBe(additions + 1);
    await world.remote.from('main').commit('On', { h: 'h\n' }).write();
    await fetchRemote(world.gitDir);
    expect(await counted()).toEqual([]);
    await world.sync();
    expect(world.row('two').additions).toBe(additions + 1);
    expect(world.row('one')).toMatchObject({ needsRestack: true, forecast: { parentTip: world.trunkTip } });
  });

  test('what was too large with one parent is tried with the next one, and not again with the same', async () => {
    const world = await stack();
    const trunkGoesOn = (file: string) =>
      world.remote
        .from('main')
        .commit('On', { [file]: 'f\n' })
        .write();
    await trunkGoesOn('f');
    await world.sync();
    const row = world.row('one');
    if (!row.forecast) throw new Error('no forecast');
    row.forecast = { ...row.forecast, outcome: 'too_large' };
    await world.sync();
    expect(world.row('one').forecast?.outcome).toBe('too_large');
    await trunkGoesOn('g');
    await world.sync();
    expect(world.row('one').forecast?.outcome).toBe('clean');
  });

  test('nothing is merged or compared again when nothing has moved', async () => {
    const world = await stack();
    await world.remote.from('main').commit('On', { f: 'f\n' }).write();
    await world.sync();
    const commands = await noting.startedBy(() => project(world));
    expect(commands.length).toBeGreaterThan(0);
    expect(commands.filter((command) => /merge-tree|diff-tree/.test(command))).toEqual([]);
  });
});
