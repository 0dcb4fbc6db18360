import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobs } from '@/db/schema';
import type { Remote } from '@/demo/remote';
import { type RealJobs, realJobs } from '@/testing/real-jobs';

let app: RealJobs;
beforeAll(async () => {
  app = await realJobs();
});
afterAll(() => app.close());

/** main ← fix/a ← child, both tracked, one commit each, and a task on fix/a. */
async function stacked(): Promise<{ remote: Remote; repoId: string }> {
  const remote = await app.remote();
  await remote.from('main').branch('main').commit('Start', { 'app.txt': 'one\n' }).write();
  const chain = remote.from('main').branch('fix/a').commit('A', { 'a.txt': 'a\n' });
  await chain.branch('child').commit('Child', { 'c.txt': 'c\n' }).write();
  const repoId = await app.addRegistered(remote);
  await app.api.tasks.create({ repoId, title: 'Mend a', branch: 'fix/a' });
  return { remote, repoId };
}

describe('a branch that was renamed on the remote', () => {
  it('is offered as a rename, with or without new commits, and takes the old one’s place once that is accepted', async () => {
    for (const pushed of [false, true]) {
      const { remote, repoId } = await stacked();
      const before = (await app.rows(repoId)).get('fix/a');
      const renamed = remote.from('fix/a').branch('feat/a');
      await (pushed ? renamed.commit('More', { 'more.txt': 'x\n' }) : renamed).write();
      await remote.delete('fix/a');
      const { job } = await app.run({ repoId, kind: 'sync_repo' });
      expect(job.message).toContain('fix/a is feat/a now');
      // It stays offered, and is told once.
      const again = await app.run({ repoId, kind: 'sync_repo' });
      expect(again.job.message).not.toContain('feat/a');
      expect((await app.rows(repoId)).get('feat/a')).toMatchObject({ renamedFrom: 'fix/a', tracked: false });

      const accepted = await app.api.branches.acceptRename({ repoId, branch: 'feat/a' });
      expect(accepted).toMatchObject({ accepted: true, status: 'queued' });
      let rows = await app.rows(repoId);
      expect([...rows.keys()].sort()).toEqual(['child', 'feat/a']);
      const { parent, base } = before ?? {};
      expect(rows.get('feat/a')).toMatchObject({ tracked: true, parent, base, renamedFrom: null });
      expect(rows.get('child')).toMatchObject({ parent: 'feat/a' });
      const { tasks } = await app.api.repos.overview({ repoId });
      expect(tasks).toMatchObject([{ title: 'Mend a', branch: 'feat/a' }]);

      await remote.from('main').commit('Main moves', { 'main.txt': 'x\n' }).write();
      // The sync that the answer names comes first.
      await app.run({ repoId, kind: 'restack_repo' });
      const restack = await app.run({ repoId, kind: 'restack_repo' });
      expect(restack.job).toMatchObject({ status: 'completed', result: { heldBack: [] } });
      expect(await remote.subjects('child', 'main')).toEqual(['A', ...(pushed ? ['More'] : []), 'Child']);
      rows = await app.rows(repoId);
      expect(rows.get('child')).toMatchObject({ needsRestack: false });
    }
  });

  it('is not offered of a branch that stood on the deleted one, of a copy that has it beside it, or of two copies', async () => {
    const { remote, repoId } = await stacked();
    await remote.from('fix/a').branch('on-it').commit('On it', { 'on.txt': 'x\n' }).write();
    await remote.from('fix/a').branch('copy').write();
    await app.run({ repoId, kind: 'sync_repo' });
    const offers = async () => [...(await app.rows(repoId)).values()].flatMap(({ renamedFrom }) => renamedFrom ?? []);
    expect(await offers()).toEqual([]);
    await remote.delete('copy');
    await remote.delete('fix/a');
    await app.run({ repoId, kind: 'sync_repo' });
    expect(await offers()).toEqual([]);
    await remote.from('on-it~1').branch('one').branch('two').write();
    await app.run({ repoId, kind: 'sync_repo' });
    expect(await offers()).toEqual([]);
    await expect(app.api.branches.acceptRename({ repoId, branch: 'one' })).rejects.toThrow(/does not seem/);
  });

  it('waits for a job that runs', async () => {
    const { remote, repoId } = await stacked();
    await remote.from('fix/a').branch('feat/a').write();
    await remote.delete('fix/a');
    await app.run({ repoId, kind: 'sync_repo' });
    const job = { id: 'running', repoId, kind: 'sync_repo', status: 'running', requestedBy: 'test' } as const;
    await app.db.insert(jobs).values(job);
    const accept = () => app.api.branches.acceptRename({ repoId, branch: 'feat/a' });
    await expect(accept()).rejects.toThrow(/job of this repo is running/);
    expect((await app.rows(repoId)).get('child')).toMatchObject({ parent: 'fix/a' });
    await app.db.update(jobs).set({ status: 'completed' });
    expect(await accept()).toMatchObject({ accepted: true });
  });
});

describe('marking a branch', () => {
  it('is refused of the trunk, and of what is not there', async () => {
    const { repoId } = await stacked();
    const mark = (branch: string) => app.api.branches.update({ repoId, branch, kept: true });
    await expect(mark('main')).rejects.toThrow(/main is the trunk/);
    await expect(mark('nobody')).rejects.toThrow(/no branch nobody/);
    await mark('child');
    const [repo] = (await app.api.repos.list()).repos.filter(({ id }) => id === repoId);
    expect(repo?.counts).toMatchObject({ branches: 2, needRestack: 0, untracked: 0 });
  });
});
