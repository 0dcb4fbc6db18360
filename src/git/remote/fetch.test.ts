import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeRemote, type Remote } from '@/demo/remote';
import { serveHttp } from '@/testing/http';
import { addOddRefs } from '@/testing/odd-refs';
import { remoteBranches } from '../clone/for-each-ref';
import { prepareClone } from '../clone/init';
import { git, gitText } from '../process/run';
import { type AdvertisedBranch, chooseBranches } from './advertised';
import { fetchRemote } from './fetch';

let dir: string;
let count = 0;
let remote: Remote;
let clone: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-fetch-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));
beforeEach(async () => {
  count += 1;
  remote = await makeRemote(join(dir, `r${count}.git`));
  clone = join(dir, `c${count}.git`);
  await remote.from('main').commit('Start', { a: '1\n' }).branch('one').commit('One', { one: '1\n' }).write();
});

const addRefs = (names: string[], tip: string) =>
  addOddRefs(
    remote.dir,
    names.map((name) => [name, tip]),
  );

const names = async () => [...(await remoteBranches(clone)).keys()].sort();

describe('a fetch', () => {
  beforeEach(() => prepareClone(clone, remote.dir));

  it('brings what the remote has, once what is new and then nothing', async () => {
    const tips = new Map(Object.entries(await remote.tips()));
    expect(await fetchRemote(clone)).toMatchObject({ branches: tips, leftOut: [], shallow: false });
    expect(await fetchRemote(clone)).toMatchObject({ branches: tips, leftOut: [], shallow: false });
    await remote.delete('one');
    await remote.from('main').branch('one/more').commit('More').write();
    await fetchRemote(clone);
    expect(await names()).toEqual(['main', 'one/more']);
  });

  it('leaves out an alias and takes what it stands for; one that became an alias is no branch any more', async () => {
    await remote.from('main').branch('trunk').commit('T').write();
    await fetchRemote(clone);
    await git(['symbolic-ref', 'refs/heads/trunk', 'refs/heads/main'], { gitDir: remote.dir });
    const { branches, leftOut } = await fetchRemote(clone);
    expect([...branches.keys()]).toEqual(['main', 'one']);
    expect(leftOut).toEqual([{ name: 'trunk', reason: 'alias', of: 'main' }]);
    expect(await names()).toEqual(['main', 'one']);
  });

  it('keeps a trunk that is an alias, and leaves out what that stands for', async () => {
    await git(['symbolic-ref', 'refs/heads/trunk', 'refs/heads/main'], { gitDir: remote.dir });
    const { branches, leftOut } = await fetchRemote(clone, { trunk: 'trunk' });
    expect([...branches.keys()]).toEqual(['one', 'trunk']);
    expect(leftOut).toEqual([{ name: 'main', reason: 'alias', of: 'trunk' }]);
  });

  it('leaves out names that are not UTF-8 each by itself, and takes those that are', async () => {
    const tip = await remote.tip('one');
    await addRefs(['caf\xe9', 'caf\xe8', Buffer.from('café').toString('latin1')], tip);
    // A clone from before they were told apart.
    await git(['fetch', '--quiet', 'origin'], { gitDir: clone });
    const { branches, leftOut } = await fetchRemote(clone);
    expect([...branches.keys()].sort()).toEqual(['café', 'main', 'one']);
    expect(leftOut).toEqual([
      { name: 'caf\\xe8', reason: 'not_utf8' },
      { name: 'caf\\xe9', reason: 'not_utf8' },
    ]);
    expect(await names()).toEqual(['café', 'main', 'one']);
  });

  it('leaves out a name that no file can have, and takes the longest one that a file can have', async () => {
    const [fits, long] = ['x'.repeat(250), 'y'.repeat(251)];
    await addRefs([fits, long], await remote.tip('one'));
    const { branches, leftOut } = await fetchRemote(clone);
    expect([...branches.keys()].sort()).toEqual(['main', 'one', fits]);
    expect(leftOut).toMatchObject([{ reason: 'too_long' }]);
  });

  it('takes names that look like something else', async () => {
    const odd = ['HEAD', 'refs/heads/x', '-x', '@', 'a"b', "it's", 'a$b', 'ünï', 'a%20b', '#1', 'main.lock.d'];
    await addRefs(
      odd.map((name) => Buffer.from(name).toString('latin1')),
      await remote.tip('one'),
    );
    const { leftOut } = await fetchRemote(clone);
    expect(leftOut).toEqual([]);
    expect(await names()).toEqual([...odd, 'main', 'one'].sort());
  });

  it('leaves out a branch below another one, which no honest remote has', async () => {
    await addRefs(['one/more'], await remote.tip('one'));
    const { branches, leftOut } = await fetchRemote(clone);
    expect([...branches.keys()]).toEqual(['main', 'one']);
    expect(leftOut).toEqual([{ name: 'one/more', reason: 'clash' }]);
  });
});

