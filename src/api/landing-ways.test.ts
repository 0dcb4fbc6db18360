import { describe, expect, it } from 'vitest';
import { lines, World } from '@/api/testing/world';
import type { Files } from '@/demo/remote';
import { gitText } from '@/git/process/run';
import { testGround } from '@/testing/hooks/ground';
import { inProcess } from '@/testing/in-process';

/** Ways to land that are rarely gone, and commits of every kind, through the API and on real remotes. */

const test = testGround();

const makeWorld = (stack: Record<string, Files[]>, start?: Files) =>
  World.make({ dir: test.dir, db: test.db, jobs: inProcess(test.db) }, 'git', stack, start);

const stack = { a: [{ a: 'a\n' }], b: [{ b: 'b\n' }], c: [{ c: 'c\n' }] };

/** A commit of this tree, by who commits there. */
function made(
  remote: World['remote'],
  tree: string,
  subject: string,
  { parents = [], date = '0' }: { parents?: string[]; date?: string | undefined } = {},
): Promise<string> {
  const ada = { NAME: 'Ada Fern', EMAIL: 'ada@example.com' };
  const who = ['AUTHOR', 'COMMITTER'].flatMap((role) =>
    Object.entries(ada).map(([field, value]) => [`GIT_${role}_${field}`, value]),
  );
  const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-m', subject];
  return gitText(args, {
    gitDir: remote.dir,
    env: { ...Object.fromEntries(who), GIT_AUTHOR_DATE: `@${date} +0000` },
  });
}

describe('a main of which every commit gets a new id', () => {
  /** As `git filter-repo` and a rebase of the root do: authors and dates stay, merges become commits of one line. */
  async function rewriteMain({ remote }: World): Promise<void> {
    const log = await gitText(['log', '--reverse', '--first-parent', '--format=%T %at %s', 'main'], {
      gitDir: remote.dir,
    });
    let tip = '';
    for (const line of log.split('\n')) {
      const [tree = '', date, ...subject] = line.split(' ');
      tip = await made(remote, tree, subject.join(' '), { parents: tip ? [tip] : [], date });
    }
    await remote.move('main', tip);
  }

  it('takes its stacks along, and says of none of its commits that it is lost', async () => {
    const world = await makeWorld(stack);
    await world.onMain('Go on', { m: 'm\n' });
    await world.sync();
    await rewriteMain(world);
    const { message, result } = await world.restack();
    expect(message).toBe('Moved 3 branches. The trunk was rewritten on the remote and is followed.');
    expect(result.left?.filter(({ replacedBy, on }) => replacedBy === null && on === null)).toEqual([]);
    expect(await world.remote.subjects('c')).toEqual(['Start', 'Go on', 'a1', 'b1', 'c1']);
  });

  it.each([
    { how: 'squash', isSeen: true },
    { how: 'merge', isSeen: true },
    { how: 'squash', isSeen: false },
  ] as const)('keeps merged what it still has, by $how, seen before: $isSeen', async ({ how, isSeen }) => {
    const world = await makeWorld(stack);
    await world.remote.merge('a', how);
    if (isSeen) await world.sync();
    await rewriteMain(world);
    const { message } = await world.sync();
    expect(message).not.toContain('Not merged any more');
    expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'on main', c: 'on b' });
    // Who has stood on main since then has to go to the new one, as any other does.
    expect((await world.restack()).message).toBe(
      isSeen ? 'Moved 2 branches.' : 'Nothing to do: no branch has to move.',
    );
    expect(await world.remote.subjects('c', 'main')).toEqual(['b1', 'c1']);
  });

  /** What main does next to what has landed: a file of its own, and a line in another one. */
  const next: Record<string, (name: string) => Files> = {
    removed: (name) => ({ [name]: null }),
    edited: (name) => ({ [name]: 'better\n', [`${name}-app`]: lines({ 2: 'A, but better' }) }),
    renamed: (name) => ({ [name]: null, [`${name}-moved`]: `${name}\n` }),
    reverted: (name) => ({ [name]: null, [`${name}-app`]: lines() }),
  };
  const ways = ['squash', 'merge', 'rebase'] as const;
  const all = ways.flatMap((how) =>
    Object.entries(next).map(([then, files]) => ({ how, files, name: `${how}-${then}` })),
  );

  it.each([
    { looks: 'never rewritten' },
    { looks: 'rewritten, and looked at in between' },
    { looks: 'rewritten, and looked at once' },
  ])('keeps merged what it has removed, edited, renamed or reverted since: $looks', async ({ looks }) => {
    const start = Object.fromEntries(all.map(({ name }) => [`${name}-app`, lines()]));
    const world = await makeWorld({}, start);
    const changes = (name: string): Files[] => [{ [name]: `${name}\n` }, { [`${name}-app`]: lines({ 2: 'A' }) }];
    for (const { name } of all) {
      const chain = world.remote.from('main').branch(name);
      for (const files of changes(name)) chain.commit(`Change ${name}`, files);
      await chain
        .branch(`on-${name}`)
        .commit('On', { [`on-${name}`]: 'o\n' })
        .write();
    }
    await world.run('register_existing_branch', { suggested: true });
    for (const { how, name } of all) {
      if (how !== 'rebase') await world.remote.merge(name, how);
      else for (const files of changes(name)) await world.onMain(`Change ${name}`, files);
    }
    await world.sync();
    if (looks !== 'never rewritten') await rewriteMain(world);
    if (looks === 'rewritten, and looked at in between') await world.sync();
    await world.onMain('Then', Object.assign({}, ...all.map(({ name, files }) => files(name))));
    expect((await world.sync()).message).not.toContain('Not merged any more');
    await world.restack();
    const names = all.map(({ name }) => name);
    expect(await world.states(...names)).toEqual(Object.fromEntries(names.map((name) => [name, 'merged'])));
    for (const name of names) expect(await world.remote.subjects(`on-${name}`, 'main')).toEqual(['On']);
  });

  it('keeps a landed branch that was deleted merged, and the rest of one of which a part has landed', async () => {
    const world = await makeWorld({ a: stack.a, b: [{ b: 'b\n' }, { rest: 'r\n' }] });
    await world.remote.merge('a', 'squash');
    await world.onMain('b1', { b: 'b\n' });
    await world.restack();
    await world.remote.delete('a');
    await world.sync();
    await rewriteMain(world);
    await world.onMain('Clean up', { a: null, b: null });
    expect((await world.sync()).message).toBe('Synced. The trunk was rewritten on the remote and is followed.');
    await world.restack();
    expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: 'on main' });
    expect(await world.remote.subjects('b', 'main')).toEqual(['b2']);
  });

  it('has not landed what it took back before anybody looked', async () => {
    const world = await makeWorld(stack);
    await world.remote.merge('a', 'squash');
    await world.onMain('Take back', { a: null });
    await rewriteMain(world);
    await world.restack();
    expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'on a', c: 'on b' });
    expect(await world.remote.subjects('c', 'main')).toEqual(['a1', 'b1', 'c1']);
  });

  it.each([
    { left: 'the end of it alone', files: { app: lines({ 2: 'A' }) } },
    {
      left: 'all of it with another tree, and takes a part back',
      files: { a: 'a\n', app: lines({ 2: 'A' }), m: 'm\n' },
    },
  ])('opens again what it has no more as it was: $left', async ({ files }) => {
    const world = await makeWorld({ a: [{ a: 'a\n' }, { app: lines({ 2: 'A' }) }], b: stack.b });
    await world.onMain('a1', { a: 'a\n' });
    await world.onMain('a2', { app: lines({ 2: 'A' }) });
    await world.sync();
    expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: 'on main' });
    const { remote } = world;
    const read = (...args: string[]) => gitText(args, { gitDir: remote.dir });
    const date = await read('log', '-1', '--format=%at', 'main');
    // As a rebase leaves it: by the same author, at the same time.
    await remote.from('main~2').branch('main').commit('a2', files).write();
    const parents = [await read('rev-parse', 'main~1')];
    await remote.move('main', await made(remote, await read('rev-parse', 'main^{tree}'), 'a2', { parents, date }));
    await rewriteMain(world);
    await world.onMain('Then', { a: null });
    expect((await world.sync()).message).toContain('Not merged any more: a');
    await world.restack();
    expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on a' });
    expect(await remote.file('b', 'a')).toBe('a\n');
  });

  it('opens again what it has only as it had been before, by a commit that is alike', async () => {
    const world = await makeWorld({});
    const { remote } = world;
    const treeOf = (of: string) => gitText(['rev-parse', `${of}^{tree}`], { gitDir: remote.dir });
    const grown = async (tree: string, subject: string, date: string) =>
      remote.move('main', await made(remote, tree, subject, { parents: [await remote.tip('main')], date }));
    const without = await treeOf('main');
    await world.onMain('scratch', { a: 'a\n' });
    const with_ = await treeOf('main');
    await remote.move('main', 'main~1');
    // Main has had the fix, and has taken it back; somebody picks it again, and that lands.
    await grown(with_, 'Fix', '1');
    await grown(without, 'Take it back', '2');
    await remote.move('a', await made(remote, with_, 'Fix', { parents: [await remote.tip('main')], date: '1' }));
    await remote.from('a').branch('b').commit('b1', { b: 'b\n' }).write();
    await world.run('register_existing_branch', { suggested: true });
    await grown(with_, 'Fix', '1');
    await world.sync();
    expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: 'on main' });
    await remote.move('main', 'main~1');
    await rewriteMain(world);
    expect((await world.sync()).message).toContain('Not merged any more: a');
    await world.restack();
    expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on a' });
    expect(await remote.subjects('b', 'main')).toEqual(['Fix', 'b1']);
  });

  it('opens again what it has no more', async () => {
    const world = await makeWorld(stack);
    const before = await world.remote.tip('main');
    await world.remote.merge('a', 'squash');
    await world.sync();
    await world.remote.move('main', before);
    await rewriteMain(world);
    expect((await world.sync()).message).toContain('Not merged any more: a');
    await world.restack();
    expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'on a', c: 'on b' });
    expect(await world.remote.subjects('c', 'main')).toEqual(['a1', 'b1', 'c1']);
  });
});

