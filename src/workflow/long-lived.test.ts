import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Remote } from '@/demo/remote';
import { type RealJobs, realJobs } from '@/testing/real-jobs';

let app: RealJobs;
beforeAll(async () => {
  app = await realJobs();
});
afterAll(() => app.close());

/** main with one file; `production` on an older commit of it, `release/1.0` with a fix of its own, and a feature. */
async function deployed(): Promise<{ remote: Remote; repoId: string }> {
  const remote = await app.remote();
  await remote.from('main').branch('main').commit('Start', { 'app.txt': 'one\n' }).write();
  await remote.from('main').branch('production').write();
  await remote.from('main').branch('release/1.0').commit('Fix of 1.0', { 'fix.txt': 'x\n' }).write();
  await remote.from('main').commit('More', { 'more.txt': 'x\n' }).write();
  await remote.from('main').branch('feature').commit('Feature', { 'feature.txt': 'x\n' }).write();
  const { id: repoId } = await app.add(remote);
  return { remote, repoId };
}

/** main ← a ← b ← c, all tracked, and main has moved on. */
async function stacked(): Promise<{ remote: Remote; repoId: string }> {
  const remote = await app.remote();
  await remote.from('main').branch('main').commit('Start', { 'app.txt': 'one\n' }).write();
  const chain = remote.from('main').branch('a').commit('A', { 'a.txt': 'a\n' });
  await chain.branch('b').commit('B', { 'b.txt': 'b\n' }).branch('c').commit('C', { 'c.txt': 'c\n' }).write();
  const repoId = await app.addRegistered(remote);
  await remote.from('main').commit('Main moves', { 'main.txt': 'x\n' }).write();
  return { remote, repoId };
}

