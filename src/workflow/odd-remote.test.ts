import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { jobLogs, repos } from '@/db/schema';
import { makeRemote, openRemote, type Remote } from '@/demo/remote';
import { git, gitText } from '@/git/process/run';
import { testGround } from '@/testing/hooks/ground';
import { type InProcess, inProcess } from '@/testing/in-process';
import { addOddRefs, removeOddRefs } from '@/testing/odd-refs';
import { writeBranch } from '@/testing/stack';

/** Jobs on remotes that have something odd: it costs only itself. */

const database = testGround({ SPICERACK_ENGINE: 'git', SPICERACK_RETRY_DELAY: '0.01' });
let jobs: InProcess;
let count = 0;
beforeAll(() => {
  jobs = inProcess(database.db);
});

/** main ← a, main has moved on since. */
async function behind(): Promise<Remote> {
  count += 1;
  const remote = await makeRemote(join(database.dir, `r${count}.git`));
  await writeBranch(remote);
  await remote.from('main').commit('Next', { 'next.txt': '1\n' }).write();
  return remote;
}

async function registered(remote: Remote, trunk?: string) {
  const repo = await jobs.add(remote);
  await jobs.run({ repoId: repo.id, kind: 'register_existing_branch', branch: 'a', parent: trunk ?? 'main' });
  return repo;
}

async function leftOut(repoId: string) {
  const [repo] = await database.db.select().from(repos).where(eq(repos.id, repoId));
  return repo?.leftOut ?? null;
}