it('of two branches that a main was put back from, the one that it takes again is merged, and the other open', async () => {
  const world = await makeWorld(stack);
  const before = await world.remote.tip('main');
  await world.remote.merge('a', 'squash');
  await world.remote.merge('b', 'squash');
  await world.sync();
  await world.remote.from(before).branch('main').commit('b again', { b: 'b\n' }).write();
  expect((await world.sync()).message).toContain('Not merged any more: a');
  await world.restack();
  expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'merged', c: 'on a' });
  expect(await world.remote.subjects('c', 'main')).toEqual(['a1', 'c1']);
});

it('a branch whose merge had its conflicts resolved by hand has landed, and what stands on it keeps the resolution', async () => {
  const world = await makeWorld({ a: [{ app: lines({ 2: 'A' }) }], b: [{ app: lines({ 2: 'A', 7: 'B' }) }] });
  await world.onMain('Go on', { app: lines({ 2: 'M' }) });
  await world.remote
    .from('main')
    .commit('Merge a', { app: lines({ 2: 'A and M' }) }, { merge: ['a'] })
    .write();
  await world.sync();
  expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: 'on main' });
  expect(await world.remote.file('b', 'app')).toBe(lines({ 2: 'A and M', 7: 'B' }));
});

it('all branches of one merge commit have landed, and what stands on one of them stands on main', async () => {
  const world = await makeWorld({ a: stack.a });
  await world.remote.from('main').branch('b').commit('b1', { b: 'b\n' }).branch('on-b').commit('b2', {}).write();
  await world.remote.from('main').branch('c').commit('c1', { c: 'c\n' }).write();
  await world.run('register_existing_branch', { suggested: true });
  await world.remote
    .from('main')
    .commit('Merge a, b and c', { a: 'a\n', b: 'b\n', c: 'c\n' }, { merge: ['a', 'b', 'c'] })
    .write();
  await world.sync();
  expect(await world.states('a', 'b', 'c', 'on-b')).toEqual({
    a: 'merged',
    b: 'merged',
    c: 'merged',
    'on-b': 'on main',
  });
  expect(await world.remote.subjects('on-b', 'main')).toEqual(['b2']);
});

it.each(['merge', 'squash'])('a branch that a release alone has taken, by %s, is open', async (how) => {
  const world = await makeWorld(stack);
  await world.remote
    .from('main')
    .branch('release/1')
    .commit('a into the release', { a: 'a\n' }, how === 'merge' ? { merge: ['a'] } : {})
    .write();
  expect((await world.restack()).message).toBe('Nothing to do: no branch has to move.');
  expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'on a', c: 'on b' });
});

it('a branch squashed into its parent, and that one squashed into main, have both landed at one look', async () => {
  const world = await makeWorld(stack);
  await world.remote.from('a').commit('b into a', { b: 'b\n' }).write();
  await world.remote.merge('a', 'squash');
  await world.sync();
  expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'merged', c: 'on main' });
});

it.each(['after each', 'at the end'])(
  'a stack whose forge squashes its bottom and rebases the rest lands without a push of ours, looked at %s',
  async (when) => {
    const world = await makeWorld(stack);
    await world.onMain('Go on', { m: 'm\n' });
    for (const [i, branch] of ['a', 'b'].entries()) {
      await world.remote.merge(branch, 'squash');
      await world.remote.delete(branch);
      let below = 'main';
      for (const rest of ['b', 'c'].slice(i)) {
        const files = { [rest]: `${rest}\n` };
        await world.remote.from(below).branch(rest).commit(`${rest}1`, files).write();
        below = rest;
      }
      if (when === 'after each') await world.sync();
    }
    const tips = await world.remote.tips();
    await world.sync();
    expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'merged', c: 'on main' });
    expect(await world.remote.tips()).toEqual(tips);
  },
);

it('a branch has landed once where main has picked it and merges it then, and where another has the same change', async () => {
  const world = await makeWorld({ a: stack.a });
  await world.remote.from('main').branch('twin').commit('twin', { a: 'a\n' }).branch('on').commit('on', {}).write();
  await world.run('register_existing_branch', { suggested: true });
  await world.onMain('Pick a', { a: 'a\n' });
  await world.remote.merge('a', 'merge');
  await world.sync();
  expect(await world.states('a', 'twin', 'on')).toEqual({ a: 'merged', twin: 'merged', on: 'on main' });
});

it('a commit that changes nothing stays where it is, and has landed only with others of its branch', async () => {
  const world = await makeWorld({ a: [{ a: 'a\n' }, {}], b: [{}], c: [{ c: 'c\n' }] });
  await world.onMain('Go on', { m: 'm\n' });
  await world.restack();
  expect(await world.remote.subjects('c', 'main')).toEqual(['a1', 'a2', 'b1', 'c1']);
  await world.remote.merge('a', 'squash');
  await world.sync();
  expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'on main', c: 'on b' });
  expect(await world.remote.subjects('c', 'main')).toEqual(['b1', 'c1']);
});

describe('a branch whose only change is of one kind', () => {
  const start: Files = {
    run: '#!/bin/sh\n',
    old: lines({ 1: 'old' }),
    crlf: lines({ 2: 'x' }),
    link: { mode: '120000', content: 'run' },
    bin: new Uint8Array([0, 1, 2]),
    app: lines(),
  };
  const executable = { mode: '100755', content: '#!/bin/sh\n' } as const;
  const kinds: Record<string, Files> = {
    mode: { run: executable },
    rename: { old: null, new: lines({ 1: 'old' }) },
    binary: { bin: new Uint8Array([0, 1, 2, 3, 0]) },
    symlink: { link: { mode: '120000', content: 'app' } },
    submodule: { sub: { mode: '160000', content: 'a'.repeat(40) } },
    crlf: { crlf: lines({ 2: 'x' }).replaceAll('\n', '\r\n') },
  };
  const names = Object.keys(kinds);
  const all = (state: string) => Object.fromEntries(names.map((name) => [name, state]));

  async function squashed(): Promise<World> {
    const world = await makeWorld({}, start);
    for (const [name, files] of Object.entries(kinds)) {
      await world.remote.from('main').branch(name).commit(name, files).write();
    }
    await world.run('register_existing_branch', { suggested: true });
    for (const name of names) await world.remote.merge(name, 'squash');
    return world;
  }
  const takenBack: Files = { ...start, new: null, sub: null };

  it('has landed by a squash, and a revert that comes later takes back no landing', async () => {
    const world = await squashed();
    await world.sync();
    expect(await world.states(...names)).toEqual(all('merged'));
    await world.onMain('Revert all', takenBack);
    await world.sync();
    expect(await world.states(...names)).toEqual(all('merged'));
  });

  it('is open where that was reverted before anybody looked, and keeps its change', async () => {
    const world = await squashed();
    await world.onMain('Revert all', takenBack);
    const changes = await Promise.all(
      names.map((name) => gitText(['rev-parse', `${name}^{tree}`], { gitDir: world.remote.dir })),
    );
    await world.restack();
    expect(await world.states(...names)).toEqual(all('on main'));
    expect(
      await Promise.all(names.map((name) => gitText(['rev-parse', `${name}^{tree}`], { gitDir: world.remote.dir }))),
    ).toEqual(changes);
  });

  it('has landed where it only made a file executable, and main has gone on with the lines beside', async () => {
    const world = await makeWorld({ a: [{ run: executable, app: lines({ 2: 'A' }) }], b: stack.b }, start);
    await world.remote.merge('a', 'squash');
    await world.onMain('Go on there', { app: lines({ 2: 'A, but better' }) });
    await world.sync();
    expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: 'on main' });
  });
});

