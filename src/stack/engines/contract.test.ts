import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Files } from '@/demo/remote';
import { git, gitText } from '@/git/process/run';
import { COMMITTER, makeWorld, type World } from '@/testing/engines/world';
import type { Engine, PlannedObjects } from './engine';
import { gitEngine } from './git';
import { gitSpiceEngine } from './git-spice';
import { findGitSpice } from './git-spice/find';

const spice = await findGitSpice();
const engines: Array<{ name: string; engine: Engine; skip: boolean }> = [
  { name: 'git engine', engine: gitEngine, skip: false },
  'missing' in spice
    ? { name: 'git-spice engine (program not found)', engine: gitSpiceEngine, skip: true }
    : { name: `git-spice engine (${spice.version})`, engine: gitSpiceEngine, skip: false },
];

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'spicerack-contract-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const world = async () => makeWorld(await mkdtemp(join(root, 'world-')));

const LINES = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
/** Nine lines, some of them other words; the line's number first. */
const lines = (changes: Record<number, string> = {}) =>
  `${LINES.map((line, i) => changes[i + 1] ?? line).join('\n')}\n`;

/** A trunk with one file of nine lines, and as many more files as are given. */
async function startTrunk(w: World, files: Files = {}): Promise<void> {
  await w.remote
    .from('main')
    .commit('Start', { f: lines(), ...files })
    .write();
}

const subjects = async (w: World, range: string) =>
  (await w.run('log', '--reverse', '--topo-order', '--format=%s', range, '--')).split('\n').filter(Boolean);

const show = async (w: World, object: string) =>
  (await git(['cat-file', 'blob', object], { gitDir: w.gitDir })).stdout.toString();

/** `mode path` of every file; paths as they are. */
const modes = async (w: World, tree: string) =>
  (await w.run('ls-tree', '-r', '-z', tree))
    .split('\0')
    .filter(Boolean)
    .map((line) => `${line.slice(0, 6)} ${line.slice(line.indexOf('\t') + 1)}`);

