import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ActionKind } from '@/db/schema';
import { findGitSpice } from '@/stack/engines/git-spice/find';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { type InProcess, inProcess } from '@/testing/in-process';
import { type Files, makeRemote, type Remote } from '@/testing/remote';
import { appRouter } from './router';

/** What has landed and what has not, through the API and on real remotes, by each engine. */

const spice = await findGitSpice();
const engines = [
  { engine: 'git', name: 'git engine', skip: false },
  'missing' in spice
    ? { engine: 'git-spice', name: 'git-spice engine (program not found)', skip: true }
    : { engine: 'git-spice', name: `git-spice engine (${spice.version})`, skip: false },
];

let dir: string;
let test: TestDatabase;
let app: InProcess;
let remotes = 0;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-landings-'));
  vi.stubEnv('SPICERACK_DATA_DIR', join(dir, 'data'));
  test = await testDatabase();
  app = inProcess(test.db);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await test.close();
  await rm(dir, { recursive: true, force: true });
});

const api = () => appRouter.createCaller({ db: test.db, requestedBy: 'test', shutdown: new AbortController().signal });

/** A remote, and the repo that Spicerack knows it as. */
class World {
  private constructor(
    readonly remote: Remote,
    readonly repoId: string,
  ) {}

  /** main with one file, and a stack on it: a branch for each entry, with its commits; all registered. */
  static async make(engine: string, stack: Record<string, Files[]>, start: Files = { app: lines() }): Promise<World> {
    const remote = await makeRemote(join(dir, `remote-${++remotes}.git`));
    await remote.from('main').commit('Start', start).write();
    let below = 'main';
    for (const [branch, commits] of Object.entries(stack)) {
      const chain = remote.from(below).branch(branch);
      for (const [i, files] of commits.entries()) chain.commit(`${branch}${i + 1}`, files);
      await chain.write();
      below = branch;
    }
    const { repo } = await api().repos.add({ url: remote.dir });
    await api().repos.update({ repoId: repo.id, engine: engine === 'git' ? 'git' : 'git-spice' });
    const world = new World(remote, repo.id);
    await app.rest();
    below = 'main';
    for (const branch of Object.keys(stack)) {
      await world.run('register_existing_branch', { branch, parent: below });
      below = branch;
    }
    return world;
  }

  async run(kind: ActionKind, fields: { branch?: string; parent?: string } = {}) {
    const { jobId } = await api().jobs.run({ repoId: this.repoId, kind, ...fields });
    await app.rest();
    const { job, moves } = await api().jobs.get({ jobId });
    const { lines: log } = await api().jobs.log({ jobId });
    if (!job.result) throw new Error(`${kind}: ${job.message}`);
    return { ...job, result: job.result, moves, log: log.map(({ line }) => line) };
  }

  sync() {
    return this.run('sync_repo');
  }

  restack() {
    return this.run('restack_repo');
  }

  /** What a branch's row says of where it is, in a few words. */
  async state(branch: string): Promise<string> {
    const { branches } = await api().repos.overview({ repoId: this.repoId });
    const row = branches.find(({ name }) => name === branch);
    if (!row) return 'unknown';
    if (row.merged) return 'merged';
    if (row.gone) return 'gone';
    const parent = branches.find(({ name }) => name === row.parent);
    return `on ${parent?.merged ? `merged ${row.parent}` : row.parent}`;
  }

  async states(...names: string[]): Promise<Record<string, string>> {
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await this.state(name)] as const)));
  }

  /** Commits to main what others do there. */
  async onMain(subject: string, files: Files): Promise<string> {
    await this.remote.from('main').commit(subject, files).write();
    return this.remote.tip('main');
  }
}

/** Ten lines, some of them changed. */
function lines(changes: Record<number, string> = {}): string {
  return Array.from({ length: 10 }, (_, i) => `${changes[i] ?? `line ${i}`}\n`).join('');
}

