import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeRemote, type Remote } from '@/demo/remote';
import { openQuarantine } from '../objects/objects';
import { git, gitText } from '../process/run';
import { keepCommits, takeAndKeep } from './keep-ref';

const REF = 'refs/spicerack/keep/1';
const COMMITTER = 'Räck <rack@example.com> 1763900000 +0130';

let dir: string;
let remote: Remote;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-keep-'));
  remote = await makeRemote(join(dir, 'repo.git'));
  await remote.from('main').commit('Start', { a: '1\n' }).write();
  const names = Array.from({ length: 40 }, (_, i) => `b${i}`);
  for (const name of names)
    await remote
      .from('main')
      .branch(name)
      .commit(name, { [name]: '1\n' })
      .write();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const keep = (commits: string[]) => keepCommits(remote.dir, { ref: REF, commits, committer: COMMITTER });
/** The same by way of a quarantine. */
async function keepTaken(commits: string[]): Promise<void> {
  const quarantine = await openQuarantine(remote.dir);
  try {
    await takeAndKeep(quarantine, { ref: REF, commits, committer: COMMITTER }, []);
  } finally {
    await quarantine.discard();
  }
}

test('keeps any number of commits that no branch has any more over a gc', async () => {
  const { main = '', ...tips } = await remote.tips();
  const commits = Object.values(tips);
  await keep([...commits, main, ...commits]);
  for (const name of Object.keys(tips)) await remote.delete(name);
  await git(['gc', '--quiet', '--prune=now'], { gitDir: remote.dir });

  const parents = await gitText(['rev-parse', `${REF}^@`], { gitDir: remote.dir });
  expect(parents.split('\n')).toEqual([...commits, main]);
  expect(await gitText(['fsck', '--no-dangling'], { gitDir: remote.dir })).toBe('');
});

test('points the ref anew, and at the same commit for the same input', async () => {
  const main = await remote.tip('main');
  const kept = () => gitText(['rev-parse', REF], { gitDir: remote.dir });
  await keep([main]);
  const first = await kept();
  await remote.from('main').commit('More', { a: '2\n' }).write();
  await keep([await remote.tip('main')]);
  expect(await kept()).not.toBe(first);
  await keep([main]);
  expect(await kept()).toBe(first);
  await keep([await remote.tip('main')]);
  await keepTaken([main, main]);
  const taken = await kept();
  expect(await gitText(['rev-parse', `${REF}^@`], { gitDir: remote.dir })).toBe(main);
  await keep([await remote.tip('main')]);
  await keepTaken([main]);
  expect(await kept()).toBe(taken);
});

test('refuses a commit that is not there', async () => {
  await expect(keep(['deadbeef'.repeat(5)])).rejects.toThrow();
  await expect(keepTaken(['deadbeef'.repeat(5)])).rejects.toThrow();
});
