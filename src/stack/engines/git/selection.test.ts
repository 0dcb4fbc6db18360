import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Files, makeRemote } from '@/demo/remote';
import { ObjectReader } from '@/git/objects/cat-file';
import { parseCommit } from '@/git/objects/commit';
import { listPicks } from '@/git/objects/picks';
import { listCommits } from '@/git/objects/rev-list';
import { History } from '@/stack/history';
import { Selection } from './selection';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-selection-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test.each([1, 2, 3, 4])(
  'selects what git itself selects, merges and branches of branches included: history %i',
  async (seed) => {
    const remote = await makeRemote(join(dir, `${seed}.git`));
    let state = seed;
    const below = (n: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % n;
    };
    // Few paths and few contents, so that equal, reverted and repeated changes are common.
    const change = (): Files => (below(6) === 0 ? {} : { [`f${below(4)}`]: below(4) === 0 ? null : `${below(2)}\n` });
    await remote.from('main').commit('Start', { f0: '0\n', f1: '0\n', f2: '0\n', f3: '0\n', keep: '\n' }).write();
    const start = await remote.tip('main');
    const existing = new Set(['f0', 'f1', 'f2', 'f3']);
    const grow = async (from: string, branch: string, commits: number) => {
      const chain = remote.from(from).branch(branch);
      const paths = new Set(existing);
      for (let i = 0; i < commits; i += 1) {
        const files = Object.entries(change()).filter(([path, content]) => content !== null || paths.has(path));
        for (const [path, content] of files) content === null ? paths.delete(path) : paths.add(path);
        chain.commit(`${branch} ${i}`, Object.fromEntries(files));
      }
      await chain.write();
    };
    const branches = Array.from({ length: 12 }, (_, i) => `b${i}`);
    for (const branch of branches) await grow('main', branch, 1 + below(5));
    await remote
      .from('b0')
      .commit('Merge', { m: '1\n' }, { merge: ['b1'] })
      .commit('After', { m: '2\n' })
      .write();
    await grow('main', 'main', 10);

    const signal = new AbortController().signal;
    const options = { gitDir: remote.dir, signal };
    const reader = new ObjectReader(options);
    try {
      const trunk = await remote.tip('main');
      const tips = await Promise.all(branches.map((branch) => remote.tip(branch)));
      const above = listCommits(remote.dir, tips, [trunk], signal).then(({ commits }) => new History(commits));
      const selection = new Selection(
        async (id) => parseCommit((await reader.read(id)).content),
        () => above,
        trunk,
        (tip, below) => listPicks(tip, below, options),
      );
      for (const tip of tips) {
        for (const below of [[], [await remote.tip('b2')], [await remote.tip('b1'), tip]]) {
          const own = await listPicks(tip, [start, trunk, ...below], options);
          expect(await selection.picks(tip, start, below)).toEqual(own);
        }
      }
    } finally {
      await reader.close();
    }
  },
);