for (const { name, engine, skip } of engines) {
  describe.skipIf(skip)(name, () => {
    test('puts a stack onto the trunk that moved, bottom up, and says what became of each commit', async () => {
      const w = await world();
      await startTrunk(w);
      await w.remote
        .from('main')
        .branch('a')
        .commit('A1', { a: '1\n' })
        .commit('A2', { f: lines({ 1: 'A' }) })
        .write();
      await w.track('a');
      await w.remote
        .from('a')
        .branch('b')
        .commit('B1', { f: lines({ 1: 'A', 9: 'B' }) })
        .write();
      await w.track('b', 'a');
      const before = await w.remote.tips();
      await w.remote
        .from('main')
        .commit('Trunk goes on', { f: lines({ 5: 'T' }) })
        .write();

      const { plan, tip } = await w.restack(engine);
      const main = await w.remote.tip('main');
      expect(plan).toMatchObject({ heldBack: [], dropped: [] });
      expect(plan.moves).toMatchObject([
        {
          branch: 'a',
          before: before.a,
          after: tip('a'),
          parentBefore: 'main',
          parentAfter: 'main',
          baseBefore: before.main,
          baseAfter: main,
        },
        { branch: 'b', before: before.b, after: tip('b'), parentAfter: 'a', baseBefore: before.a, baseAfter: tip('a') },
      ]);
      expect(await subjects(w, `${main}..${tip('b')}`)).toEqual(['A1', 'A2', 'B1']);
      expect(await show(w, `${tip('b')}:f`)).toBe(lines({ 1: 'A', 5: 'T', 9: 'B' }));
      const history = await w.run('rev-list', '--reverse', `${main}..${tip('b')}`);
      expect(plan.moves.flatMap(({ rewritten }) => rewritten.map(({ to }) => to))).toEqual(history.split('\n'));
      expect(plan.moves[1]?.rewritten).toEqual([{ from: before.b, to: tip('b') }]);
    });

    test('moves nothing that is in place, and only the tracking where only the tracking changes', async () => {
      const w = await world();
      await startTrunk(w);
      await w.remote.from('main').branch('a').commit('A', { a: '1\n' }).branch('empty').write();
      await w.track('a');
      await w.track('empty', 'a');
      expect((await w.restack(engine)).plan.moves).toEqual([]);

      // `a` is empty over its parent `b` now: both stand at the same commit.
      await w.remote.move('b', 'main');
      await w.track('b');
      const { plan } = await w.restack(engine, [{ branch: 'a', onto: 'b' }]);
      const tips = await w.remote.tips();
      expect(plan.moves).toEqual([
        {
          branch: 'a',
          before: tips.a,
          after: tips.a,
          parentBefore: 'main',
          parentAfter: 'b',
          baseBefore: tips.main,
          baseAfter: tips.main,
          rewritten: [],
        },
      ]);
    });

    test('keeps author, author date, message and co-authors, and commits as the committer of the request', async () => {
      const w = await world();
      await startTrunk(w);
      const message =
        'Über-subject\n\nBody — “quoted”.\n\n\nTwo blank lines above.\n\nCo-authored-by: Zoë <zoe@example.com>\n';
      await w.remote.from('main').branch('a').by('Łukasz Ω <l@example.com>').commit(message, { a: '1\n' }).write();
      await w.track('a');
      await w.remote.from('main').commit('Trunk', { t: '1\n' }).write();

      const { tip } = await w.restack(engine);
      const format = '--format=%an|%ae|%ad|%B';
      expect(tip('a')).not.toBe(await w.remote.tip('a'));
      expect(await w.run('log', '-1', '--date=raw', format, tip('a'))).toBe(
        await w.run('log', '-1', '--date=raw', format, 'refs/remotes/origin/a'),
      );
      expect(await w.run('log', '-1', '--date=raw', '--format=%cn <%ce> %cd', tip('a'))).toBe(
        `${COMMITTER.name} <${COMMITTER.email}> ${COMMITTER.date}`,
      );
    });

    test('plans for a forecast, whose commits are of the beginning of time', async () => {
      const w = await world();
      await startTrunk(w);
      await w.remote.from('main').branch('a').commit('A', { a: '1\n' }).write();
      await w.track('a');
      await w.remote.from('main').commit('Trunk', { t: '1\n' }).write();
      const committer = { ...COMMITTER, date: '0 +0000' };
      const foreseeing: Engine = { ...engine, plan: (request) => engine.plan({ ...request, committer }) };
      const { tip } = await w.restack(foreseeing);
      expect(await w.run('log', '-1', '--date=raw', '--format=%s %cd', tip('a'))).toBe('A 0 +0000');
    });

    test('keeps what a message in another encoding says', async () => {
      const w = await world();
      await startTrunk(w);
      const author = Buffer.from('J\xf6rg <j@example.com> 1700000000 -0730', 'latin1');
      await importCommit(w, 'a', [author], 'ISO-8859-1', Buffer.from('Gr\xfc\xdfe\n\n\xa9 body\n', 'latin1'));
      await w.track('a');
      await w.remote.from('main').commit('Trunk', { t: '1\n' }).write();

      const { tip } = await w.restack(engine);
      expect(await w.run('log', '-1', '--date=raw', '--encoding=UTF-8', '--format=%an %ad%n%B', tip('a'))).toBe(
        'Jörg 1700000000 -0730\nGrüße\n\n© body\n',
      );
    });

    test('drops a commit whose change is below already, and says so', async () => {
      const w = await world();
      await startTrunk(w);
      await w.remote
        .from('main')
        .branch('a')
        .commit('Picked', { p: '1\n' })
        .commit('Own', { a: '1\n' })
        .commit('Contained', { q: '1\n' })
        .write();
      await w.track('a');
      const [picked = '', , contained = ''] = (
        await gitText(['rev-list', '--reverse', 'main..a'], { gitDir: w.remote.dir })
      ).split('\n');
      // The same patch; and a larger one that holds the third commit's change.
      await w.remote.from('main').commit('Picked', { p: '1\n' }).commit('More', { q: '1\n', r: '1\n' }).write();

      const { plan, tip } = await w.restack(engine);
      expect(await subjects(w, `refs/remotes/origin/main..${tip('a')}`)).toEqual(['Own']);
      expect(plan.dropped).toEqual([
        { branch: 'a', commit: picked, subject: 'Picked' },
        { branch: 'a', commit: contained, subject: 'Contained' },
      ]);
      expect(plan.moves[0]?.rewritten.map(({ to }) => to)).toEqual([tip('a')]);
    });

    test('keeps a change that trunk took and then took back', async () => {
      const w = await world();
      await startTrunk(w);
      await w.remote.from('main').branch('a').commit('Picked', { p: '1\n' }).commit('Own', { a: '1\n' }).write();
      await w.track('a');
      await w.remote.from('main').commit('Picked', { p: '1\n' }).commit('Reverted', { p: null }).write();

      const { plan, tip } = await w.restack(engine);
      expect(await subjects(w, `refs/remotes/origin/main..${tip('a')}`)).toEqual(['Picked', 'Own']);
      expect(plan.dropped).toEqual([]);
    });

    test('drops a commit whose lines were edited on since trunk took it; not where trunk took it back before', async () => {
      const w = await world();
      await startTrunk(w);
      for (const [branch, line] of [
        ['a', 2],
        ['b', 6],
      ] as const) {
        await w.remote
          .from('main')
          .branch(branch)
          .commit(`Own ${branch}`, { [branch]: '1\n' })
          .commit(`Picked ${branch}`, { f: lines({ [line]: 'P' }) })
          .write();
        await w.track(branch);
      }
      await w.remote
        .from('main')
        .commit('Picked, both', { f: lines({ 2: 'P', 6: 'P' }) })
        .commit('One is taken back', { f: lines({ 2: 'P' }) })
        .commit('Edited on', { f: lines({ 2: 'Q', 6: 'Q' }) })
        .write();
      const { plan, tip } = await w.restack(engine);
      expect(await subjects(w, `refs/remotes/origin/main..${tip('a')}`)).toEqual(['Own a']);
      expect(plan.dropped.map(({ subject }) => subject)).toEqual(['Picked a']);
      expect(plan.heldBack).toMatchObject([{ branch: 'b', reason: { kind: 'conflict', subject: 'Picked b' } }]);
    });

    test('takes no change of white space, and no equal line elsewhere, for the change of a commit', async () => {
      const w = await world();
      const indented = (by: string) => ['def a():', '  pass', 'def b():', `${by}one()`, `${by}two()`, ''].join('\n');
      const blocks = (first: string, second: string) =>
        ['a {', first, '}', ...LINES, 'b {', second, '}', ''].filter((line) => line !== ' ').join('\n');
      await startTrunk(w, { py: indented('  '), css: blocks(' ', ' ') });
      await w.remote
        .from('main')
        .branch('dedent')
        .commit('Dedent', { py: indented('') })
        .write();
      await w.track('dedent');
      await w.remote
        .from('main')
        .branch('second')
        .commit('Second', { css: blocks(' ', 'x') })
        .write();
      await w.track('second');
      await w.remote
        .from('main')
        .commit('Indent', { py: indented('    ') })
        .commit('First', { css: blocks('x', ' ') })
        .write();
      const { plan, tip } = await w.restack(engine);
      expect(plan.dropped).toEqual([]);
      expect(plan.heldBack).toMatchObject([{ branch: 'dedent', reason: { kind: 'conflict' } }]);
      expect(await show(w, `${tip('second')}:css`)).toBe(blocks('x', 'x'));
    });

    test('ends at its parent when every commit is below already', async () => {
      const w = await world();
      await startTrunk(w);
      await w.remote.from('main').branch('a').commit('A', { a: '1\n' }).write();
      await w.track('a');
      const main = await w.remote.merge('a', 'squash');
      const { plan, tip } = await w.restack(engine);
      expect(tip('a')).toBe(main);
      expect(plan.dropped.map(({ subject }) => subject)).toEqual(['A']);
    });

    test('keeps a commit that was empty from the start', async () => {
      const w = await world();
      await startTrunk(w);
      await w.remote.from('main').branch('a').commit('Empty').commit('Own', { a: '1\n' }).commit('Empty too').write();
      await w.track('a');
      await w.remote.from('main').commit('Trunk', { t: '1\n' }).commit('Empty').write();

      const { plan, tip } = await w.restack(engine);
      expect(await subjects(w, `refs/remotes/origin/main..${tip('a')}`)).toEqual(['Empty', 'Own', 'Empty too']);
      expect(plan.dropped).toEqual([]);
    });

    test('flattens a merge commit, and warns', async () => {
      const w = await world();
      await startTrunk(w);
      await w.remote.from('main').branch('side').commit('Side', { s: '1\n' }).write();
      await w.remote
        .from('main')
        .branch('a')
        .commit('A1', { a: '1\n' })
        .commit('Merge side', { s: '1\n' }, { merge: ['side'] })
        .commit('A2', { a: '2\n' })
        .write();
      await w.track('a');
      const merge = await gitText(['rev-parse', 'a~1'], { gitDir: w.remote.dir });
      await w.remote.from('main').commit('Trunk', { t: '1\n' }).write();

      const { plan, tip } = await w.restack(engine);
      expect((await subjects(w, `refs/remotes/origin/main..${tip('a')}`)).sort()).toEqual(['A1', 'A2', 'Side']);
      expect(await w.run('rev-list', '--merges', `refs/remotes/origin/main..${tip('a')}`)).toBe('');
      expect(await modes(w, tip('a'))).toEqual(['100644 a', '100644 f', '100644 s', '100644 t']);
      expect(plan.warnings).toMatchObject([{ branch: 'a', kind: 'merge_flattened', commits: [merge] }]);
    });

    /** `a` merges `side` and trunk; what `merge` says is what the merge commit holds over `a`. */
    async function withMerge(merge: Files, side: Files = { s: '1\n' }, before: Files = { a: '1\n' }) {
      const w = await world();
      await startTrunk(w);
      await w.remote.from('main').branch('side').commit('Side', side).write();
      await w.remote
        .from('main')
        .branch('a')
        .commit('A1', before)
        .commit('Merge', merge, { merge: ['side'] })
        .write();
      const commit = await w.remote.tip('a');
      await w.remote.from('a').commit('A2', { a: '2\n' }).write();
      await w.track('a');
      return { w, commit };
    }

    test('keeps what a merge commit has changed itself, as a commit with its author and message', async () => {
      const { w, commit } = await withMerge({ s: '1\n', own: 'made in the merge\n', f: lines({ 9: 'M' }) });
      await w.remote
        .from('main')
        .commit('Trunk', { f: lines({ 1: 'T' }) })
        .write();
      const { plan, tip } = await w.restack(engine);
      expect(plan).toMatchObject({ heldBack: [], dropped: [] });
      const own = await subjects(w, `refs/remotes/origin/main..${tip('a')}`);
      expect(own).toEqual(expect.arrayContaining(['A1', 'Side', 'Merge', 'A2']));
      expect(own.indexOf('Merge')).toBe(2);
      expect(await w.run('rev-list', '--merges', `refs/remotes/origin/main..${tip('a')}`)).toBe('');
      expect(await show(w, `${tip('a')}:own`)).toBe('made in the merge\n');
      expect(await show(w, `${tip('a')}:f`)).toBe(lines({ 1: 'T', 9: 'M' }));
      expect(plan.moves[0]?.rewritten).toContainEqual({ from: commit, to: await w.run('rev-parse', `${tip('a')}~1`) });
      expect(plan.warnings).toMatchObject([{ kind: 'merge_flattened', commits: [commit] }]);
      expect(plan.warnings[0]?.message).toContain('changed beside the merge is an ordinary commit now');
    });

    test('keeps what a merge of three branches has changed itself', async () => {
      const w = await world();
      await startTrunk(w);
      for (const side of ['s', 't']) {
        await w.remote
          .from('main')
          .branch(side)
          .commit(side, { [side]: '1\n' })
          .write();
      }
      const octopus = (files: Files) =>
        w.remote
          .from('main')
          .branch('a')
          .commit('A1', { a: '1\n' })
          .commit('Merge', { s: '1\n', t: '1\n', ...files }, { merge: ['s', 't'] })
          .write();
      await octopus({});
      await w.track('a');
      await w.remote.from('main').commit('Trunk', { m: '1\n' }).write();
      const clean = await w.restack(engine);
      expect((await subjects(w, `refs/remotes/origin/main..${clean.tip('a')}`)).sort()).toEqual(['A1', 's', 't']);

      await octopus({ own: '1\n' });
      await w.remote.from('main').commit('Trunk 2', { m: '2\n' }).write();
      const { plan, tip } = await w.restack(engine);
      expect(plan.heldBack).toEqual([]);
      expect(await modes(w, tip('a'))).toEqual(['a', 'f', 'm', 'own', 's', 't'].map((path) => `100644 ${path}`));
    });

    test('drops what a merge commit has changed itself where replaying that leaves nothing', async () => {
      const { w, commit } = await withMerge({ s: '1\n', f: lines({ 9: 'M' }) });
      await w.remote
        .from('main')
        .commit('The same', { f: lines({ 9: 'M' }) })
        .write();
      const { plan, tip } = await w.restack(engine);
      expect(plan).toMatchObject({ heldBack: [], dropped: [{ branch: 'a', commit, subject: 'Merge' }] });
      expect(await show(w, `${tip('a')}:f`)).toBe(lines({ 9: 'M' }));
    });

    test('holds a branch back where what its merge has changed conflicts, and names the merge', async () => {
      const { w, commit } = await withMerge({ s: '1\n', f: lines({ 9: 'M' }) });
      await w.remote
        .from('main')
        .commit('Another', { f: lines({ 9: 'T' }) })
        .write();
      const { plan } = await w.restack(engine);
      expect(plan.moves).toEqual([]);
      expect(plan.heldBack).toMatchObject([
        { branch: 'a', reason: { kind: 'conflict', commit, files: [{ path: 'f' }], byHand: { merges: [commit] } } },
      ]);
      const [held] = plan.heldBack;
      const text = held?.reason.kind === 'conflict' ? held.reason.files[0]?.text : '';
      expect(text).toMatch(/<<<<<<< main\n.*T\n=======\n.*M\n>>>>>>> [0-9a-f]{7} \(Merge\)/s);
    });

    test('holds a branch back where a merge has resolved a conflict, which no replay can do again', async () => {
      const both = lines({ 5: 'A and trunk' });
      const w = await world();
      await startTrunk(w);
      await w.remote
        .from('main')
        .branch('p')
        .commit('P1', { p: '1\n' })
        .branch('a')
        .commit('A1', { f: lines({ 5: 'A' }) })
        .write();
      await w.remote
        .from('main')
        .commit('Trunk', { f: lines({ 5: 'T' }) })
        .write();
      await w.remote
        .from('a')
        .commit('Merge', { f: both }, { merge: ['main'] })
        .write();
      const commit = await w.remote.tip('a');
      await w.track('p');
      await w.track('a', 'p');
      // Its parent is amended, on the old trunk: A1 goes there cleanly, the resolution does not.
      await w.remote.from('main~1').branch('p').commit('P1', { p: '2\n' }).write();
      const { plan } = await w.restack(engine, [{ branch: 'a', onto: 'p' }]);
      expect(plan.moves).toEqual([]);
      expect(plan.heldBack).toMatchObject([
        { branch: 'a', reason: { kind: 'conflict', commit, files: [{ path: 'f' }], byHand: { merges: [commit] } } },
      ]);
    });

    test('leaves out trunk commits that were merged into the branch', async () => {
      const w = await world();
      await startTrunk(w);
      await w.remote.from('main').branch('a').commit('A1', { a: '1\n' }).write();
      await w.track('a');
      await w.remote.from('main').commit('Trunk 1', { t: '1\n' }).write();
      await w.remote
        .from('a')
        .commit('Merge trunk', { t: '1\n' }, { merge: ['main'] })
        .commit('A2', { a: '2\n' })
        .write();
      await w.remote.from('main').commit('Trunk 2', { t: '2\n' }).write();

      const { plan, tip } = await w.restack(engine);
      expect(plan.heldBack).toEqual([]);
      expect(await subjects(w, `refs/remotes/origin/main..${tip('a')}`)).toEqual(['A1', 'A2']);
    });

    test('says which commits lost their signature', async () => {
      const w = await world();
      await startTrunk(w);
      const signed = await importCommit(
        w,
        'a',
        [Buffer.from('Ada <ada@example.com> 1700000000 +0000')],
        null,
        Buffer.from('Signed\n'),
        ['gpgsig -----BEGIN SSH SIGNATURE-----', ' tree of nonsense', ' -----END SSH SIGNATURE-----'],
      );
      await w.track('a');
      expect((await w.restack(engine)).plan.warnings).toEqual([]);

      await w.remote.from('main').commit('Trunk', { t: '1\n' }).write();
      const { plan, tip } = await w.restack(engine);
      expect(plan.warnings).toMatchObject([{ branch: 'a', kind: 'signature_lost', commits: [signed] }]);
      expect(await w.run('cat-file', 'commit', tip('a'))).not.toContain('gpgsig');
    });

    test('keeps executable bits, symbolic links, submodules, binary files and any name', async () => {
      const w = await world();
      const binary = Buffer.from([0, 1, 2, 255, 254, 0, 10, 13]);
      await startTrunk(w, { run: '#!/bin/sh\n', bin: binary });
      const submodule = await w.remote.tip('main');
      const names = [
        'with space',
        '"quoted" \'name\'',
        'new\nline',
        'ümläut/日本',
        '-dash',
        'back\\slash',
        'tab\there',
      ];
      await w.remote
        .from('main')
        .branch('a')
        .commit('Everything', {
          run: { mode: '100755', content: '#!/bin/sh\n' },
          link: { mode: '120000', content: 'to/nowhere' },
          sub: { mode: '160000', content: submodule },
          bin: Buffer.concat([binary, binary]),
          ...Object.fromEntries(names.map((name) => [name, 'x\n'])),
        })
        .commit('And again', Object.fromEntries(names.map((name) => [name, 'y\n'])))
        .write();
      await w.track('a');
      await w.remote.from('main').commit('Trunk', { t: '1\n' }).write();

      const { plan, tip } = await w.restack(engine);
      expect(plan.heldBack).toEqual([]);
      const expected = await modes(w, 'refs/remotes/origin/a');
      expect(expected).toContain('100644 new\nline');
      expect((await modes(w, tip('a'))).sort()).toEqual([...expected, '100644 t'].sort());
      // Only trunk's file is the difference, so every content survived.
      expect(await w.run('diff-tree', '-r', '--name-status', 'refs/remotes/origin/a', tip('a'))).toBe('A\tt');
    });

    test('follows a rename, of a file and of a folder', async () => {
      const w = await world();
      await startTrunk(w, { 'old/x': lines(), 'old/y': `${lines()}y\n`, 'old/z': `${lines()}z\n` });
      await w.remote
        .from('main')
        .branch('a')
        .commit('Edit and add', { f: lines({ 1: 'A' }), 'old/x': lines({ 2: 'A' }), 'old/new': 'new\n' })
        .write();
      await w.track('a');
      await w.remote
        .from('main')
        .commit('Rename', { f: null, g: lines() })
        .commit('Move', {
          'old/x': null,
          'old/y': null,
          'old/z': null,
          'sub/x': lines(),
          'sub/y': `${lines()}y\n`,
          'sub/z': `${lines()}z\n`,
        })
        .write();

      const { plan, tip } = await w.restack(engine);
      if (plan.heldBack.length === 0) {
        expect(await show(w, `${tip('a')}:g`)).toBe(lines({ 1: 'A' }));
        expect(await show(w, `${tip('a')}:sub/x`)).toBe(lines({ 2: 'A' }));
      } else {
        // git's default for a file added to a moved folder is to ask (`merge.directoryRenames=conflict`).
        expect(plan.heldBack[0]?.reason).toMatchObject({ kind: 'conflict', files: [{ path: 'sub/new' }] });
      }
    });

    test('goes by the .gitattributes of the parent: union merges, -merge conflicts', async () => {
      const w = await world();
      await startTrunk(w, {
        '.gitattributes': 'CHANGES merge=union\n',
        'docs/.gitattributes': '*.lock -merge\n',
        CHANGES: 'old\n',
        'docs/a.lock': lines(),
        'docs/a.txt': lines(),
      });
      await w.remote
        .from('main')
        .branch('log')
        .commit('Log', { CHANGES: 'mine\nold\n', 'docs/a.txt': lines({ 1: 'A' }) })
        .write();
      await w.track('log');
      await w.remote
        .from('main')
        .branch('lock')
        .commit('Lock', { 'docs/a.lock': lines({ 1: 'A' }) })
        .write();
      await w.track('lock');
      await w.remote
        .from('main')
        .commit('Trunk', {
          CHANGES: 'theirs\nold\n',
          'docs/a.lock': lines({ 9: 'T' }),
          'docs/a.txt': lines({ 9: 'T' }),
        })
        .write();

      const { plan, tip } = await w.restack(engine);
      expect((await show(w, `${tip('log')}:CHANGES`)).split('\n').sort()).toEqual(['', 'mine', 'old', 'theirs']);
      expect(await show(w, `${tip('log')}:docs/a.txt`)).toBe(lines({ 1: 'A', 9: 'T' }));
      expect(plan.heldBack).toMatchObject([
        { branch: 'lock', reason: { kind: 'conflict', files: [{ path: 'docs/a.lock', text: expect.any(String) }] } },
      ]);
    });

    test('attributes that a commit of the branch brings hold for the commits after it', async () => {
      const w = await world();
      await startTrunk(w, { CHANGES: 'old\n' });
      await w.remote
        .from('main')
        .branch('a')
        .commit('Union', { '.gitattributes': 'CHANGES merge=union\n' })
        .commit('Log', { CHANGES: 'mine\nold\n' })
        .write();
      await w.track('a');
      await w.remote.from('main').commit('Trunk', { CHANGES: 'theirs\nold\n' }).write();

      const { plan, tip } = await w.restack(engine);
      expect(plan.heldBack).toEqual([]);
      expect((await show(w, `${tip('a')}:CHANGES`)).split('\n').sort()).toEqual(['', 'mine', 'old', 'theirs']);
    });

    test('leaves line ends as they are stored, whatever eol says', async () => {
      const w = await world();
      const crlf = (text: string) => text.replaceAll('\n', '\r\n');
      await startTrunk(w, {
        '.gitattributes': '*.win eol=crlf\n*.raw -text\n',
        'a.win': lines(),
        'a.raw': crlf(lines()),
      });
      await w.remote
        .from('main')
        .branch('a')
        .commit('A', { 'a.win': lines({ 1: 'A' }), 'a.raw': crlf(lines({ 1: 'A' })) })
        .write();
      await w.track('a');
      await w.remote
        .from('main')
        .commit('T', { 'a.win': lines({ 9: 'T' }), 'a.raw': crlf(lines({ 9: 'T' })) })
        .write();

      const { tip } = await w.restack(engine);
      expect(await show(w, `${tip('a')}:a.win`)).toBe(lines({ 1: 'A', 9: 'T' }));
      expect(await show(w, `${tip('a')}:a.raw`)).toBe(crlf(lines({ 1: 'A', 9: 'T' })));
    });

    test('holds back a branch that conflicts with all above it, shows the conflict, and completes the rest', async () => {
      const w = await world();
      await startTrunk(w, { bin: Buffer.from([0, 1]) });
      await w.remote.from('main').branch('under').commit('Under', { u: '1\n' }).write();
      await w.track('under');
      await w.remote
        .from('under')
        .branch('clash')
        .commit('Fine', { c: '1\n' })
        .commit('Clash it', { f: lines({ 5: 'CLASH' }), bin: Buffer.from([0, 2]) })
        .write();
      await w.track('clash', 'under');
      await w.remote
        .from('clash')
        .branch('above')
        .commit('Above', { x: '1\n' })
        .branch('top')
        .commit('Top', { y: '1\n' })
        .write();
      await w.track('above', 'clash');
      await w.track('top', 'above');
      await w.remote.from('under').branch('beside').commit('Beside', { b: '1\n' }).write();
      await w.track('beside', 'under');
      const clash = await w.remote.tip('clash');
      await w.remote
        .from('main')
        .commit('Trunk', { f: lines({ 5: 'TRUNK' }), bin: Buffer.from([0, 3]) })
        .write();

      const { plan, tip } = await w.restack(engine);
      expect(plan.moves.map(({ branch }) => branch)).toEqual(['under', 'beside']);
      expect(await subjects(w, `refs/remotes/origin/main..${tip('beside')}`)).toEqual(['Under', 'Beside']);
      expect(plan.heldBack.map(({ branch }) => branch)).toEqual(['clash', 'above', 'top']);
      expect(plan.heldBack[1]?.reason).toEqual({ kind: 'below', branch: 'clash' });
      expect(plan.heldBack[2]?.reason).toEqual({ kind: 'below', branch: 'above' });
      const reason = plan.heldBack[0]?.reason;
      if (reason?.kind !== 'conflict') throw new Error(`held back for another reason: ${reason?.kind}`);
      expect(reason).toMatchObject({ commit: clash, subject: 'Clash it' });
      const [bin, text] = [...reason.files].sort((x, y) => x.path.localeCompare(y.path));
      expect(bin).toMatchObject({ path: 'bin', text: null });
      expect(text).toMatchObject({ path: 'f', kinds: ['contents'] });
      expect(text?.text).toMatch(/^<{7} .*\nTRUNK\n={7}\nCLASH\n>{7} .*Clash it.*\n/m);
    });

    test('names the conflict of a file that one side deleted', async () => {
      const w = await world();
      await startTrunk(w);
      await w.remote
        .from('main')
        .branch('a')
        .commit('Edit', { f: lines({ 5: 'A' }) })
        .write();
      await w.track('a');
      await w.remote.from('main').commit('Delete', { f: null }).write();
      const { plan } = await w.restack(engine);
      expect(plan.moves).toEqual([]);
      expect(plan.heldBack).toMatchObject([
        { branch: 'a', reason: { kind: 'conflict', files: [{ path: 'f', kinds: ['modify/delete'] }] } },
      ]);
    });

    test('names a file that the branch has made a folder or a link as it was, once, with its text, in mid-stack too', async () => {
      const w = await world();
      await startTrunk(w, { tofile: '1\n' });
      const link = { mode: '120000', content: 'elsewhere' } as const;
      await w.remote.from('main').branch('a').commit('A', { a: '1\n' }).write();
      await w.track('a');
      await w.remote
        .from('a')
        .branch('b')
        .commit('B', { b: '1\n' })
        .commit('Other kinds', { f: null, 'f/inner': 'i\n', tofile: link })
        .write();
      await w.track('b', 'a');
      await w.remote.from('main').commit('Edit', { f: 'EDITED\n', tofile: 'EDITED\n' }).write();
      const { plan } = await w.restack(engine);
      expect(plan.moves.map(({ branch }) => branch)).toEqual(['a']);
      expect(plan.heldBack).toMatchObject([
        {
          branch: 'b',
          reason: {
            kind: 'conflict',
            subject: 'Other kinds',
            files: [
              { path: 'f', kinds: ['file/directory', 'modify/delete'], text: 'EDITED\n' },
              { path: 'tofile', kinds: ['distinct modes'], text: 'EDITED\n' },
            ],
          },
        },
      ]);
    });

    test('moves a subtree onto another branch', async () => {
      const w = await world();
      await startTrunk(w);
      await w.remote.from('main').branch('a').commit('A', { a: '1\n' }).write();
      await w.track('a');
      await w.remote.from('a').branch('b').commit('B', { b: '1\n' }).write();
      await w.track('b', 'a');
      await w.remote.from('b').branch('c').commit('C', { c: '1\n' }).write();
      await w.track('c', 'b');
      await w.remote.from('main').branch('other').commit('Other', { o: '1\n' }).write();
      await w.track('other');

      const { plan, tip } = await w.restack(engine, [
        { branch: 'b', onto: 'other' },
        { branch: 'c', onto: 'b' },
      ]);
      expect(plan.moves).toMatchObject([
        { branch: 'b', parentBefore: 'a', parentAfter: 'other', baseAfter: await w.remote.tip('other') },
        { branch: 'c', parentBefore: 'b', parentAfter: 'b', baseAfter: tip('b') },
      ]);
      expect(await subjects(w, `refs/remotes/origin/main..${tip('c')}`)).toEqual(['Other', 'B', 'C']);
    });

    test('moves only the branches that are targets, onto those that are not', async () => {
      const w = await world();
      await startTrunk(w);
      await w.remote.from('main').branch('a').commit('A', { a: '1\n' }).write();
      await w.track('a');
      await w.remote.from('a').branch('b').commit('B', { b: '1\n' }).write();
      await w.track('b', 'a');
      await w.remote.from('a').commit('A2', { a: '2\n' }).write();
      await w.remote.from('main').commit('Trunk', { t: '1\n' }).write();

      const { plan, tip } = await w.restack(engine, [{ branch: 'b', onto: 'a' }]);
      expect(plan.moves.map(({ branch }) => branch)).toEqual(['b']);
      expect(await subjects(w, `refs/remotes/origin/a..${tip('b')}`)).toEqual(['B']);
      expect(await w.run('rev-parse', `${tip('b')}~1`)).toBe(await w.remote.tip('a'));
    });

    test('takes a commit that was removed from the parent out from under the branch', async () => {
      const w = await world();
      await startTrunk(w);
      await w.remote.from('main').branch('a').commit('Bad', { bad: '1\n' }).commit('Good', { good: '1\n' }).write();
      await w.track('a');
      await w.remote.from('a').branch('b').commit('B', { b: '1\n' }).write();
      await w.track('b', 'a');
      await w.remote.from('main').branch('a').commit('Good', { good: '1\n' }).write();

      const { plan, tip } = await w.restack(engine, [{ branch: 'b', onto: 'a' }]);
      expect(plan.heldBack).toEqual([]);
      expect(await subjects(w, `refs/remotes/origin/main..${tip('b')}`)).toEqual(['Good', 'B']);
      expect(await modes(w, tip('b'))).toEqual(['100644 b', '100644 f', '100644 good']);
    });

    test('leaves a branch where it is, merges and all, when it has what its parent becomes', async () => {
      const w = await world();
      await startTrunk(w);
      await w.remote.from('main').branch('a').write();
      await w.track('a');
      await w.remote.from('a').branch('b').commit('B', { b: '1\n' }).write();
      await w.track('b', 'a');
      await w.remote.from('main').commit('Trunk', { t: '1\n' }).write();
      await w.remote
        .from('b')
        .commit('Merge trunk', { t: '1\n' }, { merge: ['main'] })
        .write();

      const { plan, tip } = await w.restack(engine);
      const main = await w.remote.tip('main');
      expect(tip('a')).toBe(main);
      expect(plan.moves[1]).toMatchObject({ branch: 'b', before: tip('b'), after: tip('b'), baseAfter: main });
      expect(plan.warnings).toEqual([]);
    });

    test('takes a branch off its parent onto the trunk that it has merged', async () => {
      const w = await world();
      await startTrunk(w);
      await w.remote.from('main').branch('a').commit('A', { a: '1\n' }).write();
      await w.track('a');
      await w.remote.from('a').branch('b').commit('B', { b: '1\n' }).write();
      await w.track('b', 'a');
      await w.remote.from('main').commit('Trunk', { t: '1\n' }).write();
      await w.remote
        .from('b')
        .commit('Merge trunk', { t: '1\n' }, { merge: ['main'] })
        .write();

      const { tip } = await w.restack(engine, [{ branch: 'b', onto: 'main' }]);
      expect(await subjects(w, `refs/remotes/origin/main..${tip('b')}`)).toEqual(['B']);
      expect(await modes(w, tip('b'))).toEqual(['100644 b', '100644 f', '100644 t']);
    });

    test('leaves out trunk commits that were merged into a branch whose parent moves onto them', async () => {
      const w = await world();
      await startTrunk(w);
      await w.remote.from('main').branch('a').commit('A', { a: '1\n' }).write();
      await w.track('a');
      await w.remote.from('a').branch('b').commit('B', { b: '1\n' }).write();
      await w.track('b', 'a');
      // Replayed onto the second, the first would conflict.
      await w.remote.from('main').commit('Trunk 1', { t: '1\n' }).commit('Trunk 2', { t: '2\n' }).write();
      await w.remote
        .from('b')
        .commit('Merge trunk', { t: '2\n' }, { merge: ['main'] })
        .write();

      const { plan, tip } = await w.restack(engine);
      expect(plan.heldBack).toEqual([]);
      expect(await subjects(w, `refs/remotes/origin/main..${tip('b')}`)).toEqual(['A', 'B']);
    });

    test('changes no ref and no object of the clone before the plan is taken, and only what it says after', async () => {
      const w = await world();
      await startTrunk(w);
      await w.remote.from('main').branch('a').commit('A', { a: '1\n' }).write();
      await w.track('a');
      await w.remote
        .from('a')
        .branch('b')
        .commit('B', { f: lines({ 5: 'B' }) })
        .write();
      await w.track('b', 'a');
      await w.remote
        .from('main')
        .commit('Trunk', { f: lines({ 1: 'T' }) })
        .write();
      await (await w.plan(engine)).discard();

      const state = async () => ({
        files: (await readdir(w.gitDir, { recursive: true })).sort(),
        refs: await w.run('for-each-ref'),
      });
      const before = await state();
      const planned = await w.plan(engine);
      expect(await state()).toEqual(before);

      await planned.take('refs/spicerack/keep/7');
      await planned.discard();
      await planned.discard();
      const refs = (await w.run('for-each-ref')).split('\n');
      expect(refs.filter((line) => !before.refs.split('\n').includes(line))).toEqual([
        expect.stringMatching(/refs\/spicerack\/keep\/7$/),
      ]);
      const kept = await w.run('rev-list', 'refs/spicerack/keep/7');
      for (const { before: from, after } of planned.plan.moves) {
        expect(kept).toContain(from);
        expect(kept).toContain(after);
      }
      await w.run('gc', '--quiet', '--prune=now');
      expect(await w.run('fsck', '--connectivity-only', '--no-dangling')).toBe('');
    });

    test('stops when it is told to', async () => {
      const w = await world();
      await startTrunk(w);
      await w.remote.from('main').branch('a').commit('A', { a: '1\n' }).write();
      await w.track('a');
      await w.remote.from('main').commit('Trunk', { t: '1\n' }).write();
      const stop = new AbortController();
      const planning = w.plan(engine, undefined, stop.signal);
      const stopped = new Error('stopped');
      stop.abort(stopped);
      await expect(planning).rejects.toBe(stopped);
    });

    test.each([1, 2, 3, 4, 5, 6])('gives the trees that `git rebase --onto` gives: history %i', async (seed) => {
      const w = await world();
      await randomHistory(w, seed);
      const { plan, tip } = await w.restack(engine);
      const rebased = await rebaseAll(w, join(w.gitDir, '..', 'work'), ['a', 'b', 'c']);
      const heldBack = new Set(plan.heldBack.map(({ branch }) => branch));
      for (const [branch, tree] of Object.entries(rebased)) {
        expect(heldBack.has(branch) ? null : await w.run('rev-parse', `${tip(branch)}^{tree}`)).toBe(tree);
      }
    });
  });
}

