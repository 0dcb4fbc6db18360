import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forecasts } from '@/db/schema';
import type { Remote } from '@/demo/remote';
import { askForecast } from '@/forecast/ask';
import { computeForecast } from '@/forecast/compute';
import { type RealJobs, realJobs } from '@/testing/real-jobs';

let app: RealJobs;
beforeAll(async () => {
  app = await realJobs();
});
afterAll(() => app.close());

/** main ← a ← b ← c, all tracked, one commit each. */
async function stacked(): Promise<{ remote: Remote; repoId: string }> {
  const remote = await app.remote();
  await remote.from('main').branch('main').commit('Start', { 'app.txt': 'one\n' }).write();
  const chain = remote.from('main').branch('a').commit('A', { 'a.txt': 'a\n' });
  await chain.branch('b').commit('B', { 'b.txt': 'b\n' }).branch('c').commit('C', { 'c.txt': 'c\n' }).write();
  return { remote, repoId: await app.addRegistered(remote) };
}

describe('untracking a branch', () => {
  it('moves no ref, gives its children what it stood on with its commits, and is undone', async () => {
    const { remote, repoId } = await stacked();
    const [tips, before] = [await remote.tips(), await app.rows(repoId)];
    const key = { repoId, branch: 'b', idempotencyKey: 'untrack-b' };
    const first = await app.api.branches.untrack(key);
    expect(await app.api.branches.untrack(key)).toEqual(first);
    const job = await app.drain(repoId);
    expect(job).toMatchObject({ id: first.jobId, kind: 'untrack_branch', status: 'completed' });
    expect(job.message).toBe('Tracked b no longer, c on a now.');
    expect(await remote.tips()).toEqual(tips);
    let rows = await app.rows(repoId);
    expect(rows.get('b')).toMatchObject({ tracked: false, parent: null, base: null, suggestedParent: 'a' });
    expect(rows.get('c')).toMatchObject({ tracked: true, parent: 'a', base: tips.a });

    await remote.from('main').commit('Main moves', { 'main.txt': 'x\n' }).write();
    await app.run({ repoId, kind: 'restack_repo' });
    expect(await remote.subjects('c', 'main')).toEqual(['A', 'B', 'C']);
    expect(await remote.tip('b')).toBe(tips.b);

    await app.api.jobs.undo({ jobId: (await app.api.jobs.list({ repoId })).jobs[0]?.job.id ?? '' });
    await app.drain(repoId);
    await app.api.jobs.undo({ jobId: job.id });
    expect(await app.drain(repoId)).toMatchObject({ kind: 'undo', status: 'completed' });
    rows = await app.rows(repoId);
    for (const name of ['b', 'c']) {
      const { parent, base, tracked } = before.get(name) ?? {};
      expect(rows.get(name)).toMatchObject({ parent, base, tracked });
    }
  });

  it('is refused where nothing is tracked, and of the trunk', async () => {
    const { repoId } = await stacked();
    await expect(app.api.branches.untrack({ repoId, branch: 'main' })).rejects.toThrow(/main is the trunk/);
    await expect(app.api.branches.untrack({ repoId, branch: 'nobody' })).rejects.toThrow(/no branch nobody/);
    await app.api.branches.untrack({ repoId, branch: 'c' });
    await app.drain(repoId);
    await expect(app.api.branches.untrack({ repoId, branch: 'c' })).rejects.toThrow(/nothing to untrack/);
  });
});

