import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Change, createSpicerack, type Spicerack } from '@spicerack/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRemote, type Remote } from '@/demo/remote';
import { addRepo, branchRows, ended, follow, run } from '@/testing/api';
import { type GatedGit, gatedGit } from '@/testing/gated-git';
import { serveHttp } from '@/testing/http';
import { writeStack } from '@/testing/stack';
import { startServer, type TestServer } from '../support/server';

/**
 * The workflow as its users have it: a real server with its executor, real repositories, through the API.
 * Both executors keep the same promises.
 */

/** The promises of the workflow, for one executor; `missing` says why it cannot be had here. */
export function workflowPromises(executor: 'inline' | 'inngest', missing: string | null): void {
  describe.skipIf(missing)(`workflow on ${executor}${missing ? ` (${missing})` : ''}`, () => {
    let dir: string;
    let server: TestServer;
    let client: Spicerack;
    let git: GatedGit;
    let remotes = 0;

    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'spicerack-workflow-'));
      git = await gatedGit(join(dir, 'git'));
      server = await startServer({
        executor,
        env: {
          SPICERACK_GIT: git.program,
          SPICERACK_ENGINE: 'git',
          SPICERACK_RETRY_DELAY: '0.2',
          SPICERACK_NETWORK_TIMEOUT: '4',
          SPICERACK_MAX_ATTEMPTS: '2',
        },
      });
      client = createSpicerack({ url: server.url, requestedBy: 'workflow test' });
    }, 300_000);
    afterAll(async () => {
      await server?.dispose();
      await rm(dir, { recursive: true, force: true });
    });

    const emptyRemote = () => makeRemote(join(dir, `remote-${++remotes}.git`));

    /** A remote with the stack that tests begin with. */
    async function stacked(): Promise<Remote> {
      const remote = await emptyRemote();
      await writeStack(remote);
      return remote;
    }

    /** That stack in Spicerack, all tracked. */
    async function tracked(): Promise<{ remote: Remote; repoId: string }> {
      const remote = await stacked();
      const { repoId } = await addRepo(client, remote.dir);
      const { job } = await run(client, repoId, 'register_existing_branch', { suggested: true });
      expect(job).toMatchObject({ status: 'completed' });
      return { remote, repoId };
    }

    const advance = (remote: Remote, file = 'main.txt') =>
      remote
        .from('main')
        .commit('Main moves', { [file]: `${Math.random()}\n` })
        .write();

    it('sync_repo clones a new repository, finds its trunk and reads its branches', async () => {
      const remote = await stacked();
      const answer = await client.repos.add({ url: remote.dir });
      expect(answer).toMatchObject({ accepted: true, repo: { url: remote.dir, trunk: null } });
      const { job, steps } = await ended(client, answer.jobId);
      expect(job).toMatchObject({
        kind: 'sync_repo',
        status: 'completed',
        attempt: 1,
        executor,
        requestedBy: 'workflow test',
      });
      expect(steps.filter((step) => step.phase === null).map((step) => `${step.step} ${step.status}`)).toEqual([
        'sync completed',
        'act completed',
        'resync completed',
        'finish completed',
      ]);
      expect((await client.repos.get({ repoId: answer.repo.id })).trunk).toBe('main');
      const rows = await branchRows(client, answer.repo.id);
      expect([...rows.values()].map((row) => [row.name, row.tracked, row.suggestedParent])).toEqual([
        ['a', false, 'main'],
        ['b', false, 'a'],
        ['c', false, 'b'],
        ['fix', false, 'main'],
      ]);
    });

    it('register_existing_branch tracks one branch on a given parent, without moving it', async () => {
      const remote = await stacked();
      const { repoId } = await addRepo(client, remote.dir);
      const before = await remote.tips();
      const { job } = await run(client, repoId, 'register_existing_branch', { branch: 'a', parent: 'main' });
      expect(job.status).toBe('completed');
      expect((await branchRows(client, repoId)).get('a')).toMatchObject({
        tracked: true,
        parent: 'main',
        base: before.main,
      });
      expect(await remote.tips()).toEqual(before);
    });

    it('restack_repo puts every tracked branch onto its parent, on the remote', async () => {
      const { remote, repoId } = await tracked();
      await advance(remote);
      const { job, moves } = await run(client, repoId, 'restack_repo');
      expect(job).toMatchObject({ status: 'completed', engine: 'git' });
      expect(moves.map((move) => move.branch).sort()).toEqual(['a', 'b', 'c', 'fix']);
      const tips = await remote.tips();
      for (const move of moves) expect(tips[move.branch]).toBe(move.after);
      expect(await remote.subjects('c', 'main')).toEqual(['A', 'B', 'C']);
      for (const [branch, parent] of [
        ['a', 'main'],
        ['b', 'a'],
        ['c', 'b'],
        ['fix', 'main'],
      ] as const) {
        expect(await remote.contains(branch, tips[parent] ?? '')).toBe(true);
      }
      expect([...(await branchRows(client, repoId)).values()].filter((row) => row.needsRestack)).toEqual([]);
    });

    it('restack_repo holds back a conflicting branch with its files and all above it, and completes the rest', async () => {
      const { remote, repoId } = await tracked();
      await remote.from('b').branch('b').commit('B edits app', { 'app.txt': 'one\nB\nthree\n' }).write();
      await remote.from('b').branch('c').commit('C again', { 'c.txt': 'c\n' }).write();
      await run(client, repoId, 'register_existing_branch', { branch: 'c', parent: 'b' });
      const before = await remote.tips();
      await remote.from('main').commit('Main edits app', { 'app.txt': 'one\nmain\nthree\n' }).write();
      const { job } = await run(client, repoId, 'restack_repo');
      expect(job.status).toBe('completed');
      expect(job.message).toMatch(/held back/);
      const held = new Map(job.result?.heldBack.map(({ branch, reason }) => [branch, reason]));
      expect([...held.keys()].sort()).toEqual(['b', 'c', 'fix']);
      expect(held.get('b')).toMatchObject({ kind: 'conflict', subject: 'B edits app', files: [{ path: 'app.txt' }] });
      expect(held.get('c')).toEqual({ kind: 'below', branch: 'b' });
      const after = await remote.tips();
      expect(after.b).toBe(before.b);
      expect(after.c).toBe(before.c);
      expect(await remote.contains('a', after.main ?? '')).toBe(true);
    });

    it('restack_subtree moves the branch and all above it, and nothing else', async () => {
      const { remote, repoId } = await tracked();
      const before = await remote.tips();
      await advance(remote);
      const { job, moves } = await run(client, repoId, 'restack_subtree', { branch: 'a' });
      expect(job.status).toBe('completed');
      expect(moves.map((move) => move.branch)).toEqual(['a', 'b', 'c']);
      expect((await remote.tips()).fix).toBe(before.fix);
    });

    it('rebase_branch moves the branch alone; those above need a restack', async () => {
      const { remote, repoId } = await tracked();
      await advance(remote);
      const { job, moves } = await run(client, repoId, 'rebase_branch', { branch: 'a' });
      expect(job.status).toBe('completed');
      expect(moves.map((move) => move.branch)).toEqual(['a']);
      const rows = await branchRows(client, repoId);
      expect([rows.get('a')?.needsRestack, rows.get('b')?.needsRestack]).toEqual([false, true]);
      const restack = await run(client, repoId, 'restack_subtree', { branch: 'b' });
      expect(restack.job.status).toBe('completed');
      expect(await remote.subjects('c', 'main')).toEqual(['A', 'B', 'C']);
    });

    it('reparent_branch moves the branch with all above it onto another branch', async () => {
      const { remote, repoId } = await tracked();
      const { job } = await run(client, repoId, 'reparent_branch', { branch: 'b', parent: 'fix' });
      expect(job.status).toBe('completed');
      expect(await remote.subjects('c', 'main')).toEqual(['Fix two', 'B', 'C']);
      expect((await branchRows(client, repoId)).get('b')).toMatchObject({
        parent: 'fix',
        base: await remote.tip('fix'),
      });
    });

    it('sync_repo finds merged and squash-merged branches and retargets what stood on them', async () => {
      const { remote, repoId } = await tracked();
      await remote.merge('a', 'squash');
      await remote.delete('a');
      const { job, moves } = await run(client, repoId, 'sync_repo');
      expect(job.status).toBe('completed');
      expect(job.result?.merged).toEqual([{ branch: 'a', into: 'main', onto: 'main' }]);
      expect(moves.map((move) => [move.branch, move.parentBefore, move.parentAfter])).toEqual([
        ['b', 'a', 'main'],
        ['c', 'b', 'b'],
      ]);
      expect(await remote.subjects('c', 'main')).toEqual(['B', 'C']);
      const rows = await branchRows(client, repoId);
      expect(rows.get('a')).toMatchObject({ merged: true });
      // What merely is behind trunk is left to a restack.
      expect(rows.get('fix')).toMatchObject({ needsRestack: true });
    });

    it('ends with CONFLICT and moves nothing when the action’s own branch conflicts', async () => {
      const { remote, repoId } = await tracked();
      await remote.from('main').commit('Main edits app', { 'app.txt': 'one\nmain\nthree\n' }).write();
      const before = await remote.tips();
      const { job } = await run(client, repoId, 'rebase_branch', { branch: 'fix' });
      expect(job).toMatchObject({
        status: 'error',
        errorCode: 'CONFLICT',
        message: expect.stringContaining('app.txt'),
      });
      expect(job.errorHint).toBeTruthy();
      expect(await remote.tips()).toEqual(before);
    });

    it('undoes a restack on the remote and in the rows, and undoes the undo', async () => {
      const { remote, repoId } = await tracked();
      await run(client, repoId, 'reparent_branch', { branch: 'c', parent: 'a' });
      await advance(remote);
      const before = await remote.tips();
      const restack = await run(client, repoId, 'reparent_branch', { branch: 'c', parent: 'fix' });
      const after = await remote.tips();
      const undo = await client.jobs.undo({ jobId: restack.job.id });
      expect((await ended(client, undo.jobId)).job).toMatchObject({
        kind: 'undo',
        status: 'completed',
        undoOf: restack.job.id,
      });
      expect(await remote.tips()).toEqual(before);
      expect((await branchRows(client, repoId)).get('c')?.parent).toBe('a');
      const redo = await client.jobs.undo({ jobId: undo.jobId });
      expect((await ended(client, redo.jobId)).job.status).toBe('completed');
      expect(await remote.tips()).toEqual(after);
      expect((await branchRows(client, repoId)).get('c')?.parent).toBe('fix');
      // The first one is no longer where an undo of it would start.
      await run(client, repoId, 'reparent_branch', { branch: 'c', parent: 'a' });
      await expect(client.jobs.undo({ jobId: restack.job.id })).rejects.toThrow(/c moved in #\d+/);
    });

    it('holds back a branch that the remote protects with what stands on it, and the rest goes through', async () => {
      const { remote, repoId } = await tracked();
      await remote.protect('b', 'b is frozen');
      await advance(remote);
      const before = await remote.tips();
      const { job } = await run(client, repoId, 'restack_repo');
      expect(job.status).toBe('completed');
      expect(job.result?.heldBack).toMatchObject([
        { branch: 'b', reason: { kind: 'protected', message: expect.stringContaining('frozen') } },
        { branch: 'c', reason: { kind: 'below', branch: 'b' } },
      ]);
      const after = await remote.tips();
      expect([after.b, after.c]).toEqual([before.b, before.c]);
      expect(await remote.contains('a', after.main ?? '')).toBe(true);
    });

    it('takes in what somebody pushes between the plan and the push, and overwrites nothing', async () => {
      const { remote, repoId } = await tracked();
      await advance(remote);
      await git.hold('push');
      const { jobId } = await client.jobs.run({ repoId, kind: 'restack_repo' });
      await git.reached('push');
      await remote.from('b').branch('b').commit('Somebody else', { 'else.txt': 'x\n' }).write();
      await git.release('push');
      const { job } = await ended(client, jobId);
      expect(job.status).toBe('completed');
      expect(await remote.subjects('c', 'main')).toEqual(['A', 'B', 'Somebody else', 'C']);
    });

    it('runs jobs of one repo one at a time in the order they were accepted, and those of another beside them', async () => {
      const [one, other] = [await tracked(), await tracked()];
      await advance(one.remote);
      await git.hold('push');
      const accepted = [];
      for (const kind of ['restack_repo', 'rebase_branch', 'reparent_branch'] as const) {
        const fields =
          kind === 'restack_repo' ? {} : kind === 'rebase_branch' ? { branch: 'b' } : { branch: 'fix', parent: 'c' };
        accepted.push(await client.jobs.run({ repoId: one.repoId, kind, ...fields }));
      }
      await git.reached('push');
      // Nothing to push in the other repo, so nothing holds it.
      expect((await run(client, other.repoId, 'sync_repo')).job.status).toBe('completed');
      const statuses = await Promise.all(accepted.map(({ jobId }) => client.jobs.get({ jobId })));
      expect(statuses.map(({ job }) => job.status)).toEqual(['running', 'queued', 'queued']);
      await git.release('push');
      const details = await Promise.all(accepted.map(({ jobId }) => ended(client, jobId)));
      expect(details.map(({ job }) => job.status)).toEqual(['completed', 'completed', 'completed']);
      const times = details.flatMap(({ job }) => [job.startedAt ?? '', job.finishedAt ?? '']);
      expect(times).toEqual([...times].sort());
      expect(await one.remote.subjects('fix', 'main')).toEqual(['A', 'B', 'C', 'Fix two']);
    });

    it('cancels a queued job at once, and a running one before its push, with nothing moved', async () => {
      const { remote, repoId } = await tracked();
      await advance(remote);
      const before = await remote.tips();
      await git.hold('fetch');
      const { jobId: running } = await client.jobs.run({ repoId, kind: 'restack_repo' });
      await git.reached('fetch');
      const { jobId: queued } = await client.jobs.run({ repoId, kind: 'rebase_branch', branch: 'a' });
      expect(await client.jobs.cancel({ jobId: queued })).toMatchObject({ status: 'cancelled' });
      await client.jobs.cancel({ jobId: running });
      expect((await ended(client, running)).job.status).toBe('cancelled');
      await git.release('fetch');
      expect(await remote.tips()).toEqual(before);
      expect((await run(client, repoId, 'restack_repo')).job.status).toBe('completed');
    });

    it('refuses to cancel a job whose push has begun', async () => {
      const { remote, repoId } = await tracked();
      await advance(remote);
      await git.hold('push');
      const { jobId } = await client.jobs.run({ repoId, kind: 'restack_repo' });
      await git.reached('push');
      await expect(client.jobs.cancel({ jobId })).rejects.toThrow(/push/);
      await git.release('push');
      expect((await ended(client, jobId)).job.status).toBe('completed');
    });

    it('goes on by itself after kill -9 and ends as if nothing had happened', async () => {
      for (const verb of ['fetch', 'for-each-ref', 'index-pack', 'push']) {
        const { remote, repoId } = await tracked();
        await advance(remote);
        await git.hold(verb);
        const { jobId } = await client.jobs.run({ repoId, kind: 'restack_repo' });
        await git.reached(verb);
        await server.kill9();
        await git.release(verb);
        await server.restart();
        const { job } = await ended(client, jobId);
        expect([verb, job.status, job.message]).toEqual([verb, 'completed', expect.any(String)]);
        expect(await remote.subjects('c', 'main')).toEqual(['A', 'B', 'C']);
        expect((await run(client, repoId, 'sync_repo')).job.status).toBe('completed');
      }
    }, 240_000);

    it('resumes the feed by cursor over a restart with no gap and no duplicate', async () => {
      const { repoId } = await tracked();
      const { feedCursor } = await client.repos.overview({ repoId });
      const seen: Change[] = [];
      const following = follow(client, { from: feedCursor }, (change) => seen.push(change));
      const until = async (jobId: string) => {
        await expect
          .poll(
            () =>
              seen.some(
                (e) => e.type === 'jobs' && e.op === 'upsert' && e.row.id === jobId && e.row.status === 'completed',
              ),
            { timeout: 50_000 },
          )
          .toBe(true);
      };
      const first = await client.jobs.run({ repoId, kind: 'sync_repo' });
      await until(first.jobId);
      await server.kill9();
      await server.restart();
      const second = await client.jobs.run({ repoId, kind: 'restack_repo' });
      await until(second.jobId);
      following.stop();
      const numbers = seen.map((event) => event.seq);
      expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => feedCursor + 1 + i));
    }, 120_000);

    it('ends within two seconds of SIGTERM with a live stream open, hands its lease back, and goes on when started', async () => {
      const { remote, repoId } = await tracked();
      await advance(remote);
      const following = follow(client, { from: 0 }, () => undefined);
      await git.hold('fetch');
      const { jobId } = await client.jobs.run({ repoId, kind: 'restack_repo' });
      await git.reached('fetch');
      const { code, ms } = await server.stop();
      expect(code).toBe(0);
      expect(ms).toBeLessThan(2000);
      await git.release('fetch');
      await server.restart();
      following.stop();
      expect((await ended(client, jobId)).job).toMatchObject({ status: 'completed', attempt: 2 });
    }, 120_000);

    describe('bad remotes', () => {
      const failed = async (url: string) => {
        const { sync } = await addRepo(client, url);
        expect(sync.job).toMatchObject({ status: 'error', errorHint: expect.stringMatching(/\S/) });
        return sync.job;
      };

      it('says so when the repository does not exist', async () => {
        expect(await failed(join(dir, 'no-such.git'))).toMatchObject({ errorCode: 'REMOTE_UNREACHABLE' });
      });

      it('says so when the remote is empty', async () => {
        expect(await failed((await emptyRemote()).dir)).toMatchObject({
          errorCode: 'BRANCH_NOT_FOUND',
          message: expect.stringContaining('empty'),
        });
      });

      it('says so when the remote demands a login', async () => {
        const remote = await stacked();
        const http = await serveHttp(dir, { user: 'me', password: 'secret' });
        expect(await failed(`${http.url}/${remote.dir.slice(dir.length + 1)}`)).toMatchObject({ errorCode: 'AUTH' });
        await http.close();
      });

      it('says so when the remote hangs, after a limited number of attempts', async () => {
        const http = await serveHttp(dir, { hang: 'all' });
        expect(await failed(`${http.url}/hanging.git`)).toMatchObject({ errorCode: 'TIMEOUT', attempt: 2 });
        await http.close();
      });

      it('follows a trunk that was rewritten, and says so', async () => {
        const { remote, repoId } = await tracked();
        await advance(remote);
        await run(client, repoId, 'restack_repo');
        await remote.from('main~1').branch('main').commit('Another history', { 'other.txt': 'x\n' }).write();
        const { job } = await run(client, repoId, 'restack_repo');
        expect(job).toMatchObject({ status: 'completed', message: expect.stringContaining('rewritten') });
        expect(await remote.subjects('c', 'main')).toEqual(['A', 'B', 'C']);
        expect(await remote.paths('c')).not.toContain('main.txt');
      });

      it('says so when the branch was deleted between accept and run', async () => {
        const { remote, repoId } = await tracked();
        await git.hold('fetch');
        const { jobId } = await client.jobs.run({ repoId, kind: 'rebase_branch', branch: 'fix' });
        await git.reached('fetch');
        await remote.delete('fix');
        await git.release('fetch');
        expect((await ended(client, jobId)).job).toMatchObject({ status: 'error', errorCode: 'BRANCH_NOT_FOUND' });
      });
    });

    describe('tasks', () => {
      it('are created at once on a branch that was never seen, and attached by themselves when it is there', async () => {
        const { remote, repoId } = await tracked();
        await remote.from('a').branch('agent/one').commit('Agent', { 'agent.txt': 'x\n' }).write();
        const task = await client.tasks.create({ repoId, title: 'Look at it', branch: 'agent/one' });
        expect(task).toMatchObject({ branchStatus: 'queued', jobId: expect.any(String) });
        expect((await ended(client, task.jobId ?? '')).job).toMatchObject({
          kind: 'register_existing_branch',
          status: 'completed',
        });
        expect(await client.tasks.get({ taskId: task.id })).toMatchObject({ branchStatus: 'completed' });
        expect((await branchRows(client, repoId)).get('agent/one')).toMatchObject({ tracked: true, parent: 'a' });
      });

      it('show the error of a branch that is nowhere, and are attached by a retry once it is pushed', async () => {
        const { remote, repoId } = await tracked();
        const task = await client.tasks.create({ repoId, title: 'Later', branch: 'agent/two' });
        expect((await ended(client, task.jobId ?? '')).job).toMatchObject({
          status: 'error',
          errorCode: 'BRANCH_NOT_FOUND',
        });
        expect(await client.tasks.get({ taskId: task.id })).toMatchObject({ branchStatus: 'waiting' });
        await remote.from('main').branch('agent/two').commit('Agent', { 'agent.txt': 'x\n' }).write();
        const { jobId } = await client.tasks.retry({ taskId: task.id });
        await ended(client, jobId);
        expect(await client.tasks.get({ taskId: task.id })).toMatchObject({ branchStatus: 'completed', jobId });
      });
    });
  });
}
