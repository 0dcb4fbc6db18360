import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { counted } from '@/counters';
import { makeRemote, type Remote } from '@/demo/remote';
import { prepareClone, removeClone } from '@/git/clone/init';
import { commonAncestors } from '@/git/objects/merge-base';
import { git, gitText } from '@/git/process/run';
import { fetchRemote } from '@/git/remote/fetch';
import { loadHistory } from './load-history';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-history-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A repository of random history: some roots, many merges, dates that run backwards here and there. */
async function randomRepository(seed: number): Promise<{ gitDir: string; tips: string[]; all: string[] }> {
  const gitDir = join(dir, `random-${seed}.git`);
  await git(['init', '--bare', '--quiet', '--template=', gitDir]);
  let state = seed;
  const random = (below: number) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * below);
  };
  const commits = 80;
  let stream = '';
  for (let mark = 1; mark <= commits; mark += 1) {
    const time = 1_700_000_000 + mark * 60 - (random(8) === 0 ? random(3000) : 0);
    stream += `commit refs/heads/line-${random(9)}\nmark :${mark}\ncommitter A <a@b> ${time} +0000\ndata 1\nx\n`;
    const isRoot = mark === 1 || random(40) === 0;
    const near = () => mark - 1 - random(Math.min(mark - 1, 12));
    if (!isRoot) stream += `from :${near()}\n`;
    if (!isRoot && random(3) === 0) stream += `merge :${near()}\n`;
    stream += '\n';
  }
  const marks = join(dir, `marks-${seed}`);
  await git(['fast-import', '--quiet', '--force', `--export-marks=${marks}`], { gitDir, input: stream });
  const refs = await gitText(['for-each-ref', '--format=%(objectname)', 'refs/heads'], { gitDir });
  const all = await gitText(['rev-list', '--all'], { gitDir });
  return { gitDir, tips: refs.split('\n'), all: all.split('\n') };
}

