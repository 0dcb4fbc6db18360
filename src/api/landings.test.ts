import { beforeAll, describe, expect, it } from 'vitest';
import { callerOn } from '@/api/testing/caller';
import { lines, World } from '@/api/testing/world';
import type { Files } from '@/demo/remote';
import type { ActionKind } from '@/model/kinds';
import { findGitSpice } from '@/stack/engines/git-spice/find';
import { testGround } from '@/testing/hooks/ground';
import { type InProcess, inProcess } from '@/testing/in-process';

/** What has landed and what has not, through the API and on real remotes, by each engine. */

const spice = await findGitSpice();
const engines = [
  { engine: 'git', name: 'git engine', skip: false },
  'missing' in spice
    ? { engine: 'git-spice', name: 'git-spice engine (program not found)', skip: true }
    : { engine: 'git-spice', name: `git-spice engine (${spice.version})`, skip: false },
];

const test = testGround();
let app: InProcess;
beforeAll(() => {
  app = inProcess(test.db);
});

const api = () => callerOn(test.db);
const makeWorld = (engine: string, stack: Record<string, Files[]>, start?: Files) =>
  World.make({ dir: test.dir, db: test.db, jobs: app }, engine, stack, start);

it('a sync that only reads finds what has landed and moves nothing, and one that moves then does', async () => {
  const world = await makeWorld('git', { A: [{ a: 'a' }], B: [{ b: 'b' }], C: [{ c: 'c' }] });
  await world.onMain('A (#1)', { a: 'a' });
  const tips = await world.remote.tips();
  const reading = await world.run('sync_repo', { move: false });
  expect(reading).toMatchObject({ status: 'completed', message: 'Found merged: A.', moves: [] });
  expect(await world.remote.tips()).toEqual(tips);
  expect(await world.states('A', 'B', 'C')).toEqual({ A: 'merged', B: 'on merged A', C: 'on B' });
  expect(await world.run('sync_repo', { move: false })).toMatchObject({ message: 'Synced.', moves: [] });

  expect((await world.sync()).message).toBe('Moved 2 branches.');
  expect(await world.states('A', 'B', 'C')).toEqual({ A: 'merged', B: 'on main', C: 'on B' });
});

