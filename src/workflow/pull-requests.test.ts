import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { and, eq } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BranchRow, branches, type JobLogRow, type JobRow, jobLogs, jobs, type RepoRow, repos } from '@/db/schema';
import { makeRemote, type Remote } from '@/demo/remote';
import { insertJob, type NewJob } from '@/queue/accept';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { type FakeGitHub, fakeGitHub } from '@/testing/fake-github';
import { runJob } from './workflow';

/** Real jobs on real remotes, which git takes for those of GitHub by `insteadOf`; the forge alone is a fake. */

let test: TestDatabase;
let github: FakeGitHub;
let remote: Remote;
let repoId: string;
let count = 0;

beforeAll(async () => {
  test = await testDatabase();
  process.env.SPICERACK_DATA_DIR = join(test.dir, 'data');
  process.env.SPICERACK_ENGINE = 'git';
  process.env.SPICERACK_NETWORK_TIMEOUT = '6';
  process.env.GIT_CONFIG_GLOBAL = join(test.dir, 'gitconfig');
  process.env.GITHUB_TOKEN = 'ghp_secret';
  delete process.env.SPICERACK_GITHUB_TOKEN;
  github = await fakeGitHub('acme/shop');
  process.env.SPICERACK_GITHUB_HOSTS = `github.com=${github.apiUrl},git.example.com=${github.apiUrl}`;
});
afterAll(async () => {
  await github.close();
  await test.close();
});

/** main, cart ← pay, and beside them `look`: each with a commit of its own. */
beforeEach(async () => {
  count += 1;
  remote = await makeRemote(join(test.dir, `remote-${count}`, 'acme', 'shop.git'));
  await remote.from('main').commit('Start', { 'app.txt': 'one\n' }).write();
  await remote
    .from('main')
    .branch('cart')
    .commit('Cart', { 'app.txt': 'cart\n' })
    .branch('pay')
    .commit('Pay', { 'pay.txt': 'pay\n' })
    .write();
  await remote.from('main').branch('look').commit('Look', { 'look.txt': 'look\n' }).write();
  await writeFile(
    join(test.dir, 'gitconfig'),
    `[url "file://${test.dir}/remote-${count}/"]
       insteadOf = https://github.com/
       insteadOf = https://git.example.com/`,
  );
  github.pullRequests = [];
  github.protected = {};
  github.manners = 'good';
  github.questions.length = 0;
  await test.db.delete(repos);
  repoId = await addRepo('https://github.com/acme/shop.git');
});

async function addRepo(url: string): Promise<string> {
  const id = uuid();
  await test.db.insert(repos).values({ id, name: 'shop', url });
  return id;
}

/** Runs a job through the workflow, in this process. */
async function run(fields: Pick<NewJob, 'kind'> & Partial<NewJob>): Promise<{ job: JobRow; log: JobLogRow[] }> {
  const id = uuid();
  await test.db.batch([
    insertJob(test.db, { id, repoId, requestedBy: 'test', ...fields }),
    test.db.update(jobs).set({ dispatch: 1 }).where(eq(jobs.id, id)),
  ]);
  await runJob(
    { jobId: id, dispatch: 1 },
    { run: (_name, work) => work() },
    { db: test.db, executor: 'inline', shutdown: new AbortController().signal },
  );
  const [job] = await test.db.select().from(jobs).where(eq(jobs.id, id));
  if (!job) throw new Error('no such job');
  return { job, log: await test.db.select().from(jobLogs).where(eq(jobLogs.jobId, id)) };
}

const sync = () => run({ kind: 'sync_repo' });

async function branch(name: string): Promise<BranchRow> {
  const [row] = await test.db
    .select()
    .from(branches)
    .where(and(eq(branches.repoId, repoId), eq(branches.name, name)));
  if (!row) throw new Error(`no row of ${name}`);
  return row;
}

async function repo(id = repoId): Promise<RepoRow> {
  const [row] = await test.db.select().from(repos).where(eq(repos.id, id));
  if (!row) throw new Error('no such repo');
  return row;
}