describe('two branches at one commit', () => {
  async function twins(): Promise<World> {
    const world = await makeWorld({ a: stack.a });
    await world.remote.move('twin', 'a');
    await world.remote.from('twin').branch('on').commit('on1', { on: 'o\n' }).write();
    await world.sync();
    await world.run('register_existing_branch', { branch: 'twin', parent: 'main' });
    await world.run('register_existing_branch', { branch: 'on', parent: 'twin' });
    return world;
  }

  it('both have landed, and what stands on one of them stands on main', async () => {
    const world = await twins();
    await world.remote.merge('a', 'squash');
    await world.sync();
    expect(await world.states('a', 'twin', 'on')).toEqual({ a: 'merged', twin: 'merged', on: 'on main' });
    expect(await world.remote.subjects('on', 'main')).toEqual(['on1']);
  });

  it('the one that got other work is open, with that alone', async () => {
    const world = await twins();
    await world.remote.from('twin').commit('twin2', { t: 't\n' }).write();
    await world.remote.merge('a', 'squash');
    await world.restack();
    expect(await world.states('a', 'twin', 'on')).toEqual({ a: 'merged', twin: 'on main', on: 'on twin' });
    expect(await world.remote.subjects('on', 'main')).toEqual(['twin2', 'on1']);
  });

  it('neither is merged where a commit of its own is all that one of them lost', async () => {
    const world = await twins();
    await world.remote.move('a', 'main');
    await world.onMain('Go on', { m: 'm\n' });
    await world.restack();
    expect(await world.states('a', 'twin', 'on')).toEqual({ a: 'on main', twin: 'on main', on: 'on twin' });
    expect(await world.remote.subjects('on', 'main')).toEqual(['a1', 'on1']);
  });
});

describe('a branch that was deleted, and is pushed again', () => {
  it('after it had landed, with new work: it is open, with that alone', async () => {
    const world = await makeWorld(stack);
    const tip = await world.remote.tip('a');
    await world.remote.merge('a', 'squash');
    await world.remote.delete('a');
    await world.sync();
    expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: 'on main' });
    await world.remote.from(tip).branch('a').commit('a2', { late: 'l\n' }).write();
    await world.restack();
    expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on main' });
    expect(await world.remote.subjects('a', 'main')).toEqual(['a2']);
  });

  it('before it had landed, as it was: its stack is as it was', async () => {
    const world = await makeWorld(stack);
    const tip = await world.remote.tip('a');
    await world.remote.delete('a');
    await world.sync();
    await world.remote.move('a', tip);
    await world.onMain('Go on', { m: 'm\n' });
    await world.restack();
    expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'on a', c: 'on b' });
    expect(await world.remote.subjects('c', 'main')).toEqual(['a1', 'b1', 'c1']);
  });
});

describe('a name that was free, and is used again for other work', () => {
  it('leaves what it was to the branch that stands on it, which keeps that over the next looks too', async () => {
    const world = await makeWorld(stack);
    await world.remote.delete('b');
    await world.sync();
    await world.remote.from('a').branch('b').commit('Other', { o: 'o\n' }).write();
    const { message, result, log } = await world.sync();
    expect(log.join('\n')).toContain('On the remote again: b, with none of the commits that it had. c keeps that.');
    expect([result.left, message.includes('took away')]).toEqual([[], false]);
    for (const more of ['1\n', '2\n']) {
      await world.onMain('Go on', { m: more });
      expect((await world.restack()).result).toMatchObject({ left: [], heldBack: [] });
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'on a', c: 'on b' });
      expect(await world.remote.subjects('c', 'main')).toEqual(['a1', 'Other', 'b1', 'c1']);
    }
  });

  it.each([
    { what: 'amended', files: { b: 'bb\n' }, same: true, subjects: ['a1', 'b1 again', 'c1'] },
    {
      what: 'with a message and a date of its own',
      files: { bb: 'bb\n' },
      same: false,
      subjects: ['a1', 'b1 again', 'b1', 'c1'],
    },
  ])(
    'is the same branch where it has its commits rewritten, known by author and date: $what',
    async ({ files, same, subjects }) => {
      const world = await makeWorld(stack);
      const author = (await gitText(['log', '-1', '--format=%at', 'b'], { gitDir: world.remote.dir })).trim();
      await world.remote.delete('b');
      await world.sync();
      const tree = await (async () => {
        await world.remote.from('a').branch('scratch').commit('b1 again', files).write();
        const id = await gitText(['rev-parse', 'scratch^{tree}'], { gitDir: world.remote.dir });
        await world.remote.delete('scratch');
        return id;
      })();
      const date = same ? author : '12345';
      await world.remote.move(
        'b',
        await made(world.remote, tree, 'b1 again', { parents: [await world.remote.tip('a')], date }),
      );
      await world.restack();
      expect(await world.remote.subjects('c', 'main')).toEqual(subjects);
    },
  );

  it.each(['on top of what had stood on it', 'on top of that, before it had moved', 'beside'])(
    'stands where it is pushed, with that alone, where what it was has landed: %s',
    async (where) => {
      const world = await makeWorld(stack);
      await world.remote.merge('a', 'squash');
      await world.remote.delete('a');
      if (where === 'on top of that, before it had moved') await world.run('sync_repo', { move: false });
      else await world.sync();
      await world.remote
        .from(where === 'beside' ? 'main' : 'c')
        .branch('a')
        .commit('Other', { o: 'o\n' })
        .write();
      await world.restack();
      await world.onMain('Go on', { m: 'm\n' });
      expect((await world.restack()).result).toMatchObject({ left: [], heldBack: [] });
      const below = where === 'beside' ? 'main' : 'c';
      expect(await world.states('a', 'b', 'c')).toEqual({ a: `on ${below}`, b: 'on main', c: 'on b' });
      expect(await world.remote.subjects('a', below)).toEqual(['Other']);
      expect(await world.remote.subjects('c', 'main')).toEqual(['b1', 'c1']);
    },
  );

  it('leaves what it was to a branch that was away, too, when that comes back', async () => {
    const world = await makeWorld(stack);
    const tip = await world.remote.tip('b');
    await world.remote.delete('a');
    await world.remote.delete('b');
    await world.sync();
    await world.remote.from('main').branch('a').commit('Other', { o: 'o\n' }).write();
    await world.sync();
    await world.remote.move('b', tip);
    const { result, message } = await world.restack();
    expect([result.left, message.includes('took away')]).toEqual([[], false]);
    expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'on a', c: 'on b' });
    expect(await world.remote.subjects('c', 'main')).toEqual(['Other', 'a1', 'b1', 'c1']);
  });

  it('leaves what it was to what stands on both, where two of a stack begin anew', async () => {
    const world = await makeWorld(stack);
    await world.remote.delete('a');
    await world.remote.delete('b');
    await world.sync();
    const anew = world.remote.from('main').branch('a').commit('Other a', { o: 'o\n' });
    await anew.branch('b').commit('Other b', { p: 'p\n' }).write();
    const { log } = await world.sync();
    for (const name of ['a', 'b']) {
      expect(log).toContain(`On the remote again: ${name}, with none of the commits that it had. c keeps that.`);
    }
    await world.restack();
    expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'on a', c: 'on b' });
    expect(await world.remote.subjects('c', 'main')).toEqual(['Other a', 'Other b', 'a1', 'b1', 'c1']);
  });

  it.each(['empty', 'merged already', 'squashed already'])(
    'leaves what it was to what stands on it also where what is pushed is %s',
    async (what) => {
      const world = await makeWorld(stack);
      await world.remote.delete('a');
      await world.sync();
      await world.onMain('Go on', { m: 'm\n' });
      await world.remote.move('a', 'main');
      if (what !== 'empty') {
        await world.remote.from('a').commit('Other', { o: 'o\n' }).write();
        await world.remote.merge('a', what === 'merged already' ? 'merge' : 'squash');
      }
      const { result, log } = await world.restack();
      expect(result).toMatchObject({ left: [], heldBack: [] });
      expect(log).toContain('On the remote again: a, with none of the commits that it had. b keeps that.');
      const isMerged = what !== 'empty';
      const states = { a: isMerged ? 'merged' : 'on main', b: isMerged ? 'on main' : 'on a', c: 'on b' };
      expect(await world.states('a', 'b', 'c')).toEqual(states);
      expect(await world.remote.subjects('c', 'main')).toEqual(['a1', 'b1', 'c1']);
    },
  );

  it('is not what its old one is suggested on, which has another name by now', async () => {
    const world = await makeWorld(stack);
    await world.remote.move('feat', 'a');
    await world.remote.delete('a');
    await world.sync();
    await world.remote.from('main').branch('a').commit('Other', { o: 'o\n' }).write();
    await world.sync();
    await world.run('register_existing_branch', { suggested: true });
    expect(await world.states('a', 'feat')).toEqual({ a: 'on main', feat: 'on main' });
    await world.restack();
    expect(await world.remote.subjects('feat', 'main')).toEqual(['a1']);
  });

  it('is seen to be another also where it stands on a long line of others’ commits', async () => {
    const world = await makeWorld({ a: stack.a, b: stack.b });
    const develop = world.remote.from('main').branch('develop');
    for (let i = 0; i < 120; i += 1) develop.commit(`d${i}`, { d: `${i}\n` });
    await develop.write();
    await world.remote.delete('a');
    await world.sync();
    await world.remote.from('develop').branch('a').commit('Other', { o: 'o\n' }).write();
    expect((await world.restack()).result.left).toEqual([]);
    expect(await world.states('a', 'b')).toEqual({ a: 'on develop', b: 'on a' });
    expect(await world.remote.subjects('b', 'develop')).toEqual(['Other', 'a1', 'b1']);
  });

  it.each([
    { what: 'stays where it is, with that work as its own', again: true },
    { what: 'stands on the branch again, where it is the same one', again: false },
  ])('where main is put back from what had landed under it, what stood on it $what', async ({ again }) => {
    const world = await makeWorld(stack);
    const before = await world.remote.tip('main');
    await world.remote.merge('a', 'squash');
    await world.sync();
    if (again) await world.remote.from(before).branch('a').commit('Other', { o: 'o\n' }).write();
    else await world.remote.from('a').commit('a2', { o: 'o\n' }).write();
    await world.sync();
    const landed = await world.remote.tip('main');
    await world.remote.move('main', before);
    const { log } = await world.sync();
    const own = `main no longer has 1 commit that b stands on, so b has it as its own now: ${landed.slice(0, 8)}.`;
    expect(log.includes(own)).toBe(again);
    expect((await world.restack()).result.left).toEqual([]);
    expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: again ? 'on main' : 'on a', c: 'on b' });
    for (const path of ['a', 'b', 'c']) expect(await world.remote.file('c', path)).toBe(`${path}\n`);
    expect(await world.remote.file('c', 'o')).toBe(again ? null : 'o\n');
  });
});