describe('a ref that is broken on the remote', () => {
  beforeEach(() => prepareClone(clone, remote.dir));

  const missing = '1234567890123456789012345678901234567890';
  const broken = { name: 'zz', reason: 'broken' };
  const write = (name: string, content: string) => writeFile(join(remote.dir, 'refs/heads', name), content);

  it.each([
    ['names a commit that is not there', `${missing}\n`],
    ['is empty', ''],
    ['is zero', `${'0'.repeat(40)}\n`],
    ['is garbage', 'garbage\n'],
  ])('and %s is left out, and all others are fetched, each time', async (_how, content) => {
    await write('zz', content);
    for (const when of ['first', 'again', 'with news']) {
      if (when === 'with news') await remote.from('one').commit('More').write();
      const { branches, leftOut } = await fetchRemote(clone);
      const tips = { main: await remote.tip('main'), one: await remote.tip('one') };
      expect(Object.fromEntries(branches)).toEqual(tips);
      expect(leftOut).toEqual([broken]);
    }
    await remote.delete('one');
    await rm(join(remote.dir, 'refs/heads/zz'));
    expect(await fetchRemote(clone)).toMatchObject({ leftOut: [] });
    expect(await names()).toEqual(['main']);
  });

  it.each(['0', '2'])('is left out over http, too, and where protocol %s is spoken', async (version) => {
    const http = await serveHttp(dir);
    try {
      await write('yy', '');
      await write('zz', `${missing}\n`);
      await prepareClone(clone, `${http.url}/${basename(remote.dir)}`);
      const { branches, leftOut } = await fetchRemote(clone, { settings: [['protocol.version', version]] });
      expect([...branches.keys()]).toEqual(['main', 'one']);
      expect(leftOut).toEqual([{ ...broken, name: 'yy' }, broken]);
    } finally {
      await http.close();
    }
  });

  it.each([`${missing}\n`, ''])('stays as it was known, and is news once it is mended', async (content) => {
    const [before] = Object.values(await remote.from('one').branch('zz').commit('Z').write());
    await fetchRemote(clone);
    await write('zz', content);
    await remote.from('one').commit('More').write();
    const { branches, leftOut } = await fetchRemote(clone);
    expect([branches.get('zz'), branches.get('one'), leftOut]).toEqual([before, await remote.tip('one'), [broken]]);
    // Nothing is new, and that is known.
    expect((await fetchRemote(clone)).branches.get('zz')).toBe(before);
    await rm(join(remote.dir, 'refs/heads/zz'));
    await remote.from('one').branch('zz').commit('Mended').write();
    expect((await fetchRemote(clone)).branches.get('zz')).toBe(await remote.tip('zz'));
    await remote.delete('zz');
    expect((await fetchRemote(clone)).branches.has('zz')).toBe(false);
  });

  it('beside others at the same commit, at other ones and of a name that is none, is left out with them', async () => {
    await write('y1', `${missing}\n`);
    await write('y2', `${missing}\n`);
    await write('zz', `${missing.replace('1', '2')}\n`);
    await write('bad..name', `${await remote.tip('one')}\n`);
    const { branches, leftOut } = await fetchRemote(clone);
    expect([...branches.keys()]).toEqual(['main', 'one']);
    expect(leftOut.map(({ name, reason }) => `${name} ${reason}`)).toEqual([
      'bad..name broken',
      'y1 broken',
      'y2 broken',
      'zz broken',
    ]);
  });

  it('is not what a remote is that lacks what lies below its branches: that fails, in its words', async () => {
    const input = `tree ${missing}\nauthor A <a@b> 1700000000 +0000\ncommitter A <a@b> 1700000000 +0000\n\nHollow\n`;
    const object = ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'];
    await write('zz', `${await gitText(object, { gitDir: remote.dir, input })}\n`);
    await expect(fetchRemote(clone)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining(missing),
    });
  });
});

