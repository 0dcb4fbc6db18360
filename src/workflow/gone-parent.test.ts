import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRemote, type Remote } from '@/demo/remote';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { type InProcess, inProcess } from '@/testing/in-process';

describe('a branch that is gone from the remote', () => {
  let dir: string;
  let test: TestDatabase;
  let app: InProcess;
  let remotes = 0;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'spicerack-gone-'));
    Object.assign(process.env, { SPICERACK_DATA_DIR: join(dir, 'data'), SPICERACK_ENGINE: 'git' });
    test = await testDatabase();
    app = inProcess(test.db);
  });
  afterAll(async () => {
    await test.close();
    await rm(dir, { recursive: true, force: true });
  });

  /** a ← b ← c on main, tracked, and `fix` beside them; then a is deleted and main moves on. */
  async function orphaned(): Promise<{ remote: Remote; repoId: string }> {
    const remote = await makeRemote(join(dir, `remote-${++remotes}.git`));
    await remote.from('main').branch('main').commit('Start', { 'app.txt': 'one\n' }).write();
    const chain = remote
      .from('main')
      .branch('a')
      .commit('A', { 'a.txt': 'a\n' })
      .commit('A again', { 'a.txt': 'aa\n' });
    await chain.branch('b').commit('B', { 'b.txt': 'b\n' }).branch('c').commit('C', { 'c.txt': 'c\n' }).write();
    await remote.from('main').branch('fix').commit('Fix', { 'fix.txt': 'x\n' }).write();
    const { id: repoId } = await app.add(remote);
    await app.run({ repoId, kind: 'register_existing_branch', suggested: true });
    await remote.delete('a');
    await remote.from('main').commit('Main moves', { 'main.txt': 'x\n' }).write();
    return { remote, repoId };
  }

  const HELD_BACK = [
    { branch: 'b', reason: { kind: 'parent_gone', parent: 'a' } },
    { branch: 'c', reason: { kind: 'below', branch: 'b' } },
  ];

  it('leaves its children held back by every sync_repo and restack_repo, and the rest goes through', async () => {
    const { remote, repoId } = await orphaned();
    const before = await remote.tips();
    for (let times = 0; times < 2; times++) {
      const { job } = await app.run({ repoId, kind: 'sync_repo' });
      expect(job).toMatchObject({ status: 'completed', message: expect.stringMatching(/[Hh]eld back b, c/) });
      expect(job.result).toMatchObject({ heldBack: HELD_BACK, gone: times === 0 ? ['a'] : [] });
    }
    const { job, moves } = await app.run({ repoId, kind: 'restack_repo' });
    expect(job).toMatchObject({ status: 'completed', result: { heldBack: HELD_BACK } });
    expect(moves.map((move) => move.branch)).toEqual(['fix']);
    expect(await remote.tips()).toMatchObject({ b: before.b, c: before.c });
  });

  it('refuses an action on a child, and says to reparent it', async () => {
    const { repoId } = await orphaned();
    const { job } = await app.run({ repoId, kind: 'rebase_branch', branch: 'b' });
    expect(job).toMatchObject({ status: 'error', errorHint: expect.stringMatching(/[Rr]eparent b/) });
  });

  it('lets its child be reparented: the child goes with all above it, and without the commits of the gone branch', async () => {
    for (const [parent, below] of [
      ['main', []],
      ['fix', ['Fix']],
    ] as const) {
      const { remote, repoId } = await orphaned();
      if (parent === 'fix') await app.run({ repoId, kind: 'sync_repo' });
      const { job } = await app.run({ repoId, kind: 'reparent_branch', branch: 'b', parent });
      expect(job.status).toBe('completed');
      expect(await remote.subjects('c', 'main')).toEqual([...below, 'B', 'C']);
      expect(await remote.file('c', 'a.txt')).toBeNull();
      expect((await app.rows(repoId)).get('b')).toMatchObject({ parent, base: await remote.tip(parent) });
      const after = await app.run({ repoId, kind: 'restack_repo' });
      expect(after.job).toMatchObject({ status: 'completed', result: { heldBack: [] } });
    }
  });
});