it.each(['an empty branch at main’s end', 'a branch beside'])(
  'a branch that has landed in its parent, and goes on with main taken in, stands there still, with %s',
  async (what) => {
    const world = await makeWorld({ a: stack.a, b: stack.b });
    await world.remote.from('a').commit('b into a', { b: 'b\n' }).write();
    await world.sync();
    await world.onMain('Go on', { m: 'm\n' });
    const beside = world.remote.from('main').branch('beside');
    if (what === 'a branch beside') beside.commit('Beside', { s: 's\n' });
    await beside.write();
    await world.sync();
    await world.run('register_existing_branch', { branch: 'beside', parent: 'main' });
    const taken = { m: 'm\n', ...(what === 'a branch beside' && { s: 's\n' }) };
    await world.remote
      .from('b')
      .commit('Merge', taken, { merge: ['beside'] })
      .commit('b2', { b2: 'b\n' })
      .write();
    const { message } = await world.run('sync_repo', { move: false });
    expect(message).toContain('Open again: b, which has new work on top of what was merged.');
    expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on a' });
  },
);

describe('a branch that takes away what the one below it adds', () => {
  const removing = { a: [{ debug: 'd\n', f: 'f\n' }], b: [{ debug: null }], c: [{ c: 'c\n' }] };

  it.each(['taken back', 'taken back, and edited since'])('is open where that one was %s', async (how) => {
    const world = await makeWorld(removing);
    await world.onMain('a (squashed)', { debug: 'd\n', f: 'f\n' });
    await world.onMain('Revert a', { debug: null, f: null });
    if (how !== 'taken back') await world.onMain('Go on', { f: 'other\n' });
    const { result } = await world.restack();
    expect(result.merged).toEqual([]);
    expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'on a', c: 'on b' });
    expect(await world.remote.file('c', 'debug')).toBe(null);
  });

  it('is open where it undoes all of that one, and main did both', async () => {
    const world = await makeWorld({ ...removing, a: [{ debug: 'd\n' }] });
    await world.onMain('a (squashed)', { debug: 'd\n' });
    await world.onMain('b (squashed)', { debug: null });
    await world.restack();
    expect(await world.remote.file('c', 'debug')).toBe(null);
  });

  it('has landed where that one is on main, and it after that', async () => {
    const world = await makeWorld(removing);
    await world.onMain('a (squashed)', { debug: 'd\n', f: 'f\n' });
    await world.onMain('b (squashed)', { debug: null });
    expect((await world.restack()).result).toMatchObject({ left: [], heldBack: [] });
    expect(await world.states('b', 'c')).toEqual({ b: 'merged', c: 'on main' });
    expect(await world.remote.paths('c')).toEqual(['app', 'c', 'f']);
  });

  it('has landed where it alone was picked, also where its lines were edited since', async () => {
    const world = await makeWorld({ ...stack, b: [{ app: lines({ 3: 'B' }) }] });
    await world.onMain('b (picked)', { app: lines({ 3: 'B' }) });
    await world.onMain('Edit', { app: lines({ 3: 'BB' }) });
    expect((await world.restack()).result).toMatchObject({ left: [], heldBack: [] });
    expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'merged', c: 'on a' });
  });
});

describe('a branch that has landed, and takes main in after that', () => {
  it('is merged still, more than once', async () => {
    const world = await makeWorld(stack);
    await world.remote.merge('a', 'squash');
    await world.sync();
    for (const files of [{}, { m: 'm\n' }]) {
      const main = 'm' in files ? await world.onMain('Go on', files) : await world.remote.tip('main');
      await world.remote
        .from('a')
        .commit('Merge main', files, { merge: [main] })
        .write();
      const { message, result } = await world.restack();
      expect([message.includes('Open again'), result.left, result.heldBack]).toEqual([false, [], []]);
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'on main', c: 'on b' });
    }
  });

  it('is merged where both are seen at once, alone and as what another one holds', async () => {
    for (const landed of ['a', 'c']) {
      const world = await makeWorld(stack);
      await world.remote.merge(landed, 'squash');
      const main = await world.remote.tip('main');
      const below = landed === 'a' ? 'a' : 'b';
      await world.remote
        .from(below)
        .commit('Merge main', landed === 'a' ? {} : { c: 'c\n' }, { merge: [main] })
        .write();
      const { result } = await world.restack();
      expect(result).toMatchObject({ left: [], heldBack: [], dropped: [] });
      const rest = landed === 'a' ? { b: 'on main', c: 'on b' } : { b: 'merged', c: 'merged' };
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', ...rest });
    }
  });

  it('is open again where it took nothing in, but undid what had landed', async () => {
    const world = await makeWorld(stack);
    await world.remote.merge('a', 'squash');
    await world.sync();
    await world.remote.from('a').commit('Undo', { a: null }).write();
    expect((await world.restack()).message).toContain('Open again: a');
    expect(await world.remote.file('a', 'a')).toBe(null);
  });

  it('is open where it has undone its own work, and main never had that', async () => {
    const world = await makeWorld(stack);
    const main = await world.onMain('Go on', { m: 'm\n' });
    await world.remote
      .from('a')
      .commit('Undo', { a: null })
      .commit('Merge main', { m: 'm\n' }, { merge: [main] })
      .write();
    await world.restack();
    expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'on a', c: 'on b' });
  });

  it('is open again where that, or what is on top of it, brings more', async () => {
    for (const more of ['in the merge', 'on top']) {
      const world = await makeWorld(stack);
      await world.remote.merge('a', 'squash');
      await world.sync();
      const merge = { merge: [await world.remote.tip('main')] };
      const chain = world.remote.from('a').commit('Merge main', more === 'in the merge' ? { x: 'x\n' } : {}, merge);
      if (more === 'on top') chain.commit('a2', { x: 'x\n' });
      await chain.write();
      expect((await world.restack()).message).toContain('Open again: a, which has new work on top of what was merged.');
      expect(await world.state('a')).toBe('on main');
      expect(await world.remote.file('a', 'x')).toBe('x\n');
    }
  });
});

it.each(['an empty commit', 'main taken in'])(
  'what stands below the tip of a branch that has landed keeps its own commits alone, where that tip is %s',
  async (what) => {
    const world = await makeWorld({ ...stack, d: [{ d: 'd\n' }] });
    if (what === 'an empty commit') await world.remote.from('c').commit('Empty', {}).write();
    else {
      const main = await world.onMain('Go on', { m: 'm\n' });
      await world.remote
        .from('c')
        .commit('Update', { m: 'm\n' }, { merge: [main] })
        .write();
    }
    await world.remote.merge('c', 'squash');
    const { message, result } = await world.sync();
    expect(message).toBe('Moved 1 branch; found merged: a, b, c.');
    expect(result).toMatchObject({ dropped: [], left: [] });
    expect(await world.remote.subjects('d', 'main')).toEqual(['d1']);
  },
);