describe('beside something odd', () => {
  it('all else is restacked, the odd is said once, and nothing of it moves', async () => {
    const remote = await behind();
    const repo = await registered(remote);
    expect(await leftOut(repo.id)).toBe(null);
    await git(['symbolic-ref', 'refs/heads/trunk', 'refs/heads/main'], { gitDir: remote.dir });
    await git(['symbolic-ref', 'refs/heads/a-too', 'refs/heads/a'], { gitDir: remote.dir });
    const tip = await remote.tip('a');
    const tag = await gitText(['mktag'], {
      gitDir: remote.dir,
      input: `object ${tip}\ntype commit\ntag v1\ntagger A <a@b> 1700000000 +0000\n\nv1\n`,
    });
    await addOddRefs(remote.dir, [
      ['caf\xe8', tip],
      ['caf\xe9', tip],
      ['v1', tag],
    ]);

    const { job, moves } = await jobs.run({ repoId: repo.id, kind: 'restack_repo' });
    expect(job).toMatchObject({ status: 'completed', message: 'Moved 1 branch.' });
    expect(moves.map(({ branch }) => branch)).toEqual(['a']);
    expect([...(await jobs.rows(repo.id)).keys()]).toEqual(['a']);
    expect(await leftOut(repo.id)).toEqual({
      refs: [
        { name: 'a-too', reason: 'alias', of: 'a' },
        { name: 'caf\\xe8', reason: 'not_utf8' },
        { name: 'caf\\xe9', reason: 'not_utf8' },
        { name: 'trunk', reason: 'alias', of: 'main' },
        { name: 'v1', reason: 'no_commit' },
      ],
      more: 0,
      shallow: false,
    });
    const packed = await readFile(join(remote.dir, 'packed-refs'), 'latin1');
    for (const line of [`${tip} refs/heads/caf\xe8`, `${tip} refs/heads/caf\xe9`, `${tag} refs/heads/v1`])
      expect(packed).toContain(line);
    const logs = await database.db.select().from(jobLogs).where(eq(jobLogs.jobId, job.id));
    expect(logs.filter(({ line }) => line.startsWith('trunk is another name of main'))).toHaveLength(1);

    const { job: asked } = await jobs.run({ repoId: repo.id, kind: 'rebase_branch', branch: 'a-too' });
    expect(asked).toMatchObject({
      errorCode: 'BRANCH_NOT_FOUND',
      message: expect.stringContaining('a-too is another name of a'),
      errorHint: 'Nothing was moved. Name a instead.',
    });

    for (const name of ['trunk', 'a-too'])
      await git(['symbolic-ref', '-d', `refs/heads/${name}`], { gitDir: remote.dir });
    await removeOddRefs(remote.dir, ['caf\xe8', 'caf\xe9', 'v1']);
    await jobs.run({ repoId: repo.id, kind: 'sync_repo' });
    expect(await leftOut(repo.id)).toBe(null);
  });

  it('a trunk that is an alias is the trunk, and what it stands for is no branch on it', async () => {
    const remote = await behind();
    await git(['symbolic-ref', 'refs/heads/trunk', 'refs/heads/main'], { gitDir: remote.dir });
    const repo = await jobs.add(remote);
    await database.db.update(repos).set({ trunk: 'trunk', trunkTip: null }).where(eq(repos.id, repo.id));
    await jobs.run({ repoId: repo.id, kind: 'register_existing_branch', branch: 'a', parent: 'trunk' });
    const main = await remote.tip('main');
    const { job } = await jobs.run({ repoId: repo.id, kind: 'restack_repo' });
    expect(job).toMatchObject({ status: 'completed', message: 'Moved 1 branch.' });
    expect(await remote.tip('main')).toBe(main);
    expect(await remote.contains('a', 'trunk')).toBe(true);
    expect(await leftOut(repo.id)).toMatchObject({ refs: [{ name: 'main', reason: 'alias', of: 'trunk' }] });
  });

  it('a partial clone is called that, and not damaged; the repository that it was made from is read in its place', async () => {
    const remote = await behind();
    await remote.config('uploadpack.allowFilter', 'true');
    const partial = join(database.dir, 'partial.git');
    await git(['clone', '--quiet', '--bare', '--filter=blob:none', pathToFileURL(remote.dir).href, partial]);
    const repo = await jobs.add(openRemote(partial));
    expect(repo.trunkTip).toBe(null);
    const { job } = await jobs.run({ repoId: repo.id, kind: 'sync_repo' });
    expect(job).toMatchObject({ status: 'error', errorCode: 'REMOTE_REFUSED' });
    expect(job.errorHint).toContain('The remote is a partial clone');
    await database.db.update(repos).set({ url: remote.dir }).where(eq(repos.id, repo.id));
    expect((await jobs.run({ repoId: repo.id, kind: 'sync_repo' })).job.status).toBe('completed');
  });

  it('a commit with an odd date is restacked like any other, and keeps that date', async () => {
    const remote = await behind();
    for (const [name, seconds] of [
      ['micro', '1700000000000000'],
      ['early', '-86400'],
    ]) {
      const tree = await gitText(['rev-parse', 'a^{tree}'], { gitDir: remote.dir });
      const person = `Ada <a@b> ${seconds} +0000`;
      const input = `tree ${tree}\nparent ${await remote.tip('a')}\nauthor ${person}\ncommitter ${person}\n\n${name}\n`;
      const args = ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'];
      const id = await gitText(args, { gitDir: remote.dir, input });
      await git(['update-ref', `refs/heads/${name}`, id], { gitDir: remote.dir });
    }
    const repo = await registered(remote);
    for (const branch of ['micro', 'early'])
      await jobs.run({ repoId: repo.id, kind: 'register_existing_branch', branch, parent: 'a' });
    const { job } = await jobs.run({ repoId: repo.id, kind: 'restack_repo' });
    expect(job).toMatchObject({ status: 'completed', message: 'Moved 3 branches.' });
    const of = (name: string) => gitText(['cat-file', 'commit', name], { gitDir: remote.dir });
    expect(await of('micro')).toContain('author Ada <a@b> 1700000000000000 +0000');
    expect(await of('early')).toContain('author Ada <a@b> -86400 +0000');
  });

  it('a commit without an author is restacked like any other, and gets none', async () => {
    const remote = await behind();
    const tree = await gitText(['rev-parse', 'a^{tree}'], { gitDir: remote.dir });
    const input = `tree ${tree}\nparent ${await remote.tip('main~1')}\n\nNobody\n`;
    const args = ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'];
    const id = await gitText(args, { gitDir: remote.dir, input });
    await git(['update-ref', 'refs/heads/nobody', id], { gitDir: remote.dir });
    const repo = await registered(remote);
    await jobs.run({ repoId: repo.id, kind: 'register_existing_branch', branch: 'nobody', parent: 'main' });
    const { job } = await jobs.run({ repoId: repo.id, kind: 'restack_repo' });
    expect(job).toMatchObject({ status: 'completed', message: 'Moved 2 branches.' });
    const made = await gitText(['cat-file', 'commit', 'nobody'], { gitDir: remote.dir });
    expect(made).not.toMatch(/^author/m);
  });
});

