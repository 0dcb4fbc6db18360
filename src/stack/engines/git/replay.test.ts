import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeRemote } from '@/demo/remote';
import { ObjectReader } from '@/git/objects/cat-file';
import { ChangedPaths } from '@/git/objects/changed-paths';
import { parseCommit } from '@/git/objects/commit';
import { Merger } from '@/git/objects/merge-tree';
import { openQuarantine } from '@/git/objects/objects';
import { listPicks } from '@/git/objects/picks';
import { TreeMerger } from '@/git/trees/tree-merge';
import { Attributes } from './attributes';
import { Replayer } from './replay';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-replay-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(dir, { recursive: true, force: true });
});

/**
 * Replays a branch of so many commits. `commitsAtTurns`: how many were made at each turn that others had meanwhile;
 * `mostAsked`: how many were asked for at the same time.
 */
async function replayed(count: number) {
  const remote = await makeRemote(join(dir, `remote-${count}.git`));
  await remote.from('main').commit('Start', { a: '1\n' }).write();
  const chain = remote.from('main').branch('long');
  for (let i = 0; i < count; i += 1) chain.commit(`Long ${i}`, { [`f${i % 10}`]: `${i}\n` });
  await chain.write();
  await remote.from('main').commit('Moved', { a: '2\n' }).write();
  const [main, long] = await Promise.all([remote.tip('main'), remote.tip('long')]);

  const quarantine = await openQuarantine(remote.dir);
  const options = { gitDir: remote.dir, env: quarantine.env, signal: new AbortController().signal };
  const reader = new ObjectReader(options);
  const changes = new ChangedPaths(options);
  const merger = new Merger(quarantine, options.signal);
  const trees = new TreeMerger(quarantine, reader);
  const attributes = new Attributes(quarantine, reader, options.signal);
  const known = new Map<string, ReturnType<typeof parseCommit>>();
  let asked = 0;
  let mostAsked = 0;
  const commit = async (id: string) => {
    asked += 1;
    mostAsked = Math.max(mostAsked, asked);
    const read = known.get(id) ?? parseCommit((await reader.read(id)).content);
    known.set(id, read);
    asked -= 1;
    return read;
  };
  const paths = (id: string) => changes.of(id);
  const tools = { commit, paths, reader, merger, attributes, trees, options };
  const replayer = new Replayer(quarantine, tools, 'A <a@b> 1700000000 +0000');
  try {
    const prepared = await replayer.prepare(await listPicks(long, [main], options));
    // What is replayed onto is known by now, too, so that nothing is waited for.
    await replayer.replay({ ...prepared, commits: [] }, main, 'main');
    const first = await replayer.replay(prepared, main, 'main');
    const commitsAtTurns: number[] = [];
    const before = quarantine.held.size;
    const made = vi.spyOn(quarantine, 'hold');
    let isOver = false;
    const beside = () => {
      commitsAtTurns.push(made.mock.calls.filter(([type]) => type === 'commit').length);
      if (!isOver) setImmediate(beside);
    };
    setImmediate(beside);
    const result = await replayer.replay(prepared, main, 'main');
    isOver = true;
    expect(result).toEqual(first);
    expect(quarantine.held.size).toBe(before);
    return { result, commitsAtTurns, mostAsked };
  } finally {
    await Promise.all([reader.close(), changes.close(), merger.close()]);
    await quarantine.discard();
  }
}

test('others have their turn between the commits of a long branch, also where nothing is waited for', async () => {
  // Each look at the clock finds that it is time.
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 1000;
    return now;
  });
  const { result, commitsAtTurns } = await replayed(40);
  expect('tip' in result && result.rewritten).toHaveLength(40);
  for (let made = 0; made < 40; made += 1) expect(commitsAtTurns).toContain(made);
});

test('where it is not time for others, a branch is replayed in one go', async () => {
  vi.spyOn(performance, 'now').mockReturnValue(0);
  const { result, commitsAtTurns } = await replayed(40);
  expect('tip' in result && result.rewritten).toHaveLength(40);
  expect(commitsAtTurns.filter((made) => made > 0 && made < 40)).toEqual([]);
});

test('of a very long branch no more commits are asked for at a time than of one that is half as long', async () => {
  const [half, whole] = [await replayed(300), await replayed(600)];
  expect('tip' in whole.result && whole.result.rewritten).toHaveLength(600);
  expect(whole.mostAsked).toBe(half.mostAsked);
  expect(half.mostAsked).toBeLessThan(300);
});