it.each(['merged', 'fast-forwarded'])(
  'what is %s into what is far below has landed there, also where main goes on',
  async (how) => {
    const world = await makeWorld({ ...stack, d: [{ d: 'd\n' }] });
    await world.onMain('Go on', { m: 'm\n' });
    if (how === 'fast-forwarded') await world.remote.move('a', 'd');
    else {
      await world.remote
        .from('a')
        .commit('Merge d into a', { b: 'b\n', c: 'c\n', d: 'd\n' }, { merge: ['d'] })
        .write();
    }
    const { status, message, result } = await world.restack();
    expect({ status, message, ...result }).toMatchObject({ status: 'completed', left: [], heldBack: [] });
    expect(await world.states('a', 'b', 'c', 'd')).toEqual({ a: 'on main', b: 'merged', c: 'merged', d: 'merged' });
    for (const path of ['a', 'b', 'c', 'd', 'm']) expect(await world.remote.file('a', path)).toBe(`${path}\n`);
  },
);

describe('a branch that edits a file which main has renamed before the branch landed', () => {
  const start = { app: lines(), old: lines({ 1: 'old' }) };
  const edited = { a: [{ old: lines({ 1: 'old', 5: 'A', 6: 'A' }) }], b: [{ b: 'b\n' }] };
  const now = (changes: Record<number, string>) => ({ new: lines({ 1: 'old', ...changes }) });

  it.each(['nothing', 'an edit of the same line', 'a second name'])('has landed, with %s after that', async (after) => {
    const world = await makeWorld(edited, start);
    await world.onMain('Rename', { old: null, ...now({}) });
    await world.remote.merge('a', 'squash');
    expect(await world.remote.file('main', 'new')).toBe(now({ 5: 'A', 6: 'A' }).new);
    if (after === 'an edit of the same line') await world.onMain('Edit', now({ 5: 'AAA', 6: 'A' }));
    if (after === 'a second name') {
      await world.onMain('Rename', { new: null, newer: now({ 5: 'A', 6: 'A' }).new });
    }
    const { result } = await world.restack();
    expect(result).toMatchObject({ heldBack: [], left: [], dropped: [] });
    expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: 'on main' });
  });

  it.each(['all', 'a part'])('is open where %s of that was taken back', async (what) => {
    const world = await makeWorld(
      { ...edited, a: [{ app: lines({ 5: 'A' }), old: lines({ 1: 'old', 5: 'A' }) }] },
      start,
    );
    await world.onMain('Rename', { old: null, ...now({}) });
    await world.remote.merge('a', 'squash');
    await world.onMain('Take back', { app: lines(what === 'all' ? {} : { 5: 'AAA' }), ...now({}) });
    await world.restack();
    expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on a' });
  });

  it('is open where main has only renamed the file', async () => {
    const world = await makeWorld(edited, start);
    await world.onMain('Rename', { old: null, ...now({}) });
    await world.restack();
    expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on a' });
    expect(await world.remote.file('b', 'new')).toBe(now({ 5: 'A', 6: 'A' }).new);
  });
});

describe('what stands on a branch that was pushed to before it landed with the one below', () => {
  it.each(['with it', 'after it', 'after it was seen', 'after it was seen, rebased'])(
    'keeps its own commits alone where that was amended, or added to, and squashed %s',
    async (order) => {
      for (const how of ['amended', 'pushed to']) {
        const world = await makeWorld({ a: [{ a: 'a\n' }], b: [{ app: lines({ 2: 'B' }) }], c: [{ c: 'c\n' }] });
        if (order !== 'with it') await world.remote.merge('a', 'squash');
        if (order.startsWith('after it was seen')) await world.run('sync_repo', { move: false });
        const isRebased = order.endsWith('rebased') && how === 'amended';
        const below = isRebased ? 'main' : how === 'amended' ? 'b~1' : 'b';
        await world.remote
          .from(below)
          .branch('b')
          .commit('b again', { app: lines({ 2: 'BB' }) })
          .write();
        await world.remote.merge('b', 'squash');
        const { result } = await world.restack();
        expect(result).toMatchObject({ heldBack: [], dropped: [] });
        expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'merged', c: 'on main' });
        expect(await world.remote.subjects('c', 'main')).toEqual(['c1']);
      }
    },
  );

  it('does not bring back what that took away again before', async () => {
    const world = await makeWorld({ ...stack, c: [{ c: 'c\n', cc: 'cc\n' }], d: [{ d: 'd\n' }] });
    await world.remote.from('c').commit('c2', { c: null }).write();
    await world.remote.merge('c', 'squash');
    expect((await world.sync()).message).toBe('Moved 1 branch; found merged: a, b, c.');
    expect(await world.remote.subjects('d', 'main')).toEqual(['d1']);
    expect(await world.remote.file('d', 'c')).toBe(null);
  });
});

describe('what lands further down than its parent', () => {
  const onDevelop = { develop: [{ d: 'd\n' }], ...stack };

  it('has landed, with what it holds: the top of two that stand on a long-lived branch, squashed there', async () => {
    const world = await makeWorld(onDevelop);
    await world.remote.from('develop').commit('b (#1)', { a: 'a\n', b: 'b\n' }).write();
    expect((await world.restack()).result).toMatchObject({ left: [], heldBack: [], dropped: [] });
    expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'merged', c: 'on develop' });
    expect(await world.remote.subjects('c', 'develop')).toEqual(['c1']);
  });

  it('has landed alone where it alone was picked to the long-lived branch', async () => {
    const world = await makeWorld(onDevelop);
    await world.remote.from('develop').commit('Pick b', { b: 'b\n' }).write();
    expect((await world.restack()).result).toMatchObject({ left: [], heldBack: [], dropped: [] });
    expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on develop', b: 'merged', c: 'on a' });
    expect(await world.remote.subjects('c', 'develop')).toEqual(['a1', 'c1']);
  });

  it('is open still where that was taken back, or came to trunk, to which the long-lived branch is another', async () => {
    for (const how of ['taken back', 'on trunk']) {
      const world = await makeWorld(onDevelop);
      if (how === 'on trunk') await world.onMain('Pick b', { b: 'b\n' });
      else {
        const picked = world.remote.from('develop').commit('Pick b', { b: 'b\n' });
        await picked.commit('Revert', { b: null }).write();
      }
      await world.restack();
      expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on develop', b: 'on a', c: 'on b' });
      expect(await world.remote.file('c', 'b')).toBe('b\n');
    }
  });

  it('has landed where it was merged, with its history, into what is below its parent', async () => {
    const world = await makeWorld({ ...stack, d: [{ d: 'd\n' }] });
    await world.remote
      .from('a')
      .commit('Merge c into a', { b: 'b\n', c: 'c\n' }, { merge: ['c'] })
      .write();
    expect((await world.restack()).result).toMatchObject({ left: [], heldBack: [] });
    expect(await world.states('a', 'b', 'c', 'd')).toEqual({ a: 'on main', b: 'merged', c: 'merged', d: 'on a' });
    expect(await world.remote.contains('d', 'a')).toBe(true);
    await world.remote.move('a', 'a~1');
    await world.restack();
    expect(await world.states('a', 'b', 'c', 'd')).toEqual({ a: 'on main', b: 'on a', c: 'on b', d: 'on c' });
    expect(await world.remote.subjects('d', 'main')).toEqual(['a1', 'b1', 'c1', 'Merge c into a', 'd1']);
  });
});

it.each(['squashed', 'squashed as the end of four', 'picked alone', 'squashed into its parent'])(
  'a branch that has merged what is new below its parent goes on, where that parent lands and what is below moves: %s',
  async (how) => {
    const isLonger = how === 'squashed as the end of four';
    const world = await makeWorld(isLonger ? { ...stack, d: [{ d: 'd\n' }] } : stack);
    const top = isLonger ? 'd' : 'c';
    await world.remote.from('a').commit('a2', { a2: '2\n' }).write();
    await world.remote
      .from(top)
      .commit('Merge', { a2: '2\n' }, { merge: ['a'] })
      .write();
    if (how === 'squashed into its parent') {
      await world.remote.from('a').commit('b into a', { b: 'b\n' }).write();
      await world.onMain('Go on', { m: 'm\n' });
    } else if (how === 'picked alone') {
      await world.onMain('b1', { b: 'b\n' });
    } else await world.remote.merge(isLonger ? 'c' : 'b', 'squash');
    const { status, message, result } = await world.restack();
    expect({ status, message, ...result }).toMatchObject({ status: 'completed', left: [], heldBack: [] });
    expect(await world.states('b', top)).toEqual({ b: 'merged', [top]: 'on a' });
    const own = {
      squashed: ['a2'],
      'picked alone': ['a1', 'a2'],
      'squashed into its parent': ['a1', 'a2', 'b into a'],
    };
    expect(await world.remote.subjects(top, 'main')).toEqual([...(own[how as keyof typeof own] ?? ['a2']), `${top}1`]);
    expect(await world.remote.contains(top, 'a')).toBe(true);
    expect((await world.sync()).message).not.toContain('Moved');
  },
);