describe.each(engines.filter(({ skip }) => !skip))('what has landed, by the $name', ({ engine }) => {
  describe('a branch that removes what the one below it had added', () => {
    const stack = {
      a: [{ feature: 'f\n', debug: 'd\n', app: lines({ 2: 'A' }) }],
      b: [{ debug: null }],
      c: [{ c: 'c\n' }],
    };

    it('is open, on main, after the one below was squashed', async () => {
      const world = await World.make(engine, stack);
      await world.remote.merge('a', 'squash');
      expect((await world.sync()).result.merged).toEqual([{ branch: 'a', into: 'main', onto: 'main' }]);
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'on main', c: 'on b' });
      expect(await world.remote.subjects('c', 'main')).toEqual(['b1', 'c1']);
      expect([await world.remote.file('c', 'debug'), await world.remote.file('c', 'feature')]).toEqual([null, 'f\n']);
    });

    it('has landed once main has removed it too', async () => {
      const world = await World.make(engine, stack);
      await world.remote.merge('a', 'squash');
      await world.onMain('No debug', { debug: null });
      await world.sync();
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'merged', c: 'on main' });
    });

    it('is open also where it is a later commit of the very branch', async () => {
      const world = await World.make(engine, { a: [...stack.a, ...stack.b] });
      const whole = await world.remote.tip('a');
      await world.remote.move('a', 'a~1');
      await world.remote.merge('a', 'squash');
      await world.remote.move('a', whole);
      await world.sync();
      expect(await world.state('a')).toBe('on main');
      await world.restack();
      expect(await world.remote.subjects('a', 'main')).toEqual(['a2']);
      expect(await world.remote.file('a', 'debug')).toBeNull();
    });
  });

  describe('a branch that is squashed together with the one below it', () => {
    const stack = { a: [{ f: 'one\n' }], b: [{ f: 'two\n', b: 'b\n' }], c: [{ c: 'c\n' }] };

    it('settles that one too, whose own lines are there no more', async () => {
      const world = await World.make(engine, stack);
      await world.remote.merge('b', 'squash');
      await world.sync();
      await world.restack();
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'merged', c: 'on main' });
      expect(await world.remote.subjects('c', 'main')).toEqual(['c1']);
      expect((await world.restack()).result.heldBack).toEqual([]);
    });

    it('leaves open what was pushed to that one since', async () => {
      const world = await World.make(engine, stack);
      await world.remote.from('a').commit('a2', { late: 'l\n' }).write();
      await world.remote.merge('b', 'squash');
      await world.sync();
      await world.restack();
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'merged', c: 'on a' });
      expect(await world.remote.subjects('a', 'main')).toEqual(['a2']);
    });
  });

  describe('work that is pushed on top of what was squashed', () => {
    const stack = { a: [{ app: lines({ 2: 'A' }) }, { app: lines({ 2: 'AA' }) }] };

    it('is open, on main, when it comes after the sync that saw the squash', async () => {
      const world = await World.make(engine, stack);
      await world.remote.merge('a', 'squash');
      await world.sync();
      expect(await world.state('a')).toBe('merged');
      await world.remote
        .from('a')
        .commit('a3', { app: lines({ 2: 'AAA' }) })
        .write();
      expect((await world.sync()).message).toContain('Open again: a, which has new work on top of what was merged.');
      const restacked = await world.restack();
      expect(restacked).toMatchObject({ status: 'completed', result: { heldBack: [] } });
      expect(await world.state('a')).toBe('on main');
      expect(await world.remote.subjects('a', 'main')).toEqual(['a3']);
      expect(await world.remote.file('a', 'app')).toBe(lines({ 2: 'AAA' }));
    });

    it('is open, on main, when it came before that', async () => {
      const world = await World.make(engine, stack);
      await world.remote.merge('a', 'squash');
      await world.remote
        .from('a')
        .commit('a3', { app: lines({ 2: 'AAA' }) })
        .write();
      await world.sync();
      await world.restack();
      expect(await world.state('a')).toBe('on main');
      expect(await world.remote.subjects('a', 'main')).toEqual(['a3']);
    });

    it('is merged when it has landed as well', async () => {
      const world = await World.make(engine, stack);
      await world.remote.merge('a', 'squash');
      await world.sync();
      await world.remote.from('a').commit('a3', { late: 'l\n' }).write();
      await world.onMain('Late', { late: 'l\n' });
      await world.sync();
      expect(await world.state('a')).toBe('merged');
    });
  });

  describe('a branch whose change alone is picked into main', () => {
    const stack = { a: [{ a: 'a\n' }], b: [{ b: 'b\n' }], c: [{ c: 'c\n' }] };

    it('has landed, and what stood on it stands on the open one below', async () => {
      const world = await World.make(engine, stack);
      await world.onMain('Pick b', { b: 'b\n' });
      expect((await world.sync()).result.merged).toEqual([{ branch: 'b', into: 'main', onto: 'a' }]);
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'merged', c: 'on a' });
      expect(await world.remote.subjects('c', 'a')).toEqual(['c1']);
      await world.restack();
      expect(await world.remote.subjects('c', 'main')).toEqual(['a1', 'c1']);
      expect(await world.remote.paths('c')).toEqual(['a', 'app', 'b', 'c']);
    });

    it('has not landed where only a part of it was picked', async () => {
      const world = await World.make(engine, { ...stack, b: [{ b: 'b\n', more: 'm\n' }] });
      await world.onMain('Pick a part of b', { b: 'b\n' });
      await world.sync();
      await world.restack();
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'on a', c: 'on b' });
      expect(await world.remote.paths('c')).toEqual(['a', 'app', 'b', 'c', 'more']);
    });
  });
});
