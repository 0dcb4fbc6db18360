import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobs } from '@/db/schema';
import type { Files, Remote } from '@/demo/remote';
import { gitText } from '@/git/process/run';
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

/** Who has written the last commit of a branch, and when (seconds). */
async function authorOf(remote: Remote, branch: string): Promise<{ author: string; at: number }> {
  const line = await gitText(['log', '-1', '--format=%an <%ae>%x00%at', branch], { gitDir: remote.dir });
  const [author = '', at = ''] = line.split('\0');
  return { author, at: Number(at) };
}

/** A branch of one commit, as `git commit --amend` and `git rebase` leave it: with the author and date of before. */
async function amended(
  remote: Remote,
  { branch, onto, files, author, at }: { branch: string; onto: string; files: Files; author: string; at: number },
): Promise<void> {
  await remote.from(onto).branch(branch).commit('Amended', files).write();
  const { name, email } = /^(?<name>.*) <(?<email>.*)>$/.exec(author)?.groups ?? {};
  const env = { GIT_AUTHOR_NAME: name ?? '', GIT_AUTHOR_EMAIL: email ?? '', GIT_AUTHOR_DATE: `${at} +0000` };
  const committer = { GIT_COMMITTER_NAME: 'x', GIT_COMMITTER_EMAIL: 'x', GIT_COMMITTER_DATE: `${at + 9} +0000` };
  const args = ['commit-tree', `${branch}^{tree}`, '-p', onto, '-m', 'Amended'];
  await remote.move(branch, await gitText(args, { gitDir: remote.dir, env: { ...env, ...committer } }));
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

  it('is offered too where its commits were amended at the same time, and what stood on it follows', async () => {
    const { remote, repoId } = await stacked();
    await remote.from('main').commit('Main moves', { 'main.txt': 'x\n' }).write();
    const { author, at } = await authorOf(remote, 'fix/a');
    await amended(remote, { branch: 'feat/a', onto: 'main', files: { 'a.txt': 'better\n' }, author, at });
    await remote.delete('fix/a');
    const { job } = await app.run({ repoId, kind: 'sync_repo' });
    expect(job.message).toContain('fix/a is feat/a now');
    await app.run({ repoId, kind: 'sync_repo' });
    expect((await app.rows(repoId)).get('feat/a')).toMatchObject({ renamedFrom: 'fix/a' });
    await app.api.branches.acceptRename({ repoId, branch: 'feat/a' });
    await app.run({ repoId, kind: 'restack_repo' });
    await app.run({ repoId, kind: 'restack_repo' });
    expect(await remote.subjects('child', 'main')).toEqual(['Amended', 'Child']);
    expect(await remote.file('child', 'a.txt')).toBe('better\n');
  });

  it('is not offered of commits that another has made, or at another time, or of two that were amended', async () => {
    const { remote, repoId } = await stacked();
    const { author, at } = await authorOf(remote, 'fix/a');
    const make = (branch: string, by: { author: string; at: number }) =>
      amended(remote, { branch, onto: 'main', files: { 'a.txt': `${branch}\n` }, ...by });
    await make('other', { author: 'Bo Ash <bo@example.com>', at });
    await make('later', { author, at: at + 1 });
    await remote.delete('fix/a');
    await app.run({ repoId, kind: 'sync_repo' });
    const offers = async () => [...(await app.rows(repoId)).values()].flatMap(({ renamedFrom }) => renamedFrom ?? []);
    expect(await offers()).toEqual([]);
    await make('one', { author, at });
    await make('two', { author, at });
    await app.run({ repoId, kind: 'sync_repo' });
    expect(await offers()).toEqual([]);
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

describe('a branch’s history', () => {
  it('tells each tip by the job that has put it there, also one that comes back by an undo', async () => {
    const { remote, repoId } = await stacked();
    await remote.from('main').commit('On', { 'on.txt': 'x\n' }).write();
    await app.run({ repoId, kind: 'sync_repo' });
    const restack = await app.run({ repoId, kind: 'restack_repo' });
    await app.api.jobs.undo({ jobId: restack.job.id });
    const undo = await app.drain(repoId);
    expect(undo).toMatchObject({ kind: 'undo', status: 'completed' });
    const { tips } = await app.api.branches.history({ repoId, branch: 'child' });
    expect(tips.map(({ job }) => job?.seq ?? null)).toEqual([undo.seq, restack.job.seq, null]);
    expect(tips[0]?.tip).toBe(tips[2]?.tip);
    expect(tips[2]?.before).toBeNull();
  });
});

describe('forgetting a branch', () => {
  it('takes the row of one that is gone, and with it what is said of it elsewhere', async () => {
    const { remote, repoId } = await stacked();
    await remote.from('fix/a').branch('feat/a').write();
    await remote.delete('child');
    await remote.delete('fix/a');
    await app.run({ repoId, kind: 'sync_repo' });
    expect((await app.rows(repoId)).get('feat/a')).toMatchObject({ renamedFrom: 'fix/a' });
    const forget = (...branches: string[]) => app.api.branches.forget({ repoId, branches });
    expect(await forget('fix/a', 'child', 'never there')).toEqual({ forgotten: ['child', 'fix/a'] });
    const rows = await app.rows(repoId);
    expect([...rows.keys()]).toEqual(['feat/a']);
    expect(rows.get('feat/a')).toMatchObject({ renamedFrom: null });
    // It was done already.
    expect(await forget('fix/a')).toEqual({ forgotten: [] });

    const synced = await app.run({ repoId, kind: 'sync_repo' });
    expect(synced.job).toMatchObject({ status: 'completed', result: { gone: [] } });
    expect([...(await app.rows(repoId)).keys()]).toEqual(['feat/a']);
  });

  it('finds a new branch where one of that name is pushed again', async () => {
    const { remote, repoId } = await stacked();
    await remote.delete('child');
    await app.run({ repoId, kind: 'sync_repo' });
    await app.api.branches.forget({ repoId, branches: ['child'] });
    await remote.from('fix/a').branch('child').commit('Child again', { 'again.txt': 'x\n' }).write();
    await app.run({ repoId, kind: 'sync_repo' });
    expect((await app.rows(repoId)).get('child')).toMatchObject({ tracked: false, suggestedParent: 'fix/a' });
  });

  it('is refused, all or none, of one that is there, of one that something stands on, and while a job runs', async () => {
    const { remote, repoId } = await stacked();
    const forget = (...branches: string[]) => app.api.branches.forget({ repoId, branches });
    await remote.delete('fix/a');
    await app.run({ repoId, kind: 'sync_repo' });
    await expect(forget('child')).rejects.toThrow(/child is not gone/);
    await expect(forget('fix/a')).rejects.toThrow(/child stands on fix\/a/);
    await remote.delete('child');
    await app.run({ repoId, kind: 'sync_repo' });
    const job = { id: 'at work', repoId, kind: 'sync_repo', status: 'running', requestedBy: 'test' } as const;
    await app.db.insert(jobs).values(job);
    await expect(forget('fix/a', 'child')).rejects.toThrow(/job of this repo is running/);
    expect((await app.rows(repoId)).size).toBe(2);
    await app.db.update(jobs).set({ status: 'completed' });
    expect((await forget('fix/a', 'child')).forgotten).toHaveLength(2);
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