describe('a trunk that has another name', () => {
  it.each(['put back', 'set back to the old one'])(
    'carries what had landed back to its branch where it is %s',
    async (how) => {
      const world = await makeWorld(stack);
      const before = await world.remote.tip('main');
      await world.remote.merge('a', 'squash');
      if (how === 'put back') await world.sync();
      await world.remote.move('trunk', 'main');
      if (how === 'put back') await world.remote.delete('main');
      else await world.remote.move('main', before);
      await world.setTrunk('trunk');
      expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: 'on trunk' });
      if (how === 'put back') await world.remote.move('trunk', before);
      else await world.setTrunk('main');
      const { message } = await world.sync();
      const trunk = how === 'put back' ? 'trunk' : 'main';
      expect(await world.states('a', 'b', 'c')).toEqual({ a: `on ${trunk}`, b: 'on a', c: 'on b' });
      if (how === 'put back')
        expect(message).toContain('for trunk was rewritten and lacks it now. It carries b again.');
    },
  );
});

it('a long-lived branch is not said to have other work than what was merged', async () => {
  const world = await makeWorld(stack);
  await world.remote.merge('a', 'squash');
  await world.sync();
  await world.keep('a');
  expect((await world.sync()).message).toContain('Not counted as merged any more: a, which is long-lived.');
});

it('what a named base leaves behind is told of the branch that it was named of, and not as its parent’s author’s doing', async () => {
  const world = await makeWorld({ a: [{ a: 'a\n' }], b: [{ b: 'b\n' }, { b2: '2\n' }], c: [{ c: 'c\n' }] });
  const base = await gitText(['rev-parse', 'b~1'], { gitDir: world.remote.dir });
  await world.run('register_existing_branch', { branch: 'b', parent: 'a', base });
  await world.onMain('Go on', { m: 'm\n' });
  const { message } = await world.restack();
  expect(message).toMatch(/left behind 1 commit that no branch has any more: [0-9a-f]{8} \(b1\) of b\.$/);
});

it('a branch that was deleted before is not said to have been moved since by who untracks what is beside it', async () => {
  for (const branch of ['a', 'b']) {
    const world = await makeWorld(stack);
    await world.remote.delete('b');
    await world.sync();
    const { message, log } = await world.untrack(branch);
    expect(message).toMatch(/^Tracked (a|b) no longer/);
    expect([message, ...log].join('\n')).not.toMatch(/since/);
  }
});

it('a name that is used a third time is told as other work than what was merged', async () => {
  const world = await makeWorld({ a: stack.a });
  await world.remote.merge('a', 'merge');
  await world.sync();
  await world.remote.from('main').branch('a').commit('Other', { o: 'o\n' }).write();
  await world.sync();
  await world.remote.merge('a', 'squash');
  await world.sync();
  await world.remote.from('main').branch('a').commit('Third', { t: 't\n' }).write();
  expect((await world.sync()).message).toContain('Open again: a, which has other work than what was merged.');
  expect(await world.remote.subjects('a', 'main')).toEqual(['Third']);
});

it('what a reparent off a deleted branch leaves behind is not said to be its author’s doing', async () => {
  const world = await makeWorld({ a: stack.a, b: stack.b });
  await world.remote.delete('a');
  await world.sync();
  const { message } = await world.run('reparent_branch', { branch: 'b', parent: 'main' });
  expect(message).toMatch(/left behind 1 commit that no branch has any more: [0-9a-f]{8} \(a1\) of b/);
  expect(message).not.toContain('author');
});

describe('an undo goes back to a base as it was known', () => {
  it('of what stood on a name that was used again, which keeps what that had been', async () => {
    const world = await makeWorld(stack);
    await world.remote.delete('b');
    await world.sync();
    await world.remote.from('a').branch('b').commit('Other', { o: 'o\n' }).write();
    const { id } = await world.restack();
    await world.undo(id);
    expect(await world.remote.subjects('c', 'main')).toEqual(['a1', 'b1', 'c1']);
    expect((await world.restack()).result.left).toEqual([]);
    expect(await world.remote.subjects('c', 'main')).toEqual(['a1', 'Other', 'b1', 'c1']);
  });

  it.each([
    { what: 'a move off a branch', undone: 'reparent_branch' },
    { what: 'a restack', undone: 'restack_repo' },
  ] as const)(
    'of the branch that had the parent’s name before, which its child keeps: $what is undone once the name is used again',
    async ({ undone }) => {
      const world = await makeWorld({ a: stack.a, b: stack.b });
      if (undone === 'restack_repo') await world.remote.from('a').commit('a2', { a2: 'a\n' }).write();
      const { id } =
        undone === 'restack_repo' ? await world.restack() : await world.run(undone, { branch: 'b', parent: 'main' });
      await world.remote.delete('a');
      await world.sync();
      await world.remote.from('main').branch('a').commit('Other', { o: 'o\n' }).write();
      await world.sync();
      const { log } = await world.undo(id);
      expect(log).toContain('a is another branch than the one that b stood on: b keeps what that had.');
      expect(await world.remote.subjects('b', 'main')).toEqual(['a1', 'b1']);
      for (const more of ['1\n', '2\n']) {
        await world.onMain('Go on', { m: more });
        expect((await world.restack()).result.left).toEqual([]);
        expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on a' });
        expect(await world.remote.subjects('b', 'main')).toEqual(['Other', 'a1', 'b1']);
      }
    },
  );

  it.each(['amended', 'pushed to once more'])(
    'of its parent as it was, where that is the same branch, deleted and there again: %s',
    async (what) => {
      const world = await makeWorld({ a: stack.a, b: stack.b });
      const { id } = await world.run('reparent_branch', { branch: 'b', parent: 'main' });
      const tip = await world.remote.tip('a');
      await world.remote.delete('a');
      await world.sync();
      await world.remote.move('a', tip);
      if (what === 'amended') {
        const date = (await gitText(['log', '-1', '--format=%at', 'a'], { gitDir: world.remote.dir })).trim();
        await world.remote.from('a').branch('scratch').commit('a1', { a: 'aa\n' }).write();
        const tree = await gitText(['rev-parse', 'scratch^{tree}'], { gitDir: world.remote.dir });
        await world.remote.delete('scratch');
        const parents = [await world.remote.tip('main')];
        await world.remote.move('a', await made(world.remote, tree, 'a1', { parents, date }));
      } else await world.remote.from('a').commit('a2', { a2: 'a\n' }).write();
      await world.sync();
      const { log } = await world.undo(id);
      expect(log.join('\n')).not.toContain('another branch');
      await world.restack();
      const own = what === 'amended' ? ['a1'] : ['a1', 'a2'];
      expect(await world.remote.subjects('b', 'main')).toEqual([...own, 'b1']);
      expect(await world.remote.file('b', 'a')).toBe(what === 'amended' ? 'aa\n' : 'a\n');
    },
  );

  it('of a branch that has landed since: that has landed as it was, and not as another one’s', async () => {
    const world = await makeWorld({ ...stack, a: [{ a: 'a\n' }, { a2: 'a\n' }] });
    await world.onMain('Go on', { m: 'm\n' });
    const { id } = await world.restack();
    await world.remote.merge('a', 'squash');
    const { message, result, id: undo } = await world.undo(id);
    expect(result.merged).toMatchObject([{ branch: 'a' }]);
    expect([result.landed, message.includes('Landed')]).toEqual([[], false]);
    expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'on merged a', c: 'on b' });
    const again = await world.undo(undo);
    expect([again.result.landed, again.result.merged]).toEqual([[], []]);
    expect((await world.restack()).result).toMatchObject({ left: [], heldBack: [], landed: [] });
    expect(await world.remote.subjects('c', 'main')).toEqual(['b1', 'c1']);
  });

  it('of a branch of which a part has landed since: the rest of it, alone, is open', async () => {
    const world = await makeWorld({ ...stack, a: [{ a: 'a\n' }, { a2: 'a\n' }] });
    await world.onMain('Go on', { m: 'm\n' });
    const { id } = await world.restack();
    await world.onMain('a1', { a: 'a\n' });
    await world.undo(id);
    expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'on a', c: 'on b' });
    expect((await world.restack()).result).toMatchObject({ left: [], heldBack: [] });
    expect(await world.remote.subjects('c', 'main')).toEqual(['a2', 'b1', 'c1']);
  });

  it('that a person has named, more than once', async () => {
    const world = await makeWorld({ a: [{ a: 'a\n' }, { x: 'x\n' }], b: [{ b: 'b\n' }] });
    const base = await gitText(['rev-parse', 'a~1'], { gitDir: world.remote.dir });
    await world.remote.from('a~1').branch('a').commit('a3', { y: 'y\n' }).write();
    await world.run('register_existing_branch', { branch: 'b', parent: 'a', base });
    for (const _ of ['once', 'again']) {
      const { id, result } = await world.restack();
      expect(result.left).toEqual([]);
      expect(await world.remote.subjects('b', 'main')).toEqual(['a1', 'a3', 'a2', 'b1']);
      await world.undo(id);
      expect(await world.remote.subjects('b', 'main')).toEqual(['a1', 'a2', 'b1']);
    }
  });

  it('that nobody has named: then it is the parent’s latest', async () => {
    const world = await makeWorld({ a: [{ a: 'a\n' }, { x: 'x\n' }], b: [{ b: 'b\n' }] });
    await world.onMain('Go on', { m: 'm\n' });
    const { id } = await world.restack();
    await world.undo(id);
    await world.remote.from('a~1').branch('a').commit('a3', { y: 'y\n' }).write();
    expect((await world.restack()).result.left?.map(({ subject }) => subject)).toEqual(['a2']);
    expect(await world.remote.subjects('b', 'main')).toEqual(['a1', 'a3', 'b1']);
  });
});