describe.each(engines.filter(({ skip }) => !skip))('what has landed, by the $name', ({ engine }) => {
  describe('a branch that removes what the one below it had added', () => {
    const stack = {
      a: [{ feature: 'f\n', debug: 'd\n', app: lines({ 2: 'A' }) }],
      b: [{ debug: null }],
      c: [{ c: 'c\n' }],
    };

    it('is open, on main, after the one below was squashed', async () => {
      const world = await makeWorld(engine, stack);
      await world.remote.merge('a', 'squash');
      expect((await world.sync()).result.merged).toEqual([{ branch: 'a', into: 'main', onto: 'main' }]);
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'on main', c: 'on b' });
      expect(await world.remote.subjects('c', 'main')).toEqual(['b1', 'c1']);
      expect([await world.remote.file('c', 'debug'), await world.remote.file('c', 'feature')]).toEqual([null, 'f\n']);
    });

    it('has landed once main has removed it too', async () => {
      const world = await makeWorld(engine, stack);
      await world.remote.merge('a', 'squash');
      await world.onMain('No debug', { debug: null });
      await world.sync();
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'merged', c: 'on main' });
    });

    it('has landed where it was squashed together with that one', async () => {
      const world = await makeWorld(engine, stack);
      await world.remote.merge('b', 'squash');
      await world.sync();
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'merged', c: 'on main' });
    });

    it('is open also where it is a later commit of the very branch', async () => {
      const world = await makeWorld(engine, { a: [...stack.a, ...stack.b] });
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
      const world = await makeWorld(engine, stack);
      await world.remote.merge('b', 'squash');
      await world.sync();
      await world.restack();
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'merged', c: 'on main' });
      expect(await world.remote.subjects('c', 'main')).toEqual(['c1']);
      expect((await world.restack()).result.heldBack).toEqual([]);
    });

    it('leaves open what was pushed to that one since', async () => {
      const world = await makeWorld(engine, stack);
      await world.remote.from('a').commit('a2', { late: 'l\n' }).write();
      await world.remote.merge('b', 'squash');
      await world.sync();
      await world.restack();
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'merged', c: 'on a' });
      expect(await world.remote.subjects('a', 'main')).toEqual(['a2']);
    });
  });

  describe('a branch that takes away all that the one below it had added', () => {
    const stack = { a: [{ debug: 'd\n' }], b: [{ debug: null, app: lines({ 2: 'B' }) }], c: [{ c: 'c\n' }] };

    it('settles that one too where both were squashed', async () => {
      const world = await makeWorld(engine, stack);
      await world.remote.merge('b', 'squash');
      await world.sync();
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'merged', c: 'on main' });
    });

    it('settles that one too where both were picked, one after the other', async () => {
      const world = await makeWorld(engine, stack);
      await world.onMain('a (#1)', { debug: 'd\n' });
      await world.onMain('b (#2)', { debug: null, app: lines({ 2: 'B' }) });
      await world.sync();
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'merged', c: 'on main' });
    });

    it('is open itself where somebody else makes the rest of the change: what it takes away is not on main', async () => {
      const world = await makeWorld(engine, stack);
      await world.onMain('Go on', { m: 'm\n', app: lines({ 2: 'B' }) });
      await world.restack();
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'on a', c: 'on b' });
      expect(await world.remote.file('c', 'debug')).toBeNull();
    });
  });

  describe('a branch that is squashed with what it still has of others, which were rewritten since', () => {
    const stack = {
      a: [{ app: lines({ 2: 'A' }) }],
      b: [{ b: 'b\n' }, { bb: 'bb\n' }],
      c: [{ app: lines({ 2: 'C' }) }],
    };

    it('settles what those have of it, and leaves open what they made of the rest', async () => {
      const world = await makeWorld(engine, stack);
      await world.remote.from('b~1').branch('b').commit('b2, amended', { bb: 'other\n' }).write();
      await world.remote.merge('c', 'squash');
      // Main has what b2 was.
      expect((await world.sync()).result.heldBack).toMatchObject([
        { branch: 'b', reason: { kind: 'conflict', subject: 'b2, amended' } },
      ]);
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'on merged a', c: 'merged' });
    });

    describe('and they stand on main by now', () => {
      /** `b1` is in `c` alone; its author has put another version of `b` onto a newer main, and a sync has seen that. */
      async function rewritten(): Promise<World> {
        const world = await makeWorld(engine, { b: [{ b: 'b\n' }], c: [{ c: 'c\n' }, { cc: 'cc\n' }] });
        await world.onMain('Go on', { m: 'm\n' });
        await world.remote.from('main').branch('b').commit('b1, amended', { other: 'o\n' }).write();
        await world.run('sync_repo', { move: false });
        return world;
      }

      it('says of none of it that no branch has it any more', async () => {
        const world = await rewritten();
        await world.onMain('c1, and b1 with it (#1)', { b: 'b\n', c: 'c\n' });
        const { message, result } = await world.restack();
        expect(result).toMatchObject({ left: [], heldBack: [] });
        expect(message).toContain('Landed in main: 1 commit of b, which goes on.');
        expect(message).toContain('Landed in main: 1 commit of c, which goes on.');
        expect(await world.remote.subjects('c', 'main')).toEqual(['b1, amended', 'c2']);
        // And what is found once is found once.
        await world.onMain('c2 (#2)', { cc: 'cc\n' });
        const { result: then } = await world.sync();
        expect(then).toMatchObject({ merged: [{ branch: 'c', into: 'main' }], landed: [], left: [] });
        expect(await world.states('b', 'c')).toEqual({ b: 'on main', c: 'merged' });
      });

      it('says so where it has not landed', async () => {
        const world = await rewritten();
        await world.onMain('c1 alone (#1)', { c: 'c\n' });
        const { message, result } = await world.restack();
        expect(result).toMatchObject({ left: [{ branch: 'c', subject: 'b1', on: null }], heldBack: [] });
        expect(message).not.toContain('of b');
        expect(await world.remote.subjects('c', 'main')).toEqual(['b1, amended', 'c2']);
      });
    });

    it('settles those below one that was deleted, too', async () => {
      const world = await makeWorld(engine, stack);
      await world.remote.delete('b');
      await world.sync();
      await world.remote.merge('c', 'squash');
      await world.sync();
      expect(await world.states('a', 'c')).toEqual({ a: 'merged', c: 'merged' });
    });

    it('settles nothing below where only its own change was picked', async () => {
      const world = await makeWorld(engine, { ...stack, c: [{ c: 'c\n' }] });
      await world.remote.from('b~1').branch('b').commit('b2, amended', { bb: 'other\n' }).write();
      await world.onMain('C (#1)', { c: 'c\n' });
      await world.sync();
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'on a', c: 'merged' });
    });
  });

  describe('work that is pushed on top of what was squashed', () => {
    const stack = { a: [{ app: lines({ 2: 'A' }) }, { app: lines({ 2: 'AA' }) }] };

    it('is open, on main, when it comes after the sync that saw the squash', async () => {
      const world = await makeWorld(engine, stack);
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
      const world = await makeWorld(engine, stack);
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

    it('is told of as other work where the branch has begun anew', async () => {
      const world = await makeWorld(engine, stack);
      await world.remote.merge('a', 'squash');
      await world.sync();
      await world.remote.from('main').branch('a').commit('a3', { next: 'n\n' }).write();
      expect((await world.sync()).message).toContain('Open again: a, which has other work than what was merged.');
      expect((await world.restack()).message).toBe('Nothing to do: no branch has to move.');
      expect(await world.remote.subjects('a', 'main')).toEqual(['a3']);
    });

    it('is merged when it has landed as well', async () => {
      const world = await makeWorld(engine, stack);
      await world.remote.merge('a', 'squash');
      await world.sync();
      await world.remote.from('a').commit('a3', { late: 'l\n' }).write();
      await world.onMain('Late', { late: 'l\n' });
      await world.sync();
      expect(await world.state('a')).toBe('merged');
    });
  });

  describe('a branch that has landed, and was rewritten before anybody looked', () => {
    const stack = { a: [{ a: 'a\n' }], b: [{ b: 'b\n' }] };

    it('takes nothing of that from under what stands on it, as far as anybody has to hear', async () => {
      const world = await makeWorld(engine, stack);
      await world.onMain('A (#1)', { a: 'a\n' });
      await world.remote.from('main').branch('a').commit('Other work', { o: 'o\n' }).write();
      const { message, result } = await world.restack();
      expect(result.landed?.map(({ branch, subject, into }) => ({ branch, subject, into }))).toEqual([
        { branch: 'a', subject: 'a1', into: 'main' },
      ]);
      expect(result.left).toEqual([]);
      expect(message).toBe('Moved 1 branch. Landed in main: 1 commit of a, which goes on.');
      expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on a' });
    });

    it('is merged where its author has put it onto main, until it gets new work', async () => {
      const world = await makeWorld(engine, stack);
      await world.onMain('A (#1)', { a: 'a\n' });
      await world.remote.move('a', 'main');
      await world.sync();
      expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: 'on main' });
      await world.remote.from('a').commit('a2', { a2: 'a\n' }).write();
      await world.sync();
      expect(await world.state('a')).toBe('on main');
    });

    it('is open where its author has put it onto main, and it had not landed', async () => {
      const world = await makeWorld(engine, stack);
      await world.onMain('Go on', { m: 'm\n' });
      await world.remote.move('a', 'main');
      const { left } = (await world.restack()).result;
      expect(left?.map(({ branch, subject, on }) => ({ branch, subject, on }))).toEqual([
        { branch: 'b', subject: 'a1', on: null },
      ]);
      expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on a' });
    });
  });

  describe('a branch whose change alone is picked into main', () => {
    const stack = { a: [{ a: 'a\n' }], b: [{ b: 'b\n' }], c: [{ c: 'c\n' }] };

    it('has landed, and what stood on it stands on the open one below', async () => {
      const world = await makeWorld(engine, stack);
      await world.onMain('Pick b', { b: 'b\n' });
      expect((await world.sync()).result.merged).toEqual([{ branch: 'b', into: 'main', onto: 'a' }]);
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'merged', c: 'on a' });
      expect(await world.remote.subjects('c', 'a')).toEqual(['c1']);
      await world.restack();
      expect(await world.remote.subjects('c', 'main')).toEqual(['a1', 'c1']);
      expect(await world.remote.paths('c')).toEqual(['a', 'app', 'b', 'c']);
    });

    it('has not landed where only a part of it was picked', async () => {
      const world = await makeWorld(engine, { ...stack, b: [{ b: 'b\n', more: 'm\n' }] });
      await world.onMain('Pick a part of b', { b: 'b\n' });
      await world.sync();
      await world.restack();
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'on a', c: 'on b' });
      expect(await world.remote.paths('c')).toEqual(['a', 'app', 'b', 'c', 'more']);
    });
  });

  describe('a main that is put back after it had taken a branch', () => {
    const stack = { a: [{ a: 'a\n' }], b: [{ b: 'b\n' }] };
    async function putBack(how: 'push' | 'squash', sync: 'sync' | 'restack') {
      const world = await makeWorld(engine, stack);
      const before = await world.remote.tip('main');
      if (how === 'push') await world.remote.move('main', 'a');
      else await world.remote.merge('a', 'squash');
      await world[sync]();
      expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: 'on main' });
      await world.remote.move('main', before);
      return world;
    }

    it.each(['push', 'squash'] as const)('is taken back with all that followed, after a %s', async (how) => {
      const world = await putBack(how, 'sync');
      expect((await world.sync()).message).toContain(
        'Not merged any more: a, for main was rewritten and lacks it now. It carries b again.',
      );
      expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on a' });
      await world.restack();
      expect(await world.remote.subjects('b', 'main')).toEqual(['a1', 'b1']);
      expect(await world.remote.paths('b')).toEqual(['a', 'app', 'b']);
      expect((await world.restack()).message).toBe('Nothing to do: no branch has to move.');
    });

    it.each([
      ['a part of the branch', [{ a: 'a\n' }, { more: 'm\n' }]],
      ['all of it', [{ a: 'a\n' }]],
    ])('leaves what a person has moved off %s where that put it', async (_, a) => {
      const world = await makeWorld(engine, { a, b: stack.b });
      await world.remote.from('main').branch('d').commit('d1', { d: 'd\n' }).write();
      await world.run('register_existing_branch', { branch: 'd', parent: 'main' });
      const before = await world.remote.tip('main');
      await world.onMain('a1', { a: 'a\n' });
      await world.run('sync_repo', { move: false });
      await world.run('reparent_branch', { branch: 'b', parent: 'd' });
      await world.remote.move('main', before);
      await world.sync();
      expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on d' });
      await world.restack();
      expect(await world.remote.subjects('b', 'main')).toEqual(['d1', 'b1']);
    });

    it('loses nothing either where the branch was deleted meanwhile', async () => {
      const world = await putBack('push', 'restack');
      await world.remote.delete('a');
      await world.sync();
      await world.restack();
      expect(await world.states('a', 'b')).toEqual({ a: 'gone', b: 'on main' });
      expect(await world.remote.paths('b')).toEqual(['a', 'app', 'b']);
    });

    it('says nothing of the sort when main has only gone on', async () => {
      const world = await makeWorld(engine, stack);
      await world.remote.merge('a', 'squash');
      await world.sync();
      await world.onMain('Go on', { a: 'aa\n' });
      expect((await world.sync()).result.notes).toEqual([]);
      expect(await world.state('a')).toBe('merged');
    });

    it('finds the branch merged again when it is taken again', async () => {
      const world = await putBack('push', 'sync');
      await world.sync();
      await world.remote.move('main', 'a');
      await world.sync();
      expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: 'on main' });
    });

    it('keeps the branch merged where the new main has it too', async () => {
      const world = await makeWorld(engine, stack);
      const before = await world.remote.tip('main');
      await world.remote.merge('a', 'squash');
      await world.sync();
      await world.remote.from(before).branch('main').commit('Rewritten', { a: 'a\n', more: 'm\n' }).write();
      await world.sync();
      expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: 'on main' });
    });
  });

  describe('a change that main has picked', () => {
    const stack = { a: [{ app: lines({ 2: 'A' }) }], b: [{ b: 'b\n' }] };

    it('is still the branch’s own after main has reverted it', async () => {
      const world = await makeWorld(engine, stack);
      await world.onMain('Pick a', { app: lines({ 2: 'A' }) });
      await world.onMain('Revert a', { app: lines() });
      await world.sync();
      const { result } = await world.restack();
      expect(result).toMatchObject({ dropped: [], heldBack: [] });
      expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on a' });
      expect(await world.remote.subjects('b', 'main')).toEqual(['a1', 'b1']);
      expect(await world.remote.file('a', 'app')).toBe(lines({ 2: 'A' }));
    });

    it('has landed after main has brought it back once more', async () => {
      const world = await makeWorld(engine, stack);
      await world.onMain('Pick a', { app: lines({ 2: 'A' }) });
      await world.onMain('Revert a', { app: lines() });
      await world.onMain('Reapply a', { app: lines({ 2: 'A' }) });
      await world.onMain('Go on there', { app: lines({ 2: 'A, but better' }) });
      await world.sync();
      expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: 'on main' });
    });

    it('has landed though main has edited the same lines since, before anybody looked', async () => {
      const world = await makeWorld(engine, { ...stack, b: [{ app: lines({ 2: 'A', 4: 'B' }) }] });
      await world.remote.merge('a', 'squash');
      await world.onMain('Go on there', { app: lines({ 2: 'A, but better' }) });
      await world.sync();
      await world.restack();
      expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: 'on main' });
      expect(await world.remote.file('b', 'app')).toBe(lines({ 2: 'A, but better', 4: 'B' }));
    });

    it('has not landed where main has only edited the same lines', async () => {
      const world = await makeWorld(engine, stack);
      await world.onMain('Something else there', { app: lines({ 2: 'M' }) });
      await world.sync();
      const { result } = await world.restack();
      expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on a' });
      expect(result).toMatchObject({
        dropped: [],
        heldBack: [{ branch: 'a', reason: { kind: 'conflict' } }, { branch: 'b' }],
      });
    });

    it('is not taken for one that only looks the same', async () => {
      const start = { py: 'def b():\n  one()\n' };
      const world = await makeWorld(engine, { a: [{ py: 'def b():\none()\n' }] }, start);
      await world.onMain('Indent', { py: 'def b():\n    one()\n' });
      await world.sync();
      const { result } = await world.restack();
      expect(result).toMatchObject({ dropped: [], heldBack: [{ branch: 'a', reason: { kind: 'conflict' } }] });
      expect(await world.state('a')).toBe('on main');
    });
  });

  describe('a line that is added to one of two blocks that look alike', () => {
    const blocks = (one: string, two: string) => {
      const block = (name: string, line: string) => `# ${name}\n  p\n  q\n  r\n${line}  s\n  t\n  u\n`;
      return { css: block('one', one) + block('two', two) };
    };
    const added = '  the same\n';

    it('stays the branch’s own where main adds it to the other one', async () => {
      const world = await makeWorld(engine, { a: [blocks(added, '')], b: [{ b: 'b\n' }] }, blocks('', ''));
      await world.onMain('The other one', blocks('', added));
      await world.sync();
      expect((await world.restack()).result).toMatchObject({ dropped: [], heldBack: [] });
      expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on a' });
      expect(await world.remote.file('b', 'css')).toBe(blocks(added, added).css);
    });

    it('has landed where main adds it to the same one', async () => {
      const world = await makeWorld(engine, { a: [blocks(added, '')], b: [{ b: 'b\n' }] }, blocks('', ''));
      await world.onMain('The same one', blocks(added, ''));
      await world.sync();
      expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: 'on main' });
    });
  });

  describe('a branch that its author moves back', () => {
    const stack = { a: [{ a: 'a\n' }, { more: 'm\n' }], b: [{ b: 'b\n' }] };

    it('hands its commits down to the branch on it, and the sync says so', async () => {
      const world = await makeWorld(engine, stack);
      await world.remote.move('a', 'a~1');
      expect((await world.sync()).message).toMatch(
        /a no longer has 1 commit that b stands on, so b has it as its own now/,
      );
      await world.restack();
      expect(await world.remote.subjects('b', 'a')).toEqual(['a2', 'b1']);
      expect((await world.restack()).message).toBe('Nothing to do: no branch has to move.');
    });

    it('hands them down to a branch that stood at its very tip, too', async () => {
      const world = await makeWorld(engine, { ...stack, b: [] });
      await world.remote.move('a', 'a~1');
      await world.onMain('Go on', { m: 'm\n' });
      await world.restack();
      expect(await world.remote.subjects('b', 'a')).toEqual(['a2']);
    });

    it.each([
      ['has work', stack],
      ['stood at its very tip', { ...stack, b: [] }],
    ])(
      'hands them down when what is left of it has landed by the same look, and the branch on it %s',
      async (_, of) => {
        const world = await makeWorld(engine, of);
        await world.onMain('a, but not all of it (#1)', { a: 'a\n' });
        await world.remote.move('a', 'a~1');
        await world.sync();
        expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: 'on main' });
        expect(await world.remote.subjects('b', 'main')).toEqual(of.b.length > 0 ? ['a2', 'b1'] : ['a2']);
      },
    );

    it('hands nothing down that has landed as well: the branch that stood at its tip is merged with it', async () => {
      const world = await makeWorld(engine, { ...stack, b: [] });
      await world.onMain('a (#1)', { a: 'a\n', more: 'm\n' });
      await world.remote.move('a', 'a~1');
      await world.sync();
      expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: 'merged' });
    });

    it('takes away from under the branch on it what it replaced, and the job names it', async () => {
      const world = await makeWorld(engine, stack);
      await world.remote.from('a~1').branch('a').commit('Instead', { instead: 'i\n' }).write();
      const { result, message, log } = await world.restack();
      expect(await world.remote.subjects('b', 'main')).toEqual(['a1', 'Instead', 'b1']);
      expect(result.left).toMatchObject([{ branch: 'b', subject: 'a2', on: null, replacedBy: null }]);
      expect(message).toMatch(/took away 1 commit that no branch has any more.*\(a2\) of b/);
      expect(log.join('\n')).toMatch(/\(a2\) leaves b; no branch has it any more/);
    });

    it.each(['at its tip', 'with new work there'])(
      'takes its commits away from under the branch on it when it is reset onto a newer main, %s; forecast and job name them',
      async (how) => {
        const world = await makeWorld(engine, stack);
        const a2 = await world.remote.tip('a');
        await world.onMain('Go on', { m: 'm\n' });
        await world.remote.move('a', 'main');
        if (how !== 'at its tip') await world.remote.from('a').commit('New', { n: 'n\n' }).write();
        await world.sync();
        const left = ['a2', 'a1'].map((subject) => ({ branch: 'b', subject, on: null, replacedBy: null }));
        const asked = { repoId: world.repoId, kind: 'restack_repo' as const };
        await api().forecast.get(asked);
        await app.forecasts();
        expect((await api().forecast.get(asked)).outline).toMatchObject({ left });
        const { id: jobId, result, message } = await world.restack();
        expect(result).toMatchObject({ left, heldBack: [], forecast: { agreed: true } });
        expect(message).toMatch(/took away 2 commits that no branch has any more.*\(a2\) of b.*\(a1\) of b/);
        await api().jobs.keep({ jobId, commit: a2, branch: 'kept' });
        await app.rest();
        expect(await world.remote.subjects('kept', 'main')).toEqual(['a1', 'a2']);
      },
    );

    it('can have what left put on a branch of its own', async () => {
      const world = await makeWorld(engine, stack);
      const a2 = await world.remote.tip('a');
      await world.remote.from('a~1').branch('a').commit('Instead', { instead: 'i\n' }).write();
      const { id: jobId } = await world.restack();
      const keep = { jobId, commit: a2, branch: 'kept' };
      await expect(api().jobs.keep({ ...keep, branch: 'b' })).rejects.toThrow('There is a branch b already');
      await expect(api().jobs.keep({ ...keep, commit: 'f'.repeat(40) })).rejects.toThrow('names no such commit');
      await expect(api().jobs.keep({ ...keep, branch: 'b/kept' })).rejects.toThrow('Git cannot have b/kept beside b');
      // Pushed since the last look: the job sees it.
      await world.remote.move('new', 'main');
      const late = await api().jobs.keep({ ...keep, branch: 'new/kept' });
      await app.rest();
      expect((await api().jobs.get({ jobId: late.jobId })).job).toMatchObject({
        status: 'error',
        errorCode: 'DIVERGED',
        message: expect.stringContaining('Git cannot have new/kept beside new'),
      });
      await api().jobs.keep(keep);
      await app.rest();
      expect(await world.remote.tip('kept')).toBe(a2);
      expect(await world.state('kept')).toBe('on null');
    });

    it('names nothing where a branch is only rewritten by ourselves', async () => {
      const world = await makeWorld(engine, stack);
      await world.onMain('Go on', { m: 'm\n' });
      expect((await world.restack()).result).toMatchObject({ left: [], notes: [] });
      await world.onMain('Go on', { m: 'mm\n' });
      await world.run('rebase_branch', { branch: 'a' });
      const { result } = await world.restack();
      expect(result.left).toMatchObject([{ on: null }, { on: null }]);
      expect(result.left?.filter(({ replacedBy }) => replacedBy === null)).toEqual([]);
    });
  });

  it('a commit that an undo brings back, and whose change main has, leaves the branches on it without a false word', async () => {
    const world = await makeWorld(engine, {
      a: [{ a: 'a\n' }, { more: 'm\n' }],
      b: [{ b: 'b\n' }],
      c: [{ c: 'c\n' }],
    });
    await world.onMain('Go on', { m: 'm\n' });
    const { id: jobId } = await world.restack();
    await world.onMain('Pick a1', { a: 'a\n' });
    await api().jobs.undo({ jobId });
    await app.rest();
    expect(await world.remote.subjects('c', 'main')).toEqual(['a1', 'a2', 'b1', 'c1']);
    const { result, message } = await world.restack();
    expect(message).not.toMatch(/took away/);
    expect(result).toMatchObject({ left: [], heldBack: [], notes: [] });
    expect(await world.remote.subjects('c', 'main')).toEqual(['a2', 'b1', 'c1']);
  });

  describe('what has landed before a branch stood where it stands now', () => {
    const stack = { a: [{ a: 'a\n' }], b: [{ b: 'b\n' }] };

    it('is found when an undo has brought the branch back there', async () => {
      const world = await makeWorld(engine, stack);
      await world.onMain('Go on', { m: 'm\n' });
      const { id: jobId } = await world.restack();
      await world.onMain('A (#1)', { a: 'a\n' });
      await world.run('sync_repo', { move: false });
      expect(await world.undo(jobId)).toMatchObject({ status: 'completed' });
      expect(await world.remote.subjects('a', 'main')).toEqual(['a1']);
      expect(await world.state('a')).toBe('merged');
      await world.sync();
      expect(await world.remote.subjects('b', 'main')).toEqual(['b1']);
    });

    it('is found though it landed while a person had marked the branch as long-lived', async () => {
      const world = await makeWorld(engine, stack);
      const mark = (kept: boolean) => api().branches.update({ repoId: world.repoId, branch: 'a', kept });
      await mark(true);
      await world.onMain('A (#1)', { a: 'a\n' });
      await world.sync();
      expect(await world.state('a')).toBe('on main');
      await mark(false);
      await world.sync();
      expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: 'on main' });
    });

    it('is found when a base is named from which on all of it has landed', async () => {
      const world = await makeWorld(engine, { a: [{ a: 'a\n' }, { aa: 'aa\n' }] });
      await world.onMain('The second one', { aa: 'aa\n' });
      await world.sync();
      expect(await world.state('a')).toBe('on main');
      await world.run('register_existing_branch', { branch: 'a', parent: 'main', base: await world.remote.tip('a~1') });
      expect(await world.state('a')).toBe('merged');
    });

    it('is not made up of what main has taken back since', async () => {
      const world = await makeWorld(engine, stack);
      await world.onMain('Go on', { m: 'm\n' });
      const { id: jobId } = await world.restack();
      await world.onMain('A (#1)', { a: 'a\n' });
      await world.onMain('Revert A (#1)', { a: null });
      expect(await world.undo(jobId)).toMatchObject({ status: 'completed' });
      expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on a' });
    });
  });

  describe('a branch that is merged into its parent', () => {
    const stack = { a: [{ a: 'a\n' }], b: [{ app: lines({ 2: 'B' }) }], c: [{ app: lines({ 2: 'C' }) }] };

    it.each(['merge', 'squash', 'fast-forward'])(
      'has landed there, by %s; what stood on it stands on that one',
      async (how) => {
        const world = await makeWorld(engine, stack);
        if (how === 'fast-forward') await world.remote.move('a', 'b');
        else {
          const merge = how === 'merge' ? { merge: ['b'] } : {};
          await world.remote
            .from('a')
            .commit('b into a', { app: lines({ 2: 'B' }) }, merge)
            .write();
        }
        expect((await world.sync()).result.merged).toEqual([{ branch: 'b', into: 'a', onto: 'a' }]);
        expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'merged', c: 'on a' });
        expect(await world.remote.subjects('c', 'a')).toEqual(['c1']);
        // And it stays so when that one moves.
        await world.onMain('Go on', { m: 'm\n' });
        await world.restack();
        await world.sync();
        expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'merged', c: 'on a' });
        expect(await world.remote.file('c', 'app')).toBe(lines({ 2: 'C' }));
      },
    );

    it('is open again where that one was put back', async () => {
      const world = await makeWorld(engine, stack);
      const before = await world.remote.tip('a');
      await world.remote.move('a', 'b');
      await world.sync();
      await world.remote.move('a', before);
      await world.sync();
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'on a', c: 'on b' });
      await world.restack();
      expect(await world.remote.subjects('c', 'main')).toEqual(['a1', 'b1', 'c1']);
    });

    it('is open again where that one was deleted without having landed', async () => {
      const world = await makeWorld(engine, stack);
      await world.remote
        .from('a')
        .commit('b into a', { app: lines({ 2: 'B' }) })
        .write();
      await world.sync();
      await world.remote.delete('a');
      const { log } = await world.sync();
      expect(log).toContain('Not merged any more: b, for a was deleted, not merged. It carries c again.');
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'gone', b: 'on a', c: 'on b' });
      // And no other sync says so again.
      expect((await world.sync()).log.join('\n')).not.toContain('merged');
      await world.run('reparent_branch', { branch: 'b', parent: 'main' });
      expect(await world.remote.subjects('c', 'main')).toEqual(['b1', 'c1']);
    });

    it.each(['merge', 'squash'] as const)('stays merged where that one landed, by %s, and was deleted', async (how) => {
      const world = await makeWorld(engine, stack);
      await world.remote
        .from('a')
        .commit('b into a', { app: lines({ 2: 'B' }) })
        .write();
      await world.sync();
      await world.remote.merge('a', how);
      await world.remote.delete('a');
      await world.sync();
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'merged', c: 'on main' });
    });

    it('is not merged where it has only nothing of its own', async () => {
      const world = await makeWorld(engine, { a: stack.a, b: [] });
      await world.remote.from('a').commit('a2', { a: 'aa\n' }).write();
      await world.sync();
      await world.restack();
      await world.sync();
      expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on a' });
    });
  });

  describe('a fix on a release', () => {
    const stack = { 'release/1': [{ r: 'r\n' }], fix: [{ f: 'f\n' }], more: [{ m: 'm\n' }] };

    it('has not landed where main alone has it: what stands on it keeps it', async () => {
      const world = await makeWorld(engine, stack);
      await world.onMain('Fix', { f: 'f\n' });
      expect((await world.sync()).result.merged).toEqual([]);
      await world.restack();
      expect(await world.states('fix', 'more')).toEqual({ fix: 'on release/1', more: 'on fix' });
      expect(await world.remote.paths('more')).toEqual(['app', 'f', 'm', 'r']);
    });

    it('is open where main had it before, and may be registered', async () => {
      const world = await makeWorld(engine, { 'release/1': stack['release/1'] });
      await world.onMain('Fix', { f: 'f\n' });
      await world.remote.from('release/1').branch('fix').commit('Fix', { f: 'f\n' }).write();
      await world.sync();
      await world.run('register_existing_branch', { branch: 'fix', parent: 'release/1' });
      expect(await world.state('fix')).toBe('on release/1');
    });

    it('has landed once the release has it', async () => {
      const world = await makeWorld(engine, stack);
      await world.remote.from('release/1').commit('Fix (#1)', { f: 'f\n' }).write();
      expect((await world.sync()).result.merged).toEqual([{ branch: 'fix', into: 'release/1', onto: 'release/1' }]);
      expect(await world.states('fix', 'more')).toEqual({ fix: 'merged', more: 'on release/1' });
    });

    it('has landed in main once a person says that the release is no long-lived branch', async () => {
      const world = await makeWorld(engine, stack);
      await world.onMain('Fix', { f: 'f\n' });
      await world.sync();
      await api().branches.update({ repoId: world.repoId, branch: 'release/1', kept: false });
      await world.run('register_existing_branch', { branch: 'release/1', parent: 'main' });
      await world.sync();
      expect(await world.states('release/1', 'fix', 'more')).toEqual({
        'release/1': 'on main',
        fix: 'merged',
        more: 'on release/1',
      });
      expect(await world.remote.paths('more')).toEqual(['app', 'm', 'r']);
    });
  });

  describe('a branch that has merged main', () => {
    async function merged(): Promise<World> {
      const world = await makeWorld(engine, { a: [{ a: 'a\n' }], b: [{ b: 'b\n' }] });
      await world.onMain('Main 1', { m: '1\n' });
      await world.onMain('Main 2', { m: '2\n' });
      await world.remote
        .from('b')
        .commit('Merge main', { m: '2\n' }, { merge: ['main'] })
        .commit('b2', { b: '2\n' })
        .write();
      return world;
    }

    it.each([
      ['rebase_branch', { branch: 'b' }],
      ['restack_subtree', { branch: 'b' }],
    ] as const)('has its own commits alone over its parent after %s', async (kind, fields) => {
      const world = await merged();
      // Else it would have all that its parent has, and stay as it is.
      await world.remote.from('a').commit('a2', { more: 'm\n' }).write();
      expect(await world.run(kind, fields)).toMatchObject({ status: 'completed', result: { left: [], notes: [] } });
      expect(await world.remote.subjects('b', 'a')).toEqual(['b1', 'b2']);
    });

    it('has its own commits alone over a new parent, and they are all there after a restack', async () => {
      const world = await merged();
      await world.remote.from('main~2').branch('elsewhere').commit('e1', { e: 'e\n' }).write();
      await world.run('register_existing_branch', { branch: 'elsewhere', parent: 'main' });
      await world.run('reparent_branch', { branch: 'b', parent: 'elsewhere' });
      expect(await world.remote.subjects('b', 'elsewhere')).toEqual(['b1', 'b2']);
      await world.restack();
      expect(await world.remote.subjects('b', 'main')).toEqual(['e1', 'b1', 'b2']);
    });
  });

  describe('what a merge commit of a branch has changed itself', () => {
    const stack = { a: [{ a: 'a\n' }], b: [{ b: 'b\n' }] };
    async function merging(files: Files): Promise<World> {
      const world = await makeWorld(engine, stack, { app: lines(), other: 'o\n' });
      await world.onMain('Main 1', { m: '1\n', app: lines({ 2: 'M' }) });
      await world.remote
        .from('a')
        .commit('Merge main', { m: '1\n', app: lines({ 2: 'M' }), ...files }, { merge: ['main'] })
        .write();
      await world.onMain('Main 2', { m: '2\n' });
      return world;
    }

    it('goes along with the branch, and a second restack finds nothing to do', async () => {
      const world = await merging({ app: lines({ 2: 'M', 7: 'of the merge' }), other: null, own: 'own\n' });
      const merge = await world.remote.tip('a');
      const restacked = await world.restack();
      expect(restacked).toMatchObject({ result: { heldBack: [], dropped: [], left: [], notes: [] } });
      expect(restacked.result.warnings).toMatchObject([{ branch: 'a', kind: 'merge_flattened', commits: [merge] }]);
      expect(await world.remote.subjects('b', 'main')).toEqual(['a1', 'Merge main', 'b1']);
      expect(await world.remote.file('b', 'app')).toBe(lines({ 2: 'M', 7: 'of the merge' }));
      expect(await world.remote.paths('b')).toEqual(['a', 'app', 'b', 'm', 'own']);
      expect((await world.restack()).message).toBe('Nothing to do: no branch has to move.');
    });

    it('is no commit of its own where there is none', async () => {
      const world = await merging({});
      await world.restack();
      expect(await world.remote.subjects('b', 'main')).toEqual(['a1', 'b1']);
    });

    it('holds the branch back where it conflicts, and the forecast has said so before', async () => {
      const world = await merging({ app: lines({ 2: 'M', 7: 'of the merge' }) });
      const merge = await world.remote.tip('a');
      await world.onMain('Main 3', { app: lines({ 2: 'M', 7: 'of main' }) });
      await world.run('sync_repo', { move: false });
      const asked = { repoId: world.repoId, kind: 'restack_repo' as const };
      await api().forecast.get(asked);
      await app.forecasts();
      const reason = { kind: 'conflict', commit: merge, byHand: { merges: [merge] } };
      const heldBack = [{ branch: 'a', reason }, { branch: 'b' }];
      expect((await api().forecast.get(asked)).outline).toMatchObject({ moves: [], heldBack });
      const restacked = await world.restack();
      expect(restacked).toMatchObject({ moves: [], result: { heldBack, forecast: { agreed: true } } });
      expect(restacked.log.join('\n')).toContain('what the merge');
    });
  });

  describe('a branch that gets another parent', () => {
    const stack = { a: [{ a: 'a\n' }], b: [{ b: 'b\n' }] };
    const forecast = async (world: World, kind: ActionKind) => {
      const asked = { repoId: world.repoId, kind, branch: 'b', parent: 'main' };
      await api().forecast.get(asked);
      await app.forecasts();
      return (await api().forecast.get(asked)).outline;
    };

    it('leaves the commits of the old one behind when it is reparented, and the forecast names them', async () => {
      const world = await makeWorld(engine, stack);
      const left = [{ branch: 'b', commit: await world.remote.tip('a'), subject: 'a1', on: 'a', replacedBy: null }];
      expect(await forecast(world, 'reparent_branch')).toMatchObject({ left, adopted: [] });
      const { result } = await world.run('reparent_branch', { branch: 'b', parent: 'main' });
      expect(result).toMatchObject({ left, adopted: [] });
      expect(await world.remote.subjects('b', 'main')).toEqual(['b1']);
    });

    it('keeps them as its own when it is registered there, and the forecast names them', async () => {
      const world = await makeWorld(engine, stack);
      const adopted = [{ branch: 'b', commit: await world.remote.tip('a'), subject: 'a1' }];
      expect(await forecast(world, 'register_existing_branch')).toMatchObject({ left: [], adopted });
      const { result } = await world.run('register_existing_branch', { branch: 'b', parent: 'main' });
      expect(result).toMatchObject({ left: [], adopted });
      await world.onMain('Go on', { m: 'm\n' });
      await world.restack();
      expect(await world.remote.subjects('b', 'main')).toEqual(['a1', 'b1']);
    });
  });

  describe('a branch that is at what its parent was before we moved that', () => {
    async function moved(): Promise<{ world: World; old: string }> {
      const world = await makeWorld(engine, { a: [{ a: 'a\n' }], b: [{ b: 'b\n' }], c: [{ c: 'c\n' }] });
      const old = await world.remote.tip('b');
      await world.remote.merge('a', 'squash');
      await world.sync();
      return { world, old };
    }

    it('is empty where its author has put it there, and not merged', async () => {
      const { world, old } = await moved();
      await world.remote.move('c', old);
      await world.restack();
      expect(await world.states('b', 'c')).toEqual({ b: 'on main', c: 'on b' });
      expect(await world.remote.tip('c')).toBe(await world.remote.tip('b'));
    });

    it('is merged where it had work of its own there, which its parent has taken', async () => {
      const { world } = await moved();
      await world.remote.move('b', 'c');
      await world.sync();
      await world.onMain('Go on', { m: 'm\n' });
      await world.restack();
      expect(await world.states('b', 'c')).toEqual({ b: 'on main', c: 'merged' });
    });
  });

  describe('a branch of which a part has landed in its parent, and that gets another one', () => {
    const stack = { a: [{ a: 'a\n' }], b: [{ b: 'b\n' }, { bb: 'bb\n' }], c: [{ c: 'c\n' }] };
    async function landed(): Promise<World> {
      const world = await makeWorld(engine, stack);
      await world.remote.from('a').commit('b1, squashed', { b: 'b\n' }).write();
      return world;
    }

    it('takes along what it still holds', async () => {
      const world = await landed();
      await world.run('reparent_branch', { branch: 'b', parent: 'main' });
      expect(await world.remote.subjects('c', 'main')).toEqual(['b1', 'b2', 'c1']);
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'on main', c: 'on b' });
      expect((await world.restack()).message).toBe('Nothing to do: no branch has to move.');
      await world.remote.merge('a', 'squash');
      await world.restack();
      expect(await world.remote.subjects('c', 'main')).toEqual(['b2', 'c1']);
    });

    it('leaves to the old one what a restack has taken over from that', async () => {
      const world = await landed();
      await world.restack();
      await world.run('reparent_branch', { branch: 'b', parent: 'main' });
      expect(await world.remote.subjects('c', 'main')).toEqual(['b2', 'c1']);
    });

    it('leaves it below where the new one has it too', async () => {
      const world = await landed();
      await world.remote.from('a').branch('d').commit('d1', { d: 'd\n' }).write();
      await world.run('register_existing_branch', { branch: 'd', parent: 'a' });
      await world.run('reparent_branch', { branch: 'b', parent: 'd' });
      expect(await world.remote.subjects('c', 'd')).toEqual(['b2', 'c1']);
    });
  });

  describe('a trunk that gets another name', () => {
    const stack = { a: [{ a: 'a\n' }], b: [{ b: 'b\n' }] };

    it.each(['renamed', 'left beside the new one'])('takes its stacks along, the old one %s', async (how) => {
      const world = await makeWorld(engine, stack);
      await world.remote.merge('a', 'squash');
      await world.sync();
      await world.remote.move('trunk', 'main');
      if (how === 'renamed') await world.remote.delete('main');
      await world.remote.from('trunk').commit('Go on', { m: 'm\n' }).write();
      await api().repos.update({ repoId: world.repoId, trunk: 'trunk' });
      expect((await world.sync()).result).toMatchObject({ merged: [], gone: [], heldBack: [] });
      expect((await world.restack()).result.heldBack).toEqual([]);
      expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: 'on trunk' });
      expect(await world.remote.subjects('b', 'trunk')).toEqual(['b1']);
    });

    it('leaves alone what stands on other branches', async () => {
      const world = await makeWorld(engine, stack);
      await world.remote.move('trunk', 'main');
      await api().repos.update({ repoId: world.repoId, trunk: 'trunk' });
      await world.sync();
      expect(await world.states('a', 'b')).toEqual({ a: 'on trunk', b: 'on a' });
    });
  });

  it('what has landed of a branch, and in it, goes with it when it gets another name', async () => {
    const world = await makeWorld(engine, {
      a: [{ a: 'a\n' }, { late: 'l\n' }],
      b: [{ b: 'b\n' }],
      c: [{ c: 'c\n' }],
    });
    await world.onMain('a1', { a: 'a\n' });
    await world.onMain('Go on there', { a: 'aa\n' });
    await world.remote.from('a').commit('b, squashed', { b: 'b\n' }).write();
    await world.sync();
    expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'merged', c: 'on a' });
    await world.remote.move('renamed', 'a');
    await world.remote.delete('a');
    await world.sync();
    await api().branches.acceptRename({ repoId: world.repoId, branch: 'renamed' });
    await app.rest();
    await world.restack();
    expect(await world.states('renamed', 'b', 'c')).toEqual({ renamed: 'on main', b: 'merged', c: 'on renamed' });
    expect(await world.remote.subjects('c', 'main')).toEqual(['a2', 'b, squashed', 'c1']);
  });
});