describe.skipIf('missing' in spice)(
  `both engines${'missing' in spice ? ' (git-spice: program not found)' : ''}`,
  () => {
    test.each([11, 12, 13])('make the very same commits of history %i', async (seed) => {
      const w = await world();
      await randomHistory(w, seed);
      const { plan } = await w.restack(gitEngine);
      expect(plan.moves.length).toBeGreaterThan(0);
      expect((await w.restack(gitSpiceEngine)).plan).toEqual(plan);
    });
  },
);

describe('git engine alone', () => {
  test('plans the same commits when it plans again', async () => {
    const w = await world();
    await randomHistory(w, 7);
    const first = await w.plan(gitEngine);
    const second = await w.plan(gitEngine);
    expect(first.plan.moves.length).toBeGreaterThan(0);
    expect(second.plan).toEqual(first.plan);
    await Promise.all([first.discard(), second.discard()]);
  });

  test('keeps the message to the byte, with its encoding', async () => {
    const w = await world();
    await startTrunk(w);
    const author = Buffer.from('J\xf6rg  <j@example.com> 1700000000 -0730', 'latin1');
    const message = Buffer.from('\n\nGr\xfc\xdfe  \n\nno newline at the end', 'latin1');
    await importCommit(w, 'a', [author], 'ISO-8859-1', message);
    await w.track('a');
    await w.remote.from('main').commit('Trunk', { t: '1\n' }).write();
    const { tip } = await w.restack(gitEngine);
    const { stdout } = await git(['cat-file', 'commit', tip('a')], { gitDir: w.gitDir });
    const text = stdout.toString('latin1');
    expect(text).toContain('\nauthor J\xf6rg  <j@example.com> 1700000000 -0730\n');
    expect(text).toContain('\nencoding ISO-8859-1\n\n\n\nGr\xfc\xdfe  \n\nno newline at the end');
    expect(text.endsWith('no newline at the end')).toBe(true);
  });

  test('replays the first commits of a history that was merged into the branch', async () => {
    const w = await world();
    await startTrunk(w);
    const gitDir = w.remote.dir;
    const blob = await gitText(['hash-object', '-w', '--stdin'], { gitDir, input: 'r\n' });
    const tree = await gitText(['mktree'], { gitDir, input: `100644 blob ${blob}\tr\n` });
    const empty = await gitText(['mktree'], { gitDir, input: '' });
    const commit = (of: string, ...args: string[]) => gitText(['commit-tree', of, ...args], { gitDir, env: SOMEBODY });
    await w.remote.move('full', await commit(tree, '-m', 'Full root'));
    await w.remote.move('empty', await commit(empty, '-m', 'Empty root'));
    await w.remote
      .from('main')
      .branch('a')
      .commit('A', { a: '1\n' })
      .commit('Merge', { r: 'r\n' }, { merge: ['full', 'empty'] })
      .write();
    await w.track('a');
    await w.remote.from('main').commit('Trunk', { t: '1\n' }).write();

    const { plan, tip } = await w.restack(gitEngine);
    expect(plan.heldBack).toEqual([]);
    expect((await subjects(w, `refs/remotes/origin/main..${tip('a')}`)).sort()).toEqual([
      'A',
      'Empty root',
      'Full root',
    ]);
    expect(await modes(w, tip('a'))).toEqual(['100644 a', '100644 f', '100644 r', '100644 t']);
  });

  test('leaves neither folders nor processes behind, whenever it is stopped', async () => {
    const w = await world();
    await randomHistory(w, 7);
    for (const ms of [0, 5, 10, 20, 40, 80, 160]) {
      const stop = new AbortController();
      const stopped = new Error('stopped');
      const planning = w.plan(gitEngine, undefined, stop.signal);
      const timer = setTimeout(() => stop.abort(stopped), ms);
      const planned = await planning.catch((error: unknown) => error);
      clearTimeout(timer);
      if (planned !== stopped) await (planned as PlannedObjects).discard();
      expect(await quarantines()).toEqual([]);
    }
  });
});