it('what a merge queue tries is nobody’s branch to register or move, and what it merges has landed', async () => {
  const world = await makeWorld(stack);
  const queue = 'gh-readonly-queue/main/pr-1-0a1b';
  await world.remote.from('main').branch(queue).commit('a (#1)', { a: 'a\n' }).commit('b (#2)', { b: 'b\n' }).write();
  const tried = await world.remote.tip(queue);
  await world.sync();
  expect((await world.run('register_existing_branch', { suggested: true })).result.registered).toEqual([]);
  await world.onMain('Go on', { m: 'm\n' });
  await world.restack();
  expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'on a', c: 'on b' });
  expect(await world.remote.tip(queue)).toBe(tried);
  await world.remote.delete(queue);
  await world.remote.from('main').commit('a (#1)', { a: 'a\n' }).commit('b (#2)', { b: 'b\n' }).write();
  await world.sync();
  expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'merged', c: 'on main' });
});

describe('a branch that is pushed with a history of its own', () => {
  /** `b` of a stack is another history now, of two commits, and `c` still stands on what it was. */
  async function replaced(): Promise<World> {
    const world = await makeWorld(stack);
    const root = await made(world.remote, `${await world.remote.tip('main')}^{tree}`, 'Anew');
    await world.remote.move('b', root);
    await world.remote.from('b').commit('b, anew', { b: 'anew\n' }).write();
    return world;
  }

  it('is told as that, and not as if its parent were gone, by the sync, the restack and an action on it alone', async () => {
    const world = await replaced();
    const tips = await world.remote.tips();
    const heldBack = [
      { branch: 'b', reason: { kind: 'unrelated', parent: 'a' } },
      { branch: 'c', reason: { kind: 'below', branch: 'b' } },
    ];
    for (const job of [await world.sync(), await world.restack()]) {
      expect(job).toMatchObject({ status: 'completed', result: { heldBack } });
      expect(job.log.join('\n')).toContain('it has no commit in common with a, which it is to stand on');
      expect(job.log.join('\n')).not.toContain('gone');
    }
    expect(await world.run('rebase_branch', { branch: 'b' })).toMatchObject({
      status: 'error',
      errorCode: 'NOT_TRACKED',
      message: expect.stringContaining('no commit in common with a'),
      errorHint: expect.stringContaining('register_existing_branch'),
    });
    expect(await world.run('reparent_branch', { branch: 'b', parent: 'main' })).toMatchObject({
      errorCode: 'NOT_TRACKED',
      message: expect.stringContaining('no commit in common with a'),
    });
    expect(await world.remote.tips()).toEqual(tips);
  });

  it('carries what stands on it, where that is moved by itself or put there', async () => {
    const world = await replaced();
    await world.sync();
    const tip = await world.remote.tip('b');
    expect(await world.run('rebase_branch', { branch: 'c' })).toMatchObject({ status: 'completed', errorCode: null });
    expect(await world.remote.subjects('c', 'b')).toEqual(['c1']);
    await world.run('reparent_branch', { branch: 'c', parent: 'main' });
    expect(await world.remote.subjects('c', 'main')).toEqual(['c1']);
    await world.run('reparent_branch', { branch: 'c', parent: 'b' });
    expect(await world.remote.subjects('c')).toEqual(['Anew', 'b, anew', 'c1']);
    expect(await world.run('restack_subtree', { branch: 'c' })).toMatchObject({ status: 'completed', errorCode: null });
    expect(await world.remote.tip('b')).toBe(tip);
  });

  it('moves once the commit is named above which its own work begins, and what stands on it with it', async () => {
    const world = await replaced();
    await world.sync();
    const base = await world.remote.tip('b~1');
    await world.run('register_existing_branch', { branch: 'b', parent: 'a', base });
    expect((await world.restack()).result.heldBack).toEqual([]);
    expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'on a', c: 'on b' });
    expect(await world.remote.subjects('c', 'main')).toEqual(['a1', 'b, anew', 'c1']);
    expect((await world.restack()).message).toBe('Nothing to do: no branch has to move.');
  });

  it('may stand where it has a history in common: it is registered there', async () => {
    const world = await replaced();
    await world.remote.from('b~1').branch('release/9').commit('Release', { r: 'r\n' }).write();
    await world.sync();
    await world.run('register_existing_branch', { branch: 'b', parent: 'release/9' });
    expect((await world.restack()).result.heldBack).toEqual([]);
    expect(await world.remote.subjects('c', 'release/9')).toEqual(['b, anew', 'c1']);
  });
});

it('a main that is pushed with a history of its own takes its stacks along, their own commits alone', async () => {
  const world = await makeWorld(stack);
  await world.remote.move('main', await made(world.remote, `${await world.remote.tip('main')}^{tree}`, 'Anew'));
  expect((await world.restack()).result.heldBack).toEqual([]);
  expect(await world.remote.subjects('c')).toEqual(['Anew', 'a1', 'b1', 'c1']);
});

describe('a commit of a main that was put back, under a branch whose author has left it out', () => {
  /** b holds it, a not any more; main has its change again, beside other things. */
  async function leftOut() {
    const world = await makeWorld({ a: [{ a: 'a\n' }], b: [{ b: 'b\n' }] });
    await world.onMain('Early', { m: 'm\n' });
    await world.restack();
    await world.remote.move('main', 'main~1');
    const squash = await world.onMain('Squash', { m: 'm\n', n: 'n\n' });
    await world.remote.from('main').branch('a').commit('a1 anew', { a: 'aa\n' }).write();
    return { world, squash };
  }

  it('is not told as on no branch where main has its change', async () => {
    const { world, squash } = await leftOut();
    const { result, message } = await world.restack();
    expect(await world.remote.subjects('b', 'main')).toEqual(['a1 anew', 'b1']);
    const early = result.left?.filter(({ subject }) => subject === 'Early');
    expect(early).toMatchObject([{ branch: 'b', on: null, replacedBy: squash }]);
    expect(message).not.toContain('(Early)');
  });

  it('is told so where main has taken that back', async () => {
    const { world } = await leftOut();
    await world.onMain('Without', { m: null });
    const { message } = await world.restack();
    expect(message).toContain('(Early)');
  });
});

describe('a branch that takes away what the one below it had added', () => {
  const below = { a: [{ a: 'a\n' }], b: [{ b: 'b\n' }, { late: 'l\n' }] };

  it('leaves that one open, with what has not landed, where main took it without that', async () => {
    const world = await makeWorld({ ...below, c: [{ late: null }, { c: 'c\n' }] });
    await world.onMain('A and the half of B', { a: 'a\n', b: 'b\n' });
    await world.restack();
    expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'on main', c: 'on b' });
    expect(await world.remote.subjects('c', 'main')).toEqual(['b2', 'c1', 'c2']);
  });

  it('has landed with that one where main took all of it, and where what is left goes on', async () => {
    const world = await makeWorld({ ...below, c: [{ late: null }], d: [{ d: 'd\n' }] });
    await world.remote.merge('c', 'squash');
    await world.restack();
    expect(await world.states('a', 'b', 'c', 'd')).toEqual({ a: 'merged', b: 'merged', c: 'merged', d: 'on main' });
    expect(await world.remote.subjects('d', 'main')).toEqual(['d1']);
  });

  it('proves nothing of that one where its own first commit alone was picked', async () => {
    const world = await makeWorld({ a: [{ a: 'a\n' }], b: [{ b: 'b\n' }], c: [{ b: null, c: 'c\n' }, { cc: 'c\n' }] });
    await world.onMain('c1', { c: 'c\n' });
    await world.sync();
    await world.remote.delete('b');
    await world.remote.merge('a', 'squash');
    const { result } = await world.restack();
    expect(await world.states('a', 'b', 'c')).toEqual({ a: 'merged', b: 'gone', c: 'on b' });
    expect(result.heldBack).toMatchObject([{ branch: 'c' }]);
    expect(await world.remote.subjects('c', 'a')).toEqual(['b1', 'c1', 'c2']);
  });
});