describe('a ref that is broken on the remote', () => {
  const missing = '1234567890123456789012345678901234567890';

  /** main ← a ← b and main ← x, all tracked; then `name` is broken. */
  async function broken(name: string, content: string) {
    const remote = await behind();
    await remote.from('a').branch('b').commit('B', { 'b.txt': '1\n' }).write();
    await remote.from('main').branch('x').commit('X', { 'x.txt': '1\n' }).write();
    const repo = await jobs.add(remote);
    await jobs.run({ repoId: repo.id, kind: 'register_existing_branch', suggested: true });
    const before = await remote.tips();
    await remote.from('main').commit('Further', { 'further.txt': '1\n' }).write();
    await writeFile(join(remote.dir, 'refs/heads', name), content);
    return { remote, before, repoId: repo.id };
  }
  const say = async (jobId: string) =>
    (await database.db.select().from(jobLogs).where(eq(jobLogs.jobId, jobId))).map(({ line }) => line).join('\n');

  it.each([`${missing}\n`, '', 'garbage\n'])(
    'is named and not called deleted, and all else is read',
    async (content) => {
      const { remote, before, repoId } = await broken('a', content);
      const { job } = await jobs.run({ repoId, kind: 'sync_repo' });
      expect(job).toMatchObject({ status: 'completed', result: { gone: [] } });
      expect(await leftOut(repoId)).toEqual({ refs: [{ name: 'a', reason: 'broken' }], more: 0, shallow: false });
      expect(await say(job.id)).toContain('a is left alone: it is broken on the remote');
      const rows = await jobs.rows(repoId);
      expect(rows.get('a')).toMatchObject({ tip: before.a, gone: false, tracked: true, parent: 'main' });
      expect(rows.get('b')).toMatchObject({ parent: 'a', needsRestack: false });
      expect(rows.get('x')?.needsRestack).toBe(true);

      await writeFile(join(remote.dir, 'refs/heads/a'), `${before.a}\n`);
      expect((await jobs.run({ repoId, kind: 'restack_repo' })).job.message).toBe('Moved 3 branches.');
      expect(await leftOut(repoId)).toBe(null);
    },
  );

  it.each([`${missing}\n`, ''])(
    'is not moved, nor is what stands on it, and the reason is that it is broken',
    async (content) => {
      const { repoId } = await broken('a', content);
      const restacked = await jobs.run({ repoId, kind: 'restack_subtree', branches: ['a', 'b'] });
      expect(restacked.job).toMatchObject({ status: 'completed', message: 'Held back a, b.' });
      expect(await say(restacked.job.id)).toContain('bad object refs/heads/a: it names nothing there');
      const { job } = await jobs.run({ repoId, kind: 'rebase_branch', branch: 'a' });
      expect(job).toMatchObject({ status: 'error', errorCode: 'PUSH_REJECTED' });
      expect(job.errorHint).toContain('The repository of the remote is damaged');
    },
  );

  it('a git that has one takes no push at all: that fails once, in its words, and blames no branch', async () => {
    for (const name of ['zz', 'bad..name']) {
      const { remote, repoId } = await broken(name, `${missing}\n`);
      const { job, moves } = await jobs.run({ repoId, kind: 'restack_repo' });
      expect(job).toMatchObject({
        status: 'error',
        errorCode: 'PUSH_REJECTED',
        message: `The remote did not take the push: bad object refs/heads/${name}`,
        errorHint: expect.stringMatching(/^Nothing was moved\. The repository of the remote is damaged/),
        attempt: 1,
        result: { heldBack: [] },
      });
      expect(moves.every(({ state }) => state === 'abandoned')).toBe(true);
      await rm(join(remote.dir, 'refs/heads', name));
      expect((await jobs.run({ repoId, kind: 'restack_repo' })).job.message).toBe('Moved 3 branches.');
    }
  });

  it('that is trunk ends each job, which says so, and not that trunk is gone', async () => {
    const { remote, before, repoId } = await broken('main', `${missing}\n`);
    const { job } = await jobs.run({ repoId, kind: 'restack_repo' });
    expect(job).toMatchObject({ status: 'error', errorCode: 'BRANCH_NOT_FOUND' });
    expect(job.message).toContain('The trunk cannot be read. main is left alone: it is broken on the remote');
    expect((await jobs.rows(repoId)).get('a')).toMatchObject({ tip: before.a, gone: false });
    await writeFile(join(remote.dir, 'refs/heads/main'), `${before.main}\n`);
    expect((await jobs.run({ repoId, kind: 'restack_repo' })).job.message).toBe('Moved 2 branches.');
  });

  it('a branch cannot be made under its name', async () => {
    const { repoId } = await broken('zz', '');
    const { job } = await jobs.run({ repoId, kind: 'create_branch', branch: 'zz', parent: 'main' });
    expect(job).toMatchObject({ status: 'error', errorCode: 'PUSH_REJECTED' });
    expect(job.message).toContain('bad object refs/heads/zz');
  });
});

