import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Remote } from '@/demo/remote';
import { git, gitText } from '@/git/process/run';
import { type RealJobs, realJobs } from '@/testing/real-jobs';
import { writeBranch } from '@/testing/stack';

/** Commits whose clocks ran backwards: an import, a machine with a wrong clock, a history that was rewritten by dates. */

let app: RealJobs;
beforeAll(async () => {
  app = await realJobs();
});
afterAll(() => app.close());

/** Puts commits onto a branch, each made at its time (seconds), every one with a file of its own. */
async function commitsAt(remote: Remote, branch: string, times: number[]): Promise<void> {
  const stream = times.map((time, i) => {
    const from = i === 0 ? `from refs/heads/${branch}^0\n` : '';
    const who = `A <a@example.com> ${time} +0000`;
    const head = `commit refs/heads/${branch}\nauthor ${who}\ncommitter ${who}\ndata 4\nOld\n\n`;
    return `${head}${from}M 100644 inline ${branch}-${time}.txt\ndata 2\nx\n\n`;
  });
  await git(['fast-import', '--quiet'], { gitDir: remote.dir, input: stream.join('') });
}

/** Thirty moments, each before the last, years before now. */
const backwards = (start: number) => Array.from({ length: 30 }, (_, i) => start - i * 1000);

describe('where the dates of trunk run backwards for long', () => {
  test('what trunk has is merged, leaves nobody, and what stood on it moves on', async () => {
    const remote = await app.remote();
    await remote.from('main').commit('Start', { 'app.txt': 'x\n' }).write();
    await remote
      .from('main')
      .branch('a')
      .commit('A', { 'a.txt': 'a\n' })
      .branch('b')
      .commit('B', { 'b.txt': 'b\n' })
      .write();
    const repoId = await app.addRegistered(remote);
    await remote.move('main', 'a');
    await commitsAt(remote, 'main', backwards(1_500_000_000));
    const { job } = await app.run({ repoId, kind: 'restack_repo' });
    expect(job).toMatchObject({ status: 'completed', result: { heldBack: [], left: [] } });
    expect((await app.rows(repoId)).get('a')).toMatchObject({ merged: true });
    expect(await remote.subjects('b', 'main')).toEqual(['B']);
    // Once more, with newer commits that the clone's graph does not have yet.
    await remote.from('b').branch('c').commit('C', { 'c.txt': 'c\n' }).write();
    await app.run({ repoId, kind: 'register_existing_branch', suggested: true });
    await remote.move('main', 'b');
    await commitsAt(remote, 'main', backwards(1_400_000_000));
    const again = await app.run({ repoId, kind: 'restack_repo' });
    expect(again.job).toMatchObject({ status: 'completed', result: { heldBack: [], left: [] } });
    expect((await app.rows(repoId)).get('b')).toMatchObject({ merged: true });
    expect(await remote.subjects('c', 'main')).toEqual(['C']);
  });

  test('an own commit older than all of trunk is still the branch’s own', async () => {
    const remote = await app.remote();
    await writeBranch(remote);
    await commitsAt(remote, 'a', [1_000_000_000]);
    const repoId = await app.addRegistered(remote);
    await commitsAt(remote, 'main', backwards(1_500_000_000));
    const { job } = await app.run({ repoId, kind: 'restack_repo' });
    expect(job).toMatchObject({ status: 'completed', result: { heldBack: [], left: [], dropped: [] } });
    expect(await remote.subjects('a', 'main')).toEqual(['A', 'Old']);
    expect(await gitText(['show', 'a:a.txt'], { gitDir: remote.dir })).toBe('a');
  });
});