describe('a sync of a repository on GitHub', () => {
  it('puts number, state, checks and review beside each branch, and says how fresh they are', async () => {
    const tip = await remote.tip('cart');
    github.pullRequests = [
      { number: 7, branch: 'cart', base: 'main', head: tip, ci: 'FAILURE', review: 'APPROVED' },
      { number: 8, branch: 'pay', base: 'cart', head: await remote.tip('pay'), draft: true },
    ];
    expect((await sync()).job).toMatchObject({ status: 'completed' });
    expect(await branch('cart')).toMatchObject({
      prNumber: 7,
      prState: 'open',
      prUrl: 'https://github.com/acme/shop/pull/7',
      prBase: 'main',
      prHead: tip,
      ci: 'failure',
      review: 'approved',
    });
    expect(await branch('pay')).toMatchObject({ prNumber: 8, prState: 'draft', ci: null });
    expect(await branch('look')).toMatchObject({ prNumber: null, prState: null });
    const { webUrl, prSyncedAt, prError, prErrorCode } = await repo();
    expect({ webUrl, prError, prErrorCode }).toEqual({
      webUrl: 'https://github.com/acme/shop',
      prError: null,
      prErrorCode: null,
    });
    expect(prSyncedAt).not.toBeNull();
  });

  it('asks once a job, and what it heard outlasts the rest of the job', async () => {
    github.pullRequests = [{ number: 7, branch: 'look', base: 'pay', head: await remote.tip('look') }];
    await run({ kind: 'register_existing_branch', suggested: true });
    expect(github.questions.filter(({ operation }) => operation === 'openPullRequests')).toHaveLength(1);
    expect(await branch('look')).toMatchObject({ tracked: true, parent: 'pay', prNumber: 7 });
  });

  it('leaves what the forge protects, and what many pull requests go into, out of the suggestions, as long as it says so', async () => {
    github.protected = { look: 'look' };
    for (const name of ['x', 'y', 'z']) {
      await remote
        .from('cart')
        .branch(name)
        .commit(name, { [name]: 'x' })
        .write();
    }
    github.pullRequests = await Promise.all(
      ['x', 'y', 'z'].map(async (name, i) => ({
        number: i + 1,
        branch: name,
        base: 'cart',
        head: await remote.tip(name),
      })),
    );
    await run({ kind: 'register_existing_branch', suggested: true });
    expect(await branch('look')).toMatchObject({ tracked: false, keptReason: 'protected' });
    expect(await branch('cart')).toMatchObject({ tracked: false, keptReason: 'pull_requests' });
    expect(await branch('x')).toMatchObject({ tracked: true, parent: 'cart', keptReason: null });
    // What the forge does not say is as it was.
    github.manners = 'bad_gateway';
    await sync();
    expect(await branch('look')).toMatchObject({ keptReason: 'protected' });
    github.manners = 'good';
    github.protected = {};
    await sync();
    expect(await branch('look')).toMatchObject({ keptReason: null });
  });

  it("suggests a pull request's base as the parent", async () => {
    github.pullRequests = [{ number: 7, branch: 'look', base: 'pay', head: await remote.tip('look') }];
    await sync();
    expect((await branch('look')).suggestedParent).toBe('pay');
  });

  it('finds a branch merged by its pull request alone, also when it is deleted, and moves its child to trunk', async () => {
    await run({ kind: 'register_existing_branch', suggested: true });
    const head = await remote.tip('cart');
    // What was merged was edited further on trunk, so contents do not tell.
    await remote.from('main').commit('Cart (#7), and more', { 'app.txt': 'a cart, in other words\n' }).write();
    await remote.delete('cart');
    github.pullRequests = [{ number: 7, branch: 'cart', base: 'main', head, state: 'MERGED' }];
    const { job } = await sync();
    expect(job).toMatchObject({ status: 'completed', result: { merged: [{ branch: 'cart', into: 'main' }] } });
    expect(await branch('cart')).toMatchObject({ merged: true, gone: false, prState: 'merged' });
    expect(await branch('pay')).toMatchObject({ parent: 'main', needsRestack: false });
    expect(await remote.subjects('pay', 'main')).toEqual(['Pay']);

    // It stays so, and is not asked about again.
    github.questions.length = 0;
    await sync();
    expect(await branch('cart')).toMatchObject({ merged: true, prState: 'merged' });
    const lookedUp = github.questions.flatMap(({ variables }) => Object.values(variables));
    expect(lookedUp).toContain('look');
    expect(lookedUp).not.toContain('cart');
  });

  it('does not take a branch for merged whose pull request went elsewhere, or had another head', async () => {
    await run({ kind: 'register_existing_branch', suggested: true });
    github.pullRequests = [
      { number: 7, branch: 'cart', base: 'main', head: await remote.tip('main'), state: 'MERGED' },
      { number: 8, branch: 'pay', base: 'look', head: await remote.tip('pay'), state: 'MERGED' },
      { number: 9, branch: 'look', base: 'main', head: await remote.tip('look'), state: 'CLOSED' },
    ];
    const { job } = await sync();
    expect(job.result?.merged).toEqual([]);
    for (const name of ['cart', 'pay', 'look']) expect((await branch(name)).merged).toBe(false);
    expect((await branch('look')).prState).toBe('closed');
  });

  it('takes a branch for merged that was deleted after it was merged with commits that no sync has seen', async () => {
    await run({ kind: 'register_existing_branch', suggested: true });
    await remote.from('cart').commit('Late', { 'app.txt': 'late\n' }).write();
    const head = await remote.tip('cart');
    // Squashed, and edited further at the same time: the contents do not tell.
    await remote.from('main').commit('Cart, and more', { 'app.txt': 'more\n' }).write();
    await remote.delete('cart');
    github.pullRequests = [{ number: 7, branch: 'cart', base: 'main', head, state: 'MERGED' }];
    const { job } = await sync();
    expect(job.result).toMatchObject({
      merged: [{ branch: 'cart', into: 'main', onto: 'main' }],
      gone: [],
      heldBack: [],
    });
    expect(await branch('cart')).toMatchObject({ merged: true, gone: false, tip: head });
    expect(await remote.subjects('pay', 'main')).toEqual(['Pay']);
    expect((await sync()).job.result).toMatchObject({ merged: [], gone: [] });
  });

  it('tells of nothing that is taken away where what was merged, newer than it was seen, was edited and deleted then', async () => {
    await run({ kind: 'register_existing_branch', suggested: true });
    await remote.from('cart').commit('Late', { 'late.txt': 'late\n' }).write();
    const head = await remote.tip('cart');
    await remote.merge('cart', 'squash');
    await remote.from('main').commit('Edit', { 'app.txt': 'edited\n', 'late.txt': 'edited\n' }).write();
    await remote.delete('cart');
    github.pullRequests = [{ number: 7, branch: 'cart', base: 'main', head, state: 'MERGED' }];
    const { job } = await run({ kind: 'restack_repo' });
    expect(job).toMatchObject({
      message: expect.not.stringContaining('took away'),
      result: { left: [], heldBack: [] },
    });
    expect(await branch('cart')).toMatchObject({ merged: true, gone: false, tip: head });
    expect(await remote.subjects('pay', 'main')).toEqual(['Pay']);
  });

  it('calls a branch gone that was pushed to after it was merged, and deleted then', async () => {
    await run({ kind: 'register_existing_branch', suggested: true });
    const head = await remote.tip('cart');
    await remote.from('cart').commit('Late', { 'late.txt': 'late\n' }).write();
    await sync();
    await remote.from('main').commit('Cart, and more', { 'app.txt': 'more\n' }).write();
    await remote.delete('cart');
    github.pullRequests = [{ number: 7, branch: 'cart', base: 'main', head, state: 'MERGED' }];
    expect((await sync()).job.result).toMatchObject({ merged: [], gone: ['cart'] });
  });

  it('knows from the forge what of a branch has landed, and what was pushed on top is open', async () => {
    await run({ kind: 'register_existing_branch', suggested: true });
    const head = await remote.tip('cart');
    await remote.from('main').commit('Cart, and more', { 'app.txt': 'more\n' }).write();
    await remote.from('cart').commit('Late', { 'late.txt': 'late\n' }).write();
    github.pullRequests = [{ number: 7, branch: 'cart', base: 'main', head, state: 'MERGED' }];
    await sync();
    expect(await branch('cart')).toMatchObject({ merged: false, base: head, ahead: 1, forecast: { outcome: 'clean' } });
    await run({ kind: 'rebase_branch', branch: 'cart' });
    expect(await remote.subjects('cart', 'main')).toEqual(['Late']);
  });

  it('knows it too where the branch was deleted, and its name used again, before anybody looked', async () => {
    await run({ kind: 'register_existing_branch', suggested: true });
    const head = await remote.tip('cart');
    await remote.from('main').commit('Cart, and more', { 'app.txt': 'more\n' }).write();
    await remote.from('main').branch('cart').commit('Another cart', { 'another.txt': 'cart\n' }).write();
    github.pullRequests = [{ number: 7, branch: 'cart', base: 'main', head, state: 'MERGED' }];
    const { job } = await run({ kind: 'restack_repo' });
    expect(job.result).toMatchObject({
      landed: [{ branch: 'cart', subject: 'Cart', into: 'main' }],
      merged: [],
      left: [],
      heldBack: [],
    });
    expect(await branch('cart')).toMatchObject({ merged: false, ahead: 1 });
    expect(await remote.subjects('pay', 'main')).toEqual(['Another cart', 'Pay']);
  });

  it('takes the forge’s word back when trunk is put back, and does not take it again', async () => {
    await run({ kind: 'register_existing_branch', suggested: true });
    const before = await remote.tip('main');
    github.pullRequests = [
      { number: 7, branch: 'look', base: 'main', head: await remote.tip('look'), state: 'MERGED' },
    ];
    await remote.from('main').commit('Look, and more', { 'look.txt': 'more\n' }).write();
    expect((await sync()).job.result?.merged).toMatchObject([{ branch: 'look' }]);
    await remote.move('main', before);
    for (let times = 0; times < 2; times++) {
      expect((await sync()).job.result?.merged).toEqual([]);
      expect((await branch('look')).merged).toBe(false);
    }
  });

  it('completes when GitHub refuses, with a warning, and keeps what it knew', async () => {
    github.pullRequests = [
      { number: 7, branch: 'look', base: 'pay', head: await remote.tip('look'), ci: 'PENDING', review: 'APPROVED' },
    ];
    await sync();
    const before = await repo();
    github.manners = 'bad_credentials';
    const { job, log } = await sync();
    expect(job.status).toBe('completed');
    expect(log.filter(({ level }) => level === 'warn').map(({ line }) => line)).toEqual([
      expect.stringContaining('Bad credentials'),
    ]);
    const after = await repo();
    expect(after).toMatchObject({ prErrorCode: 'auth', prError: expect.stringContaining('Bad credentials') });
    expect(after.prSyncedAt).toBe(before.prSyncedAt);
    expect(String(after.prErrorAt) > String(after.prSyncedAt)).toBe(true);
    expect(JSON.stringify([after, log])).not.toContain('ghp_secret');
    expect(await branch('look')).toMatchObject({
      prNumber: 7,
      ci: 'pending',
      review: 'approved',
      suggestedParent: 'pay',
    });

    github.manners = 'good';
    await sync();
    const mended = await repo();
    expect(mended).toMatchObject({ prErrorCode: null, prError: null, prErrorAt: null });
    expect(String(mended.prSyncedAt) > String(after.prErrorAt)).toBe(true);
  });

  it('forgets a pull request that is no longer of this branch', async () => {
    github.pullRequests = [{ number: 7, branch: 'look', base: 'main', head: await remote.tip('look'), ci: 'SUCCESS' }];
    await sync();
    github.pullRequests = [];
    await sync();
    expect(await branch('look')).toMatchObject({ prNumber: null, prState: null, prUrl: null, prBase: null, ci: null });
  });

  it('asks nothing without a token, and says that one is needed', async () => {
    repoId = await addRepo('https://git.example.com/acme/shop.git');
    const { job, log } = await sync();
    expect(job.status).toBe('completed');
    expect(log.filter(({ level }) => level === 'warn')).toEqual([]);
    expect(github.questions).toEqual([]);
    expect(await repo()).toMatchObject({
      webUrl: 'https://git.example.com/acme/shop',
      prErrorCode: 'token_missing',
      prError: expect.stringContaining('SPICERACK_GITHUB_TOKEN'),
      prSyncedAt: null,
    });
  });

  it('asks nothing and finds nothing wrong where there is no forge', async () => {
    repoId = await addRepo(remote.dir);
    expect((await sync()).job.status).toBe('completed');
    expect(github.questions).toEqual([]);
    expect(await repo()).toMatchObject({ webUrl: null, prErrorCode: null, prError: null, prSyncedAt: null });
  });

  // Last: an API that did not answer is left alone for a while.
  it('waits no longer than the limit for a GitHub that does not answer', async () => {
    github.manners = 'hung';
    expect((await sync()).job.status).toBe('completed');
    expect(await repo()).toMatchObject({ prErrorCode: 'timeout' });
    await sync();
    expect(github.questions).toHaveLength(1);
    expect(await repo()).toMatchObject({ prErrorCode: 'timeout' });
  });
});