describe('a remote of another kind', () => {
  it('that is shallow is restacked, and says what it is', async () => {
    const whole = await behind();
    const dir = join(database.dir, `shallow${count}.git`);
    await git(['clone', '--quiet', '--bare', '--depth=2', '--no-single-branch', pathToFileURL(whole.dir).href, dir]);
    const remote = openRemote(dir);
    const repo = await registered(remote);
    const { job } = await jobs.run({ repoId: repo.id, kind: 'restack_repo' });
    expect(job).toMatchObject({ status: 'completed', message: 'Moved 1 branch.' });
    expect(await remote.contains('a', 'main')).toBe(true);
    expect(await leftOut(repo.id)).toEqual({ refs: [], more: 0, shallow: true });
  });

  it('that is so shallow that a branch has nothing in common with trunk moves nothing, and says why', async () => {
    const whole = await behind();
    const dir = join(database.dir, `shallower${count}.git`);
    await git(['clone', '--quiet', '--bare', '--depth=1', '--no-single-branch', pathToFileURL(whole.dir).href, dir]);
    const remote = openRemote(dir);
    const before = await remote.tips();
    const repo = await jobs.add(remote);
    const asked = { repoId: repo.id, branch: 'a', parent: 'main' };
    const { job } = await jobs.run({ ...asked, kind: 'register_existing_branch' });
    expect(job).toMatchObject({ status: 'error' });
    expect(job.message).toContain('has no commit in common with main');
    expect(job.errorHint).toContain('git fetch --unshallow');
    await jobs.run({ repoId: repo.id, kind: 'restack_repo' });
    expect(await remote.tips()).toEqual(before);
  });

  it('that names its objects by SHA-256 is restacked', async () => {
    count += 1;
    const dir = join(database.dir, `sha256-${count}.git`);
    await git(['init', '--quiet', '--bare', '--object-format=sha256', '--initial-branch=main', dir]);
    const remote = openRemote(dir);
    await writeBranch(remote);
    await remote.from('main').commit('Next', { 'next.txt': '1\n' }).write();
    const repo = await registered(remote);
    const { job, moves } = await jobs.run({ repoId: repo.id, kind: 'restack_repo' });
    expect(job).toMatchObject({ status: 'completed', message: 'Moved 1 branch.' });
    expect(moves[0]?.after).toHaveLength(64);
    const { job: undo } = await jobs.run({ repoId: repo.id, kind: 'undo', undoOf: job.id });
    expect(undo).toMatchObject({ status: 'completed' });
    expect(await remote.tip('a')).toBe(moves[0]?.before);
  });
});