describe('a long-lived branch', () => {
  it('is not registered with the suggestions, and never moved', async () => {
    const { remote, repoId } = await deployed();
    const before = await remote.tips();
    const register = await app.run({ repoId, kind: 'register_existing_branch', suggested: true });
    expect(register.job.result?.registered).toEqual([{ branch: 'feature', parent: 'main' }]);
    await remote.from('main').commit('Main moves', { 'main.txt': 'x\n' }).write();
    const restack = await app.run({ repoId, kind: 'restack_repo' });
    expect(restack.job.message).toBe('Moved 1 branch.');
    const after = await remote.tips();
    expect(after).toMatchObject({ production: before.production, 'release/1.0': before['release/1.0'] });
    expect(after.feature).not.toBe(before.feature);
    const rows = await app.rows(repoId);
    expect(rows.get('production')).toMatchObject({ keptReason: 'name', tracked: false });
    expect(rows.get('release/1.0')).toMatchObject({ keptReason: 'name', tracked: false });
    expect(rows.get('feature')).toMatchObject({ keptReason: null, kept: null, tracked: true });
  });

  it('is refused in words where it is named, and may be moved once a person lets it go', async () => {
    const { remote, repoId } = await deployed();
    const ask = { repoId, kind: 'register_existing_branch', branch: 'release/1.0' } as const;
    await expect(app.api.jobs.run(ask)).rejects.toThrow(/release\/1\.0 is a long-lived branch.*kept: false/s);
    const { job } = await app.run(ask);
    expect(job).toMatchObject({ status: 'error', errorCode: 'KEPT', message: expect.stringContaining('has the name') });
    await app.api.branches.update({ repoId, branch: 'release/1.0', kept: false });
    await app.run(ask);
    await app.run({ repoId, kind: 'restack_repo' });
    expect(await remote.subjects('release/1.0', 'main')).toEqual(['Fix of 1.0']);
    expect(await remote.contains('release/1.0', 'main')).toBe(true);
  });

  it('stays where it is in the middle of a stack, and what stands on it stays on it', async () => {
    const { remote, repoId } = await stacked();
    const before = await remote.tips();
    expect(await app.api.branches.update({ repoId, branch: 'b', kept: true })).toMatchObject({
      kept: true,
      needsRestack: false,
    });
    const subtree = await app.run({ repoId, kind: 'restack_subtree', branch: 'a' });
    expect(subtree.moves.map((move) => move.branch)).toEqual(['a']);
    await remote.from('b').commit('B again', { 'b.txt': 'bb\n' }).write();
    const all = await app.run({ repoId, kind: 'restack_repo' });
    expect(all.moves.map((move) => move.branch)).toEqual(['c']);
    expect(await remote.subjects('c', 'b')).toEqual(['C']);
    expect(await remote.subjects('b', before.b)).toEqual(['B again']);
    for (const kind of ['restack_subtree', 'rebase_branch', 'reparent_branch'] as const) {
      const parent = kind === 'reparent_branch' ? 'main' : undefined;
      const { job } = await app.run({ repoId, kind, branch: 'b', parent });
      expect(job).toMatchObject({
        status: 'error',
        errorCode: 'KEPT',
        message: expect.stringMatching(/marked as long-lived/),
      });
    }
    await app.api.branches.update({ repoId, branch: 'b', kept: null });
    const released = await app.run({ repoId, kind: 'restack_repo' });
    expect(released.moves.map((move) => move.branch)).toEqual(['b', 'c']);
  });

  it('carries branches without being tracked: they follow it, and each other’s suggestions name it', async () => {
    const remote = await app.remote();
    await remote.from('main').branch('main').commit('Start', { 'app.txt': 'one\n' }).write();
    await remote
      .from('main')
      .branch('develop')
      .commit('Develop', { 'd.txt': 'd\n' })
      .branch('work')
      .commit('Work', { 'w.txt': 'w\n' })
      .write();
    const { id: repoId } = await app.add(remote);
    expect((await app.rows(repoId)).get('work')?.suggestedParent).toBe('develop');
    const register = await app.run({ repoId, kind: 'register_existing_branch', branch: 'work' });
    expect(register.job.result?.registered).toMatchObject([{ branch: 'work', parent: 'develop' }]);
    await remote.from('develop').commit('Develop moves', { 'e.txt': 'e\n' }).write();
    const tip = await remote.tip('develop');
    await app.run({ repoId, kind: 'restack_repo' });
    expect(await remote.subjects('work', 'develop')).toEqual(['Work']);
    expect(await remote.tip('develop')).toBe(tip);
    expect((await app.rows(repoId)).get('work')).toMatchObject({ parent: 'develop', base: tip, needsRestack: false });
  });

  it('is never merged, however often its work goes into the trunk, and carries on', async () => {
    const remote = await app.remote();
    await remote.from('main').branch('main').commit('Start', { 'app.txt': 'one\n' }).write();
    const develop = remote.from('main').branch('develop').commit('Develop', { 'd.txt': 'd\n' });
    await develop.branch('work').commit('Work', { 'w.txt': 'w\n' }).write();
    await remote.from('main').branch('topic').commit('Topic', { 't.txt': 't\n' }).write();
    const { id: repoId } = await app.add(remote);
    await app.run({ repoId, kind: 'register_existing_branch', branch: 'work' });
    await app.run({ repoId, kind: 'register_existing_branch', branch: 'topic' });
    await remote.merge('develop', 'merge');
    await remote.merge('topic', 'merge');
    const { job } = await app.run({ repoId, kind: 'sync_repo' });
    expect(job.result?.merged.map(({ branch }) => branch)).toEqual(['topic']);
    const rows = await app.rows(repoId);
    expect(rows.get('develop')).toMatchObject({ merged: false, gone: false });
    expect(rows.get('work')).toMatchObject({ parent: 'develop' });
  });
});

describe('a branch without a commit of its own', () => {
  it('is left out of the suggestions, and registered and moved like any other where it is named', async () => {
    const remote = await app.remote();
    await remote.from('main').branch('main').commit('Start', { 'app.txt': 'one\n' }).write();
    await remote.from('main').branch('deployed-on-friday').write();
    await remote.from('main').branch('idea').write();
    const { id: repoId } = await app.add(remote);
    const { job } = await app.run({ repoId, kind: 'register_existing_branch', suggested: true });
    expect(job.result?.registered).toEqual([]);
    expect((await app.rows(repoId)).get('idea')).toMatchObject({ keptReason: 'no_work' });
    await app.run({ repoId, kind: 'register_existing_branch', branch: 'idea' });
    await remote.from('main').commit('Main moves', { 'main.txt': 'x\n' }).write();
    await app.run({ repoId, kind: 'restack_repo' });
    const [main, idea] = [await remote.tip('main'), await remote.tip('idea')];
    expect(idea).toBe(main);
    expect(await remote.tip('deployed-on-friday')).not.toBe(main);
  });
});