const SOMEBODY = {
  GIT_AUTHOR_NAME: 'Somebody',
  GIT_AUTHOR_EMAIL: 's@example.com',
  GIT_COMMITTER_NAME: 'Somebody',
  GIT_COMMITTER_EMAIL: 's@example.com',
};

/** Quarantines of this process. */
async function quarantines(): Promise<string[]> {
  const folders = [tmpdir(), '/dev/shm'].filter((folder) => existsSync(folder));
  const names = (await Promise.all(folders.map((folder) => readdir(folder)))).flat();
  return names.filter((name) => name.startsWith(`spicerack-quarantine-${process.pid}-`));
}

/** Writes one commit with one new file onto the trunk, byte for byte, as a branch of the remote. */
async function importCommit(
  w: World,
  branch: string,
  [author = Buffer.from('')]: Buffer[],
  encoding: string | null,
  message: Buffer,
  headers: string[] = [],
): Promise<string> {
  const gitDir = w.remote.dir;
  const blob = await gitText(['hash-object', '-w', '--stdin'], { gitDir, input: 'new\n' });
  const listing = await gitText(['ls-tree', 'main'], { gitDir });
  const tree = await gitText(['mktree'], { gitDir, input: `${listing}\n100644 blob ${blob}\tnew\n` });
  const parts = [
    `tree ${tree}\nparent ${await w.remote.tip('main')}\nauthor `,
    author,
    '\ncommitter ',
    author,
    ...(encoding ? [`\nencoding ${encoding}`] : []),
    ...headers.map((line) => `\n${line}`),
    '\n\n',
    message,
  ];
  const input = Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array)));
  const id = await gitText(['hash-object', '-t', 'commit', '-w', '--stdin'], { gitDir, input });
  await w.remote.move(branch, id);
  return id;
}

