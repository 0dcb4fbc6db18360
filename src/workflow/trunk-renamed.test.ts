import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repos } from '@/db/schema';
import type { Remote } from '@/demo/remote';
import { gitText } from '@/git/process/run';
import { type RealJobs, realJobs } from '@/testing/real-jobs';

let app: RealJobs;
beforeAll(async () => {
  app = await realJobs();
});
afterAll(() => app.close());

/** master ← a ← b and master ← c, tracked. */
async function onMaster(): Promise<{ remote: Remote; repoId: string }> {
  const remote = await app.remote({ trunk: 'master' });
  await remote.from('master').branch('master').commit('Start', { 'app.txt': 'one\n' }).write();
  const chain = remote.from('master').branch('a').commit('A', { 'a.txt': 'a\n' });
  await chain.branch('b').commit('B', { 'b.txt': 'b\n' }).write();
  await remote.from('master').branch('c').commit('C', { 'c.txt': 'c\n' }).write();
  return { remote, repoId: await app.addRegistered(remote) };
}

const head = (remote: Remote, branch: string) =>
  gitText(['symbolic-ref', 'HEAD', `refs/heads/${branch}`], { gitDir: remote.dir });
const repo = async (repoId: string) => (await app.db.select().from(repos).where(eq(repos.id, repoId)))[0];
const parents = async (repoId: string) =>
  Object.fromEntries([...(await app.rows(repoId)).values()].map(({ name, parent }) => [name, parent]));

describe('a trunk that was renamed on the remote', () => {
  it('is told with the new name, and the stacks follow once that is set', async () => {
    const { remote, repoId } = await onMaster();
    await remote.move('main', 'master');
    await head(remote, 'main');
    await remote.delete('master');
    await remote.from('main').commit('Main moves', { 'main.txt': 'x\n' }).write();
    const failed = await app.run({ repoId, kind: 'sync_repo' });
    expect(failed.job).toMatchObject({
      status: 'error',
      errorCode: 'BRANCH_NOT_FOUND',
      message: "The remote has no branch master, which is this repo's trunk. The remote's HEAD is main now.",
      errorHint: expect.stringContaining('repos.update with trunk: "main"'),
    });
    await app.api.repos.update({ repoId, trunk: 'main' });
    const { job } = await app.run({ repoId, kind: 'sync_repo' });
    expect(job).toMatchObject({ status: 'completed', result: { heldBack: [] } });
    expect(job.message).toContain('2 branches of the old one stand on it');
    expect(await parents(repoId)).toEqual({ a: 'main', b: 'a', c: 'main' });
    expect(await repo(repoId)).toMatchObject({ trunk: 'main', previousTrunk: null, headMoved: false });
    const restack = await app.run({ repoId, kind: 'restack_repo' });
    expect(restack.job).toMatchObject({ status: 'completed', message: 'Moved 3 branches.' });
    expect(await remote.subjects('b', 'main')).toEqual(['A', 'B']);
  });

  it('is asked about where the old one stays: a sync sees that HEAD has moved, until somebody decides', async () => {
    const { remote, repoId } = await onMaster();
    expect(await repo(repoId)).toMatchObject({ head: 'master', headMoved: false });
    await remote.move('main', 'master');
    await head(remote, 'main');
    await app.run({ repoId, kind: 'sync_repo' });
    await app.run({ repoId, kind: 'sync_repo' });
    expect(await repo(repoId)).toMatchObject({ trunk: 'master', head: 'main', headMoved: true });
    // What keeps the trunk decides too.
    await app.api.repos.update({ repoId, trunk: 'master' });
    await app.run({ repoId, kind: 'sync_repo' });
    expect(await repo(repoId)).toMatchObject({ head: 'main', headMoved: false, previousTrunk: null });

    await app.api.repos.update({ repoId, trunk: 'main' });
    await remote.from('main').commit('Main moves', { 'main.txt': 'x\n' }).write();
    const { job } = await app.run({ repoId, kind: 'restack_repo' });
    expect(job).toMatchObject({ status: 'completed', result: { heldBack: [] } });
    expect(await parents(repoId)).toEqual({ a: 'main', b: 'a', c: 'main', master: null });
    expect((await app.rows(repoId)).get('master')).toMatchObject({ keptReason: 'name', tracked: false });
  });
});