it('a branch that has landed, and takes in the one that stands on it, goes on where it stood, and that one is in it', async () => {
  const world = await makeWorld(stack);
  await world.remote.merge('a', 'squash');
  await world.run('sync_repo', { move: false });
  await world.remote
    .from('a')
    .branch('a')
    .commit('Merge b', { b: 'b\n' }, { merge: ['b'] })
    .write();
  await world.run('sync_repo', { move: false });
  expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'merged', c: 'on merged b' });
});

it('takes along to another parent what main has done as well, also where what it stood on has landed', async () => {
  const world = await makeWorld({ a: [{ n: 'n\n' }, { a: 'a\n' }], b: [{ n: null }, { b: 'b\n' }] });
  await world.remote.from('a').branch('other').commit('other1', { o: 'o\n' }).write();
  await world.run('register_existing_branch', { branch: 'other', parent: 'a' });
  await world.onMain('a1', { n: 'n\n' });
  await world.restack();
  await world.onMain('Without n', { n: null });
  await world.remote.merge('a', 'merge');
  await world.run('reparent_branch', { branch: 'b', parent: 'other' });
  expect(await world.remote.subjects('b', 'other')).toEqual(['b1', 'b2']);
  expect(await world.remote.paths('b')).not.toContain('n');
});

describe('a branch whose commits add up to nothing, on one that is squashed into main', () => {
  const undone = (last: Files) => makeWorld({ a: [{ a: 'a\n' }], b: [{ b: 'b\n' }, last], c: [{ c: 'c\n' }] });

  it('is open: what came to main may be that of the one below alone', async () => {
    const world = await undone({ b: null });
    await world.remote.merge('a', 'squash');
    const { result } = await world.sync();
    expect(result.merged.map(({ branch }) => branch)).toEqual(['a']);
    await world.restack();
    expect(await world.remote.subjects('c', 'main')).toEqual(['b1', 'b2', 'c1']);
  });

  it('has landed with it where its own change has come to main too', async () => {
    const world = await undone({ b: 'b, and more\n' });
    await world.remote.merge('b', 'squash');
    const { result } = await world.sync();
    expect(result.merged.map(({ branch }) => branch).sort()).toEqual(['a', 'b']);
  });
});

describe('a branch that was squashed into main, which had another name for its files before anybody looked', () => {
  const file = 'one\ntwo\nthree\nfour\n';

  it.each([
    { what: 'a file that it brought', own: { n: file }, later: [{ n: null, on: file }] },
    { what: 'a file that it had renamed itself', own: { app: null, n: file }, later: [{ n: null, on: file }] },
    {
      what: 'twice, with an edit',
      own: { n: file },
      later: [
        { n: null, on: file },
        { on: null, more: 'one\ntwo\nthree\nfor\n' },
      ],
    },
    { what: 'one of two', own: { n: file, x: 'x\n' }, later: [{ n: null, on: file }] },
    { what: 'and the other one was edited', own: { n: file, x: 'x\n' }, later: [{ x: 'xx\n' }, { n: null, on: file }] },
    {
      what: 'and a directory with it',
      own: { 'd/n': file, 'd/m': 'm\n' },
      later: [{ 'd/n': null, 'd/m': null, 'e/n': file, 'e/m': 'm\n' }],
    },
  ] as Array<{ what: string; own: Files; later: Files[] }>)('has landed: $what', async ({ own, later }) => {
    const world = await makeWorld({ a: [own], b: [{ b: 'b\n' }] });
    await world.remote.merge('a', 'squash');
    for (const files of later) await world.onMain('Rename', files);
    expect((await world.restack()).result.heldBack).toEqual([]);
    expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: 'on main' });
    expect(await world.remote.paths('b')).toEqual(['b', ...(await world.remote.paths('main'))].sort());
  });

  it.each([
    { what: 'taken back', later: [{ n: null, x: null }] },
    { what: 'renamed, and deleted after it', later: [{ n: null, on: file }, { on: null }] },
    { what: 'renamed, and another one taken back', later: [{ n: null, on: file, x: null }] },
    {
      what: 'renamed, and an edit taken back in the file that it was made in, under its new name',
      later: [{ n: null, on: file, app: null, app2: lines() }],
    },
    {
      what: 'renamed, and a part of an edit taken back',
      later: [{ n: null, on: file, app: lines({ 5: 'A' }) }],
    },
  ] as Array<{ what: string; later: Files[] }>)(
    'is open, and keeps its change, where that was $what',
    async ({ later }) => {
      const world = await makeWorld({ a: [{ n: file, x: 'x\n', app: lines({ 2: 'A', 5: 'A' }) }], b: [{ b: 'b\n' }] });
      await world.remote.merge('a', 'squash');
      for (const files of later) await world.onMain('Then', files);
      await world.restack();
      expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on a' });
      expect(await world.remote.paths('a')).toContain('n');
    },
  );

  it.each([
    { what: 'before', later: [{ app: lines({ 2: 'A' }) }, { n: null, on: file }] },
    { what: 'after', later: [{ n: null, on: file }, { app: lines({ 2: 'A' }) }] },
  ] as Array<{ what: string; later: Files[] }>)(
    'is open where a part was taken back $what that, and the lines beside were edited then',
    async ({ later }) => {
      const world = await makeWorld({ a: [{ n: file, app: lines({ 2: 'A', 7: 'A' }) }], b: [{ b: 'b\n' }] });
      await world.remote.merge('a', 'squash');
      for (const files of [...later, { app: lines({ 2: 'Z' }) }]) await world.onMain('Then', files);
      await world.restack();
      expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on a' });
    },
  );

  it('is open where it had renamed the file itself, and main took that back and gave it a third name', async () => {
    const world = await makeWorld({ a: [{ old: null, n: file }], b: [{ b: 'b\n' }] }, { old: file });
    await world.remote.merge('a', 'squash');
    for (const files of [
      { old: file, n: null },
      { old: null, third: file },
    ])
      await world.onMain('Then', files);
    await world.restack();
    expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on a' });
  });

  const alike = { like: file.replace('two', '2') };
  it.each([
    { what: 'before', later: [alike, { n: null }] },
    { what: 'after', later: [{ n: null }, alike] },
  ] as Array<{ what: string; later: Files[] }>)(
    'is open where its file was taken back, and somebody added one much like it $what that',
    async ({ later }) => {
      const world = await makeWorld({ a: [{ n: file }], b: [{ b: 'b\n' }] });
      await world.remote.merge('a', 'squash');
      for (const files of later) await world.onMain('Then', files);
      await world.restack();
      expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on a' });
      expect(await world.remote.paths('b')).toEqual(['app', 'b', 'like', 'n']);
    },
  );
});

describe('what a later commit has made of the lines of an earlier one, squashed together and taken back in main', () => {
  const two = 'one\ntwo\nfour\nfive\n';
  const three = two.replace('two', 'three');

  it.each([
    { what: 'as they were', later: { app: lines({ 2: 'A' }) }, state: 'on main', app: lines({ 2: 'B' }) },
    { what: 'with an edit of its own', later: { app: lines({ 2: 'M' }) }, state: 'merged', app: lines({ 2: 'M' }) },
  ])('is open, and keeps them, on another branch, $what: $state', async ({ later, state, app }) => {
    const world = await makeWorld({
      a: [{ app: lines({ 2: 'A' }) }],
      b: [{ app: lines({ 2: 'B' }), b: 'b\n' }],
      c: [{ c: 'c\n' }],
    });
    await world.remote.merge('b', 'squash');
    await world.onMain('Then', later);
    await world.restack();
    expect(await world.states('a', 'b')).toEqual({ a: 'merged', b: state });
    expect(await world.remote.file('c', 'app')).toBe(app);
  });

  it('is open on the same branch, which has landed up to there', async () => {
    const world = await makeWorld({ a: [{ n: two }, { n: three }], b: [{ b: 'b\n' }] });
    await world.remote.merge('a', 'squash');
    await world.onMain('Then', { n: two });
    await world.restack();
    expect(await world.states('a', 'b')).toEqual({ a: 'on main', b: 'on a' });
    expect([await world.remote.subjects('b', 'main'), await world.remote.file('b', 'n')]).toEqual([
      ['a2', 'b1'],
      three,
    ]);
  });

  it('is open where the file has got another name with that', async () => {
    const world = await makeWorld({ a: [{ n: two }], b: [{ n: three }], c: [{ c: 'c\n' }] });
    await world.remote.merge('b', 'squash');
    await world.onMain('Then', { n: null, on: two });
    await world.restack();
    expect(await world.states('a', 'b', 'c')).toEqual({ a: 'on main', b: 'on a', c: 'on b' });
    expect(await world.remote.file('c', 'n')).toBe(three);
  });
});