/** A stack `a`, `b`, `c` and a trunk that goes on, with edits, renames, deletions and modes by chance. */
async function randomHistory(w: World, seed: number): Promise<void> {
  let state = seed * 2654435761;
  const below = (n: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % n;
  };
  const text = () => Array.from({ length: 30 }, (_, i) => `line ${i} ${below(1000)}\n`);
  let files = new Map<string, string[]>(Array.from({ length: 8 }, (_, i) => [`dir${i % 3}/file${i}`, text()] as const));
  const content = (list: string[] | undefined): string => (list ?? []).join('');
  const change = (): Files => {
    const paths = [...files.keys()];
    const path = paths[below(paths.length)] ?? '';
    const old = files.get(path) ?? [];
    const kind = below(10);
    if (kind === 0) {
      files.delete(path);
      files.set(`${path}.moved`, old);
      return { [path]: null, [`${path}.moved`]: content(old) };
    }
    if (kind === 1) {
      const added = `dir${below(3)}/new${below(1000)}`;
      files.set(added, text());
      return { [added]: content(files.get(added)) };
    }
    const edited = [...old];
    edited[below(30)] = `edited ${below(1_000_000)}\n`;
    files.set(path, edited);
    return { [path]: kind === 2 ? { mode: '100755', content: content(edited) } : content(edited) };
  };

  await w.remote
    .from('main')
    .commit('Start', Object.fromEntries([...files].map(([path, list]) => [path, content(list)])))
    .write();
  const start = new Map(files);
  let parent = 'main';
  for (const branch of ['a', 'b', 'c']) {
    let chain = w.remote.from(parent).branch(branch);
    for (const i of [1, 2, 3]) chain = chain.commit(`${branch}${i}`, change());
    await chain.write();
    await w.track(branch, parent);
    parent = branch;
  }
  files = start;
  let trunk = w.remote.from('main');
  for (const i of [1, 2, 3]) trunk = trunk.commit(`Trunk ${i}`, change());
  await trunk.write();
}