describe('what stands beside a commit', () => {
  /** A commit with just these headers. */
  async function write(branch: string, author: string | null, committer: string | null, message: string) {
    const tree = await gitText(['rev-parse', 'main^{tree}'], { gitDir: remote.dir });
    const lines = [`tree ${tree}`, `parent ${await remote.tip('main')}`];
    if (author !== null) lines.push(`author ${author}`);
    if (committer !== null) lines.push(`committer ${committer}`);
    const object = ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'];
    const id = await gitText(object, { gitDir: remote.dir, input: `${lines.join('\n')}\n\n${message}` });
    await git(['update-ref', `refs/heads/${branch}`, id], { gitDir: remote.dir });
  }
  const ADA = 'Ada <a@b>';

  it('is shown where it can be read, and never keeps the others from being read', async () => {
    await write('usual', `${ADA} 1700000000 +0000`, `${ADA} 1700000000 +0000`, 'Usual\n');
    await write('microseconds', `${ADA} 1700000000000000 +0000`, `${ADA} 1700000000000000 +0000`, 'M\n');
    await write('early', `${ADA} -86400 +0000`, `${ADA} -86400 +0000`, 'E\n');
    await write('first', `${ADA} 0 +0000`, `${ADA} 0 +0000`, 'F\n');
    await write('huge', `${ADA} 99999999999999999999999 +0000`, `${ADA} 99999999999999999999999 +0000`, 'H\n');
    await write('zone', `${ADA} 1700000000 +9959`, `${ADA} 1700000000 nonsense`, 'Z\n');
    await write('nobody', null, null, 'N\n');
    await write('empty', `${ADA} 1700000000 +0000`, `${ADA} 1700000000 +0000`, '');
    await write('long', `${ADA} 1700000000 +0000`, `${ADA} 1700000000 +0000`, 'x'.repeat(2_000_000));
    await prepareClone(clone, remote.dir);
    await fetchRemote(clone);
    const rows = await remoteBranches(clone);
    const times = Object.fromEntries([...rows].map(([name, row]) => [name, row.committedAt]));
    expect(times).toMatchObject({
      usual: '2023-11-14T22:13:20.000Z',
      first: '1970-01-01T00:00:00.000Z',
      microseconds: null,
      early: null,
      huge: null,
      nobody: null,
    });
    expect(rows.get('nobody')?.author).toBe('');
    expect(rows.get('empty')?.subject).toBe('');
    expect(rows.get('long')?.subject.length).toBeLessThan(600);
    expect(rows.size).toBe(11);
  });
});