describe('loadHistory', () => {
  test.each([1, 2, 3, 4])(
    'answers as git does, over merges, several roots and clocks that run backwards (%i)',
    async (seed) => {
      const { gitDir, tips, all } = await randomRepository(seed);
      const trunk = tips[0] ?? '';
      const asked = [...tips, ...all.filter((_, i) => i % 17 === 0)];
      const history = await loadHistory(gitDir, trunk, asked);
      for (const a of asked) {
        for (const b of asked) {
          const counts = await gitText(['rev-list', '--left-right', '--count', `${a}...${b}`], { gitDir });
          const [ahead, behind] = counts.split('\t').map(Number);
          const bases = await gitText(['merge-base', '--all', a, b], { gitDir, okCodes: [0, 1] });
          expect(history.aheadBehind(a, b)).toEqual({ ahead, behind });
          expect(bases.split('\n')).toContain(history.mergeBase(a, b) ?? '');
          expect(history.isAncestor(a, b)).toBe(ahead === 0);
          expect(history.ownCommits(a, [b])).toHaveLength(ahead ?? -1);
        }
      }
    },
  );

  describe('over a long history', () => {
    let remote: Remote;
    let trunk: string;
    beforeAll(async () => {
      remote = await makeRemote(join(dir, 'long.git'));
      let chain = remote.from('main');
      for (let i = 0; i < 300; i += 1) chain = chain.commit(`Old ${i}`);
      await chain.write();
      await remote.from('main').branch('cart').commit('Cart').write();
      await remote.from('main').commit('New 1').commit('New 2').write();
      await remote.from('main').branch('at-trunk').write();
      trunk = await remote.tip('main');
    });

    test('reads nothing below the oldest place where a branch leaves trunk', async () => {
      const history = await loadHistory(remote.dir, trunk, Object.values(await remote.tips()));
      const fork = await gitText(['rev-parse', 'cart~1'], { gitDir: remote.dir });
      expect(history.mergeBase(await remote.tip('cart'), trunk)).toBe(fork);
      expect(history.aheadBehind(await remote.tip('cart'), trunk)).toEqual({ ahead: 1, behind: 2 });
      expect(history.has(await gitText(['rev-parse', 'cart~2'], { gitDir: remote.dir }))).toBe(false);
    });

    test('reads down to an old commit that is asked about', async () => {
      const old = await gitText(['rev-parse', 'main~200'], { gitDir: remote.dir });
      const history = await loadHistory(remote.dir, trunk, [await remote.tip('cart'), old]);
      expect(history.isAncestor(old, await remote.tip('cart'))).toBe(true);
      expect(history.mergeBase(old, await remote.tip('cart'))).toBe(old);
      expect(history.aheadBehind(old, trunk)).toEqual({ ahead: 0, behind: 200 });
    });

    test('passes over commits that do not exist', async () => {
      const missing = '1234567890'.repeat(4);
      const history = await loadHistory(remote.dir, trunk, [await remote.tip('cart'), missing]);
      expect(history.has(missing)).toBe(false);
      expect(history.isAncestor(missing, trunk)).toBe(false);
      expect(history.mergeBase(missing, trunk)).toBeNull();
    });

    test('an unrelated line does not make it read trunk', async () => {
      const alone = await gitText(['commit-tree', '-m', 'Alone', 'main^{tree}'], {
        gitDir: remote.dir,
        env: { GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@b' },
      });
      const history = await loadHistory(remote.dir, trunk, [alone, await remote.tip('cart')]);
      expect(history.has(await gitText(['rev-parse', 'cart~2'], { gitDir: remote.dir }))).toBe(false);
      expect(history.mergeBase(alone, trunk)).toBeNull();
      expect(history.aheadBehind(alone, await remote.tip('cart')).ahead).toBe(1);
    });
  });
});

describe('trunk that was read before', () => {
  let worlds = 0;

  /** A clone of a trunk with a branch near its tip and one far behind, and what looks at them cost. */
  async function world() {
    worlds += 1;
    const remote = await makeRemote(join(dir, `again-${worlds}.git`));
    await remote.from('main').commit('Start').branch('far').commit('Far').write();
    const chain = remote.from('main');
    for (let i = 0; i < 30; i += 1) chain.commit(`Trunk ${i}`);
    await chain.write();
    await remote.from('main').branch('near').commit('Near').write();
    await remote.from('main').commit('Last').write();
    const gitDir = join(dir, `again-clone-${worlds}.git`);
    await prepareClone(gitDir, remote.dir);
    await fetchRemote(gitDir);
    /** How many processes it took to know how far these branches lie behind, and how far that is. */
    async function look(...branches: string[]): Promise<{ processes: number; behind: number[] }> {
      const { main = '', ...tips } = await remote.tips();
      const before = counted('git_started');
      const history = await loadHistory(
        gitDir,
        main,
        branches.map((branch) => tips[branch] ?? ''),
      );
      const processes = counted('git_started') - before;
      return { processes, behind: branches.map((branch) => history.aheadBehind(tips[branch] ?? '', main).behind) };
    }
    return { remote, gitDir, look };
  }

  test('is not read again, also where a branch on it has other commits', async () => {
    const { remote, gitDir, look } = await world();
    expect(await look('far', 'near')).toEqual({ processes: 3, behind: [31, 1] });
    expect(await look('far', 'near')).toEqual({ processes: 2, behind: [31, 1] });
    await remote.from('near').commit('More').write();
    await fetchRemote(gitDir);
    expect(await look('far', 'near')).toEqual({ processes: 2, behind: [31, 1] });
  });

  test('is read where another part of it is asked for, and then both are known', async () => {
    const { look } = await world();
    await look('far', 'near');
    expect(await look('near')).toEqual({ processes: 3, behind: [1] });
    for (const branches of [['near'], ['far', 'near']]) expect((await look(...branches)).processes).toBe(2);
  });

  test('is read where it has moved', async () => {
    const { remote, gitDir, look } = await world();
    await look('far', 'near');
    await remote.from('main').commit('Moved').write();
    await fetchRemote(gitDir);
    expect(await look('far', 'near')).toEqual({ processes: 3, behind: [32, 2] });
  });

  test('is read where the clone was made anew, which may lack what the old one had', async () => {
    const { remote, gitDir, look } = await world();
    await look('far', 'near');
    await removeClone(gitDir);
    await prepareClone(gitDir, remote.dir);
    await fetchRemote(gitDir);
    expect(await look('far', 'near')).toEqual({ processes: 3, behind: [31, 1] });
  });

  test('is read each time in a shallow clone, where commits get the parents that they lack', async () => {
    const { remote, gitDir, look } = await world();
    const cut = await gitText(['rev-parse', 'main~10'], { gitDir: remote.dir });
    await writeFile(join(gitDir, 'shallow'), `${cut}\n`);
    const { processes } = await look('near');
    expect(await look('near')).toEqual({ processes, behind: [1] });
    await rm(join(gitDir, 'shallow'));
    expect(await look('near')).toEqual({ processes, behind: [1] });
    expect((await look('near')).processes).toBe(processes - 1);
  });
});

test('what all of many commits stand on is found however few of them one process is given', async () => {
  const remote = await makeRemote(join(dir, 'pieces.git'));
  const chain = remote.from('main');
  for (let i = 0; i < 12; i += 1) chain.commit(`Trunk ${i}`);
  await chain.write();
  const line = (await gitText(['rev-list', 'main'], { gitDir: remote.dir })).split('\n');
  const some = line.slice(0, 9);
  for (const atOnce of [2, 3, 100]) {
    expect(await commonAncestors(remote.dir, some, undefined, atOnce)).toEqual([some.at(-1)]);
  }
});