describe('a trunk that is set to another history', () => {
  it('leaves the stacks on the old one, which carries them and stays where it is', async () => {
    const { remote, repoId } = await onMaster();
    await remote.from('master').branch('next-major').commit('Major', { 'major.txt': 'x\n' }).write();
    await remote.from('master').commit('Master moves', { 'm.txt': 'x\n' }).write();
    await app.run({ repoId, kind: 'sync_repo' });
    await app.api.repos.update({ repoId, trunk: 'next-major' });
    const { job } = await app.run({ repoId, kind: 'restack_repo' });
    expect(job).toMatchObject({ status: 'completed', message: 'Moved 3 branches.' });
    expect(await parents(repoId)).toEqual({ a: 'master', b: 'a', c: 'master', master: null });
    expect((await app.rows(repoId)).get('master')).toMatchObject({ kept: true });
    expect(await remote.subjects('b', 'master')).toEqual(['A', 'B']);
  });
});

describe('while a job runs', () => {
  /** master ← a ← b and c, with `next` beside it: another history, onto which nothing is to move. */
  async function withNext() {
    const { remote, repoId } = await onMaster();
    await remote.from('master').branch('next').commit('Next', { 'next.txt': 'x\n' }).write();
    await remote.from('master').commit('Master moves', { 'm.txt': 'x\n' }).write();
    await app.run({ repoId, kind: 'sync_repo', move: false });
    return { remote, repoId };
  }
  it('the trunk cannot be set to another: the job moves what its sync has seen onto the trunk that it has seen', async () => {
    const { remote, repoId } = await withNext();
    const set = (trunk: string) => app.api.repos.update({ repoId, trunk, name: 'renamed' });
    const { job } = await app.run(
      { repoId, kind: 'restack_repo' },
      {
        async before(step) {
          if (step === 'sync') return;
          await expect(set('next')).rejects.toMatchObject({
            message: expect.stringMatching(/^A job of this repo is running\./),
            cause: { field: 'trunk', hint: 'Wait for it, or cancel it, and set the trunk then.' },
          });
          expect(await set('master')).toMatchObject({ trunk: 'master', name: 'renamed' });
        },
      },
    );
    expect(job).toMatchObject({ status: 'completed', message: 'Moved 3 branches.' });
    expect(await remote.contains('b', 'master')).toBe(true);
    expect(await set('next')).toMatchObject({ trunk: 'next', previousTrunk: 'master' });
  });

  it('one that a server of an older version has let be set stops the job, which moves nothing and can be run again', async () => {
    const { remote, repoId } = await withNext();
    const before = await remote.tips();
    const set = sql`update repos set previous_trunk = trunk, trunk = 'next' where id = ${repoId}`;
    const { job } = await app.run(
      { repoId, kind: 'restack_repo' },
      { before: async (step, tries) => void (step === 'act' && tries === 1 && (await app.db.run(set))) },
    );
    expect(job).toMatchObject({
      status: 'error',
      errorCode: 'DIVERGED',
      message: 'The trunk was set to next meanwhile.',
      errorHint: 'Nothing was moved. Retry: the sync comes first.',
    });
    expect(await remote.tips()).toEqual(before);
    await app.run({ repoId, kind: 'restack_repo' });
    expect(await parents(repoId)).toEqual({ a: 'master', b: 'a', c: 'master', master: null });
    expect(await remote.contains('b', 'master')).toBe(true);
    expect(await remote.contains('b', 'next')).toBe(false);
  });

  it('one that is set and set back in the midst of a sync is still told apart from the other by its tip', async () => {
    const { remote, repoId } = await withNext();
    await app.api.repos.update({ repoId, trunk: 'next' });
    await app.db.run(
      sql.raw(`create trigger set_back after insert on job_steps when new.step = 'sync'
        begin update repos set trunk = 'master', previous_trunk = null where id = '${repoId}'; end`),
    );
    await app.run(
      { repoId, kind: 'restack_repo' },
      { before: (step) => void (step === 'act' && app.db.run(sql`drop trigger set_back`)) },
    );
    expect(await repo(repoId)).toMatchObject({ trunk: 'master', trunkTip: await remote.tip('master') });
    expect(await remote.contains('b', 'next')).toBe(false);
  });
});