describe('registering a branch with a named base', () => {
  /** a has two commits and was amended since b was made on it; nobody tracks b, which holds the old ones. */
  async function amended(): Promise<{ remote: Remote; repoId: string; first: string; second: string }> {
    const remote = await app.remote();
    await remote.from('main').branch('main').commit('Start', { 'app.txt': 'one\n' }).write();
    await remote.from('main').branch('a').commit('A1', { 'a.txt': '1\n' }).commit('A2', { 'a.txt': '2\n' }).write();
    await remote.from('a').branch('b').commit('B', { 'b.txt': 'b\n' }).write();
    const [first, second] = [await remote.tip('main'), await remote.tip('a')];
    const { id: repoId } = await app.add(remote);
    await app.run({ repoId, kind: 'register_existing_branch', branch: 'a', parent: 'main' });
    await remote.from('main').branch('a').commit('A rewritten', { 'a.txt': 'new\n' }).write();
    await app.run({ repoId, kind: 'sync_repo' });
    return { remote, repoId, first, second };
  }

  /** What the forecast says is registered. */
  async function foreseen(repoId: string, base?: string) {
    const request = { repoId, kind: 'register_existing_branch', branch: 'b', parent: 'a', base } as const;
    const asked = await askForecast(app.db, request);
    if ('refused' in asked) throw new Error(asked.refused.message);
    const row = (await app.db.select().from(forecasts)).find(({ id }) => id === asked.id);
    if (!row) throw new Error('The forecast is gone.');
    const computed = await computeForecast(app.db, row, new AbortController().signal);
    return computed.kind === 'ready' ? computed.outline : null;
  }

  it('makes what is above it its own, as the forecast says, and no later look takes that back', async () => {
    const { remote, repoId, first } = await amended();
    const subjects = async (base?: string) =>
      (await foreseen(repoId, base))?.registered[0]?.own?.map(({ subject }) => subject);
    expect(await subjects()).toEqual(['B']);
    expect(await subjects(first)).toEqual(['B', 'A2', 'A1']);
    const ask = {
      repoId,
      kind: 'register_existing_branch',
      branch: 'b',
      parent: 'a',
      base: first.slice(0, 10),
    } as const;
    await app.api.jobs.run(ask);
    expect(await app.drain(repoId)).toMatchObject({ status: 'completed', message: 'Registered b on a.' });
    await app.run({ repoId, kind: 'sync_repo' });
    expect((await app.rows(repoId)).get('b')).toMatchObject({ base: first, ahead: 3, tracked: true });
    // Its own A1 does not go onto a that was rewritten: said, not dropped.
    const { job } = await app.run({ repoId, kind: 'restack_subtree', branch: 'b' });
    expect(job).toMatchObject({ status: 'error', errorCode: 'CONFLICT' });
    expect(await remote.subjects('b', 'main')).toEqual(['A1', 'A2', 'B']);
  });

  it('leaves the base to what is known where none is named', async () => {
    const { remote, repoId, second } = await amended();
    await app.run({ repoId, kind: 'register_existing_branch', branch: 'b', parent: 'a' });
    expect((await app.rows(repoId)).get('b')).toMatchObject({ base: second, ahead: 1 });
    await app.run({ repoId, kind: 'restack_repo' });
    expect(await remote.subjects('b', 'main')).toEqual(['A rewritten', 'B']);
  });

  it('is refused of a commit that is not in the branch, and of what is no commit', async () => {
    const { remote, repoId } = await amended();
    await remote.from('main').commit('Main moves', { 'main.txt': 'x\n' }).write();
    const run = (base: string) => app.run({ repoId, kind: 'register_existing_branch', branch: 'b', parent: 'a', base });
    const { job } = await run(await remote.tip('a'));
    expect(job).toMatchObject({
      status: 'error',
      errorCode: 'NOT_TRACKED',
      message: expect.stringMatching(/no commit .* history of b/),
    });
    expect((await run('f'.repeat(40))).job).toMatchObject({ status: 'error', errorCode: 'NOT_TRACKED' });
    const ask = { repoId, kind: 'register_existing_branch', branch: 'b', base: 'HEAD~1' } as const;
    await expect(app.api.jobs.run(ask)).rejects.toThrow(/id of a commit/);
    await expect(app.api.jobs.run({ repoId, kind: 'restack_repo', base: 'abcdef1' })).rejects.toThrow(/takes no field/);
  });
});