/** Rebases a stack with git itself; branch → tree, or null for a branch that conflicts or stands on one. */
async function rebaseAll(w: World, dir: string, stack: string[]): Promise<Record<string, string | null>> {
  await git(['clone', '--quiet', w.remote.dir, dir]);
  const run = (args: string[], okCodes = [0]) =>
    git(args, {
      cwd: dir,
      okCodes,
      env: { GIT_COMMITTER_NAME: 'R', GIT_COMMITTER_EMAIL: 'r@x' },
    });
  const result: Record<string, string | null> = {};
  let onto = 'origin/main';
  let base = 'origin/main';
  let blocked = false;
  for (const branch of stack) {
    if (!blocked) {
      const args = ['rebase', '--quiet', '--onto', onto, await mergeBase(w, base, branch), `origin/${branch}`];
      blocked = (await run(args, [0, 1])).code !== 0;
    }
    if (blocked) {
      result[branch] = null;
      continue;
    }
    result[branch] = (await run(['rev-parse', 'HEAD^{tree}'])).stdout.toString().trim();
    onto = (await run(['rev-parse', 'HEAD'])).stdout.toString().trim();
    base = `origin/${branch}`;
  }
  return result;
}

function mergeBase(w: World, base: string, branch: string): Promise<string> {
  const name = base.replace('origin/', '');
  return gitText(['merge-base', name, branch], { gitDir: w.remote.dir });
}