describe('a remote of another kind', () => {
  it('that is a shallow clone is fetched as far as it goes, and whole once it is whole', async () => {
    await remote.from('one').commit('Two').commit('Three').write();
    const shallow = join(dir, `shallow${count}.git`);
    await git([
      'clone',
      '--quiet',
      '--bare',
      '--depth=1',
      '--no-single-branch',
      pathToFileURL(remote.dir).href,
      shallow,
    ]);
    await prepareClone(clone, shallow);
    const tips = new Map(Object.entries(await remote.tips()));
    expect(await fetchRemote(clone)).toMatchObject({ branches: tips, leftOut: [], shallow: true });
    expect(await fetchRemote(clone)).toMatchObject({ shallow: true });
    await git(['fetch', '--quiet', '--unshallow', pathToFileURL(remote.dir).href], { gitDir: shallow });
    expect(await fetchRemote(clone)).toMatchObject({ branches: tips, leftOut: [], shallow: false });
    expect(await gitText(['rev-list', '--count', 'refs/remotes/origin/one'], { gitDir: clone })).toBe('4');
  });

  it('that names its objects by SHA-256 is cloned so, and one that is SHA-1 again is, too', async () => {
    const other = join(dir, `sha256-${count}.git`);
    await git(['init', '--quiet', '--bare', '--object-format=sha256', '--initial-branch=main', other]);
    const tree = await gitText(['mktree'], { gitDir: other, input: '' });
    const env = { GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@b' };
    const tip = await gitText(['commit-tree', tree, '-m', 'Start'], { gitDir: other, env });
    await git(['update-ref', 'refs/heads/main', tip], { gitDir: other });
    await prepareClone(clone, other);
    expect((await fetchRemote(clone)).branches).toEqual(new Map([['main', tip]]));
    await prepareClone(clone, other);
    expect((await fetchRemote(clone)).branches).toEqual(new Map([['main', tip]]));
    await prepareClone(clone, remote.dir);
    expect([...(await fetchRemote(clone)).branches.keys()]).toEqual(['main', 'one']);
  });

  it('that says for a while that it names its objects otherwise costs nothing that the clone alone has', async () => {
    await prepareClone(clone, remote.dir);
    await fetchRemote(clone);
    const tree = await gitText(['mktree'], { gitDir: clone, input: '' });
    const other = join(dir, `sha256-${count}.git`);
    await git(['init', '--quiet', '--bare', '--object-format=sha256', '--initial-branch=main', other]);
    const env = { GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@b' };
    const theirTree = await gitText(['mktree'], { gitDir: other, input: '' });
    const theirTip = await gitText(['commit-tree', theirTree, '-m', 'Start'], { gitDir: other, env });
    await git(['update-ref', 'refs/heads/main', theirTip], { gitDir: other });
    const alone = await gitText(['commit-tree', tree, '-m', 'Nowhere else'], { gitDir: clone, env });
    for (const url of [other, remote.dir, other, remote.dir]) {
      await prepareClone(clone, url);
      expect((await fetchRemote(clone)).leftOut).toEqual([]);
      // That of the other format vanishes, which is no reason to touch this one's.
      if (url === other) await rm(clone, { recursive: true });
    }
    expect(await gitText(['cat-file', '-t', alone], { gitDir: clone })).toBe('commit');
  });

  it('that lists a branch and does not give it out is not believed', async () => {
    await prepareClone(clone, remote.dir);
    await fetchRemote(clone);
    const before = await remote.tips();
    await remote.from('one').commit('More').write();
    // A fetch that brings nothing and says that all went well: git has done so.
    const idle = join(dir, `idle${count}`);
    await mkdir(idle);
    const script = `#!/bin/sh\n[ "$1" = fetch ] && exit 0\nPATH=\${PATH#*:} exec git "$@"\n`;
    await writeFile(join(idle, 'git'), script, { mode: 0o755 });
    const { branches, leftOut } = await fetchRemote(clone, { env: { PATH: `${idle}:${process.env.PATH}` } });
    expect(branches).toEqual(new Map([['main', before.main]]));
    expect(leftOut).toEqual([{ name: 'one', reason: 'not_given' }]);
    expect(await names()).toEqual(['main']);
    expect((await fetchRemote(clone)).leftOut).toEqual([]);
  });
});

describe('the choice of branches', () => {
  const branch = (bytes: string): AdvertisedBranch => ({ bytes, tip: 'a', aliasOf: null });
  const clash = ['Foo', 'foo', 'bar'].map(branch);

  it('takes no two names that the disk cannot tell apart', () => {
    const { taken, leftOut } = chooseBranches(clash, { trunk: 'main', foldsCase: true });
    expect([...taken.keys()]).toEqual(['bar']);
    expect([...leftOut.values()].map(({ reason }) => reason)).toEqual(['clash', 'clash']);
  });

  it('takes them where the disk can, and the trunk always', () => {
    expect(chooseBranches(clash, { trunk: 'main', foldsCase: false }).leftOut.size).toBe(0);
    expect([...chooseBranches(clash, { trunk: 'foo', foldsCase: true }).taken.keys()]).toEqual(['foo', 'bar']);
  });
});
