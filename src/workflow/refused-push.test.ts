import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JobMoveRow, type JobRow, jobLogs, jobs, repos } from '@/db/schema';
import { makeRemote, type Remote } from '@/demo/remote';
import { git, gitText } from '@/git/process/run';
import { cancelJob } from '@/queue/cancel';
import { NOW } from '@/queue/lease';
import { undoOffer } from '@/queue/undo';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { type HttpRemotes, serveHttp } from '@/testing/http';
import { type InProcess, inProcess } from '@/testing/in-process';

describe('a push that the far side refuses did not happen', () => {
  let dir: string;
  let test: TestDatabase;
  let app: InProcess;
  let http: HttpRemotes;
  let remotes = 0;
  const answer = () => join(dir, 'ssh-says');
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'spicerack-refused-'));
    // A fake ssh, for a server of it is not everywhere: it runs here what it is to run there, or says no to a push.
    const ssh = join(dir, 'ssh');
    const script = `for last; do :; done
case "$last" in *receive-pack*) if [ -f '${answer()}' ]; then cat '${answer()}' >&2; exit 1; fi ;; esac
eval "$last"`;
    await writeFile(ssh, `#!/bin/sh\n${script}\n`);
    await chmod(ssh, 0o755);
    Object.assign(process.env, {
      SPICERACK_DATA_DIR: join(dir, 'data'),
      SPICERACK_RETRY_DELAY: '0.05',
      SPICERACK_MAX_ATTEMPTS: '3',
      SPICERACK_ENGINE: 'git',
      SPICERACK_ALLOW_LOCAL: '1',
      GIT_SSH_COMMAND: ssh,
    });
    test = await testDatabase();
    app = inProcess(test.db);
    http = await serveHttp(dir);
  });
  afterAll(async () => {
    await http.close();
    await test.close();
    await rm(dir, { recursive: true, force: true });
  });

  /** a ← b on main, tracked, behind main. */
  async function stacked(address: (remote: Remote) => string = ({ dir: path }) => path) {
    const remote = await makeRemote(join(dir, `remote-${++remotes}.git`));
    await remote.from('main').branch('main').commit('Start', { 'app.txt': 'one\n' }).write();
    const a = remote.from('main').branch('a').commit('A', { 'a.txt': 'a\n' });
    await a.branch('b').commit('B', { 'b.txt': 'b\n' }).write();
    const repoId = uuid();
    await test.db.insert(repos).values({ id: repoId, name: 'shop', url: address(remote) });
    await app.run({ repoId, kind: 'sync_repo' });
    await app.run({ repoId, kind: 'register_existing_branch', suggested: true });
    await remote.from('main').commit('Main moves', { 'main.txt': 'x\n' }).write();
    const restack = () => app.run({ repoId, kind: 'restack_repo' });
    return { remote, repoId, restack };
  }

  const served = ({ dir: path }: Remote) => `${http.url}/${basename(path)}`;
  const overSsh = ({ dir: path }: Remote) => `ssh://git@host${path}`;
  const logOf = async (jobId: string) =>
    (await test.db.select().from(jobLogs).where(eq(jobLogs.jobId, jobId))).map(({ line }) => line);

  /** It ended at its first try, nothing has moved, nothing is open, and nobody is told that it is not known. */
  function expectRefused({ job, moves }: Awaited<ReturnType<InProcess['run']>>, errorCode: string, words: string) {
    expect(job).toMatchObject({ status: 'error', errorCode, attempt: 1, committingAt: null });
    expect(job.message).toContain(words);
    expect(job.message).not.toContain('not known');
    expect(moves.map(({ state }) => state)).toEqual(['abandoned', 'abandoned']);
  }

  it('over ssh, in words of the host alone: archived, read-only keys, no right to write; and goes through once it may', async () => {
    const { restack, remote } = await stacked(overSsh);
    const before = await remote.tips();
    const cases = [
      ['PUSH_REJECTED', 'This repository was archived so it is read-only.', 'ERROR: ', 'made writable'],
      ['AUTH', 'The key you are authenticating with has been marked as read only.', 'ERROR: ', 'allow write access'],
      ['AUTH', "The 'acme' organization has enabled or enforced SAML SSO.", 'ERROR: ', 'Configure SSO'],
      ['AUTH', 'git@host: Permission denied (publickey).', '', 'give it one that may push'],
      ['PUSH_REJECTED', 'W any shop ada DENIED by fallthru', 'FATAL: ', 'Mend what the remote minds'],
      ['AUTH', 'You are not allowed to push code to this project.', 'remote: ERROR: ', 'allow write access'],
    ] as const;
    for (const [code, words, mark, todo] of cases) {
      await writeFile(answer(), `${mark}${words}\n`);
      const ended = await restack();
      expectRefused(ended, code, words);
      expect(ended.job.message).not.toContain('exit 128');
      expect(ended.job.errorHint).toMatch(new RegExp(`^Nothing was moved\\. .*${todo}`));
      expect(await logOf(ended.job.id)).toContain(`${mark}${words}`);
    }
    expect(await remote.tips()).toEqual(before);
    await rm(answer());
    expect((await restack()).job).toMatchObject({ status: 'completed', attempt: 1 });
  });

  it('over http, by its status: 413, 406, 403, 302, as it asks and as it sends; and goes through once it may', async () => {
    const { restack, remote } = await stacked(served);
    const path = basename(remote.dir);
    const before = await remote.tips();
    const cases = [
      [413, 'pack', 'PUSH_REJECTED'],
      [406, 'refs', 'PUSH_REJECTED'],
      [403, 'pack', 'AUTH'],
      [302, 'pack', 'REMOTE_UNREACHABLE'],
    ] as const;
    for (const [status, at, code] of cases) {
      http.answer(path, status, at);
      expectRefused(await restack(), code, '');
    }
    expect(await remote.tips()).toEqual(before);
    http.answer(path, null);
    expect((await restack()).job).toMatchObject({ status: 'completed', attempt: 1 });
  });

  it('is tried again where time can mend it, and may be cancelled while it waits', async () => {
    const { restack, remote } = await stacked(served);
    http.answer(basename(remote.dir), 503, 'refs');
    const waiting = restack();
    for (;;) {
      const [job] = await test.db.select().from(jobs).where(eq(jobs.status, 'running'));
      if (job?.nextAttemptAt && !job.leaseHeld) {
        expect([job.committingAt, job.message]).toEqual([null, expect.stringMatching(/Trying again in \d+ s/)]);
        if ('status' in (await cancelJob(test.db, job.id))) break;
      }
      await sleep(5);
    }
    const { job, moves } = await waiting;
    expect(job).toMatchObject({ status: 'cancelled', message: 'Cancelled. Nothing was moved.' });
    expect(moves.every(({ state }) => state === 'abandoned')).toBe(true);
    http.answer(basename(remote.dir), null);
    expect((await restack()).job.status).toBe('completed');
  });

  it('is not tried again once a person would no longer wait, and says so at once', async () => {
    const { remote, repoId } = await stacked(served);
    http.answer(basename(remote.dir), 503, 'refs');
    const longAgo = { startedAt: new Date(Date.now() - 3_600_000).toISOString() };
    const { job, moves } = await app.run(
      { repoId, kind: 'restack_repo' },
      {
        async before(step) {
          if (step === 'act') await test.db.update(jobs).set(longAgo).where(eq(jobs.status, 'running'));
        },
      },
    );
    expect(job).toMatchObject({ status: 'error', attempt: 1, errorCode: 'REMOTE_UNREACHABLE', committingAt: null });
    expect(moves.every(({ state }) => state === 'abandoned')).toBe(true);
  });

  it('holds back the branch of a commit that the remote finds fault with, named as people know it; the rest goes through', async () => {
    const { remote, repoId } = await stacked();
    const gitDir = remote.dir;
    const tree = await gitText(['rev-parse', 'b^{tree}'], { gitDir });
    const bad = `tree ${tree}\nparent ${await remote.tip('b')}\nauthor A <a@b> 1700000000 +00x0\ncommitter A <a@b> 1700000000 +0000\n\nOdd clock\n`;
    const made = await git(['hash-object', '-t', 'commit', '-w', '--literally', '--stdin'], { gitDir, input: bad });
    const odd = made.stdout.toString().trim();
    await remote.move('b', odd);
    await remote.config('receive.fsckObjects', 'true');
    const { job } = await app.run({ repoId, kind: 'restack_repo' });
    expect(job).toMatchObject({ status: 'completed', message: 'Moved 1 branch; held back b.' });
    const lines = (await logOf(job.id)).join('\n');
    expect(lines).toMatch(new RegExp(`b is held back: .*commit ${odd.slice(0, 7)} “Odd clock”: badTimezone`));
    expect(await remote.subjects('a', 'main')).toEqual(['A']);
  });

  it('ends at once where the remote takes no objects at all, for want of room or by a limit', async () => {
    const { remote, restack } = await stacked();
    await remote.config('receive.maxInputSize', '10');
    expectRefused(await restack(), 'PUSH_REJECTED', 'pack exceeds maximum allowed size');
    await remote.config('receive.maxInputSize', '0');
    expect((await restack()).job.status).toBe('completed');
  });

  it('does not begin where there is no temporary folder for it, and says what to do; it is ours, and goes through later', async () => {
    const { remote, repoId, restack } = await stacked();
    const before = await remote.tips();
    const usual = tmpdir();
    const { job, moves } = await app
      .run(
        { repoId, kind: 'restack_repo' },
        {
          async before(step) {
            if (step === 'act') process.env.TMPDIR = join(dir, 'nowhere');
          },
        },
      )
      .finally(() => Object.assign(process.env, { TMPDIR: usual }));
    expect(job).toMatchObject({ status: 'error', errorCode: 'INTERNAL', attempt: 1, committingAt: null });
    expect(job.message).toMatch(/^The temporary folder cannot be written to: .*nowhere/);
    expect(job.errorHint).toMatch(/^Nothing was moved\. .*TMPDIR/);
    expect(moves.every(({ state }) => state === 'abandoned')).toBe(true);
    expect(await remote.tips()).toEqual(before);
    expect((await restack()).job.status).toBe('completed');
  });

  describe('where branches are pushed one by one, and the first has gone through', () => {
    /** After the push of `a` the host says no to every other, in these words. */
    async function stopsAfterFirst(words: string) {
      const { remote, repoId } = await stacked(overSsh);
      await remote.config('receive.advertiseAtomic', 'false');
      await test.db.update(repos).set({ allowNonAtomicPush: true }).where(eq(repos.id, repoId));
      await remote.hook('post-receive', `echo '${words}' >'${answer()}'`);
      return { remote, repoId, tipOfB: await remote.tip('b') };
    }
    const undoable = async (job: JobRow) => (await undoOffer(test.db, job)).possible;

    it('a job that ends then says what stays moved, and not that nothing was', async () => {
      const { remote, repoId, tipOfB } = await stopsAfterFirst(
        'ERROR: The repository was archived so it is read-only.',
      );
      const { job } = await app.run({ repoId, kind: 'restack_repo' });
      await rm(answer());
      expect(job).toMatchObject({
        status: 'error',
        errorCode: 'PUSH_REJECTED',
        message: expect.stringContaining('Before that: Moved 1 branch.'),
        errorHint: expect.stringMatching(/^What it had moved before stays moved\. /),
      });
      expect([await remote.contains('a', 'main'), await remote.tip('b')]).toEqual([true, tipOfB]);
      expect(await undoable(job)).toBe(true);
    });

    /** a ← b ← c, of which the push of `b` arrives and its answer does not; `then` is a shell's words after that. */
    async function loses(then: string) {
      const { remote, repoId } = await stopsAfterFirst('');
      await rm(answer(), { force: true });
      await remote.from('b').branch('c').commit('C', { 'c.txt': 'c\n' }).write();
      await app.run({ repoId, kind: 'register_existing_branch', suggested: true });
      const once = join(dir, `lost-${remotes}`);
      const lost = `[ "$r" = refs/heads/b ] && [ ! -f '${once}' ]`;
      await remote.hook(
        'post-receive',
        `while read o n r; do if ${lost}; then touch '${once}'; ${then}; kill -9 $PPID; fi; done`,
      );
      return { remote, repoId };
    }
    const pushed = (moves: JobMoveRow[]) => moves.flatMap(({ branch, state }) => (state === 'pushed' ? [branch] : []));

    it('what has arrived without an answer is told and can be undone, where the host says no from then on', async () => {
      const { repoId } = await loses(`echo 'fatal: Could not read from remote repository.' >'${answer()}'`);
      const { job, moves } = await app.run({ repoId, kind: 'restack_repo' });
      await rm(answer());
      expect(job).toMatchObject({
        status: 'error',
        message: expect.stringContaining('Before that: Moved 2 branches.'),
      });
      expect(pushed(moves)).toEqual(['a', 'b']);
      expect(await undoOffer(test.db, job)).toMatchObject({ possible: true, branches: ['a', 'b'] });
    });

    it('and where somebody pushes onto it before the next try, the rest is planned anew', async () => {
      const { remote, repoId } = await loses(':');
      const { job, moves } = await app.run(
        { repoId, kind: 'restack_repo' },
        {
          async before(step, tries) {
            if (step === 'act' && tries === 2) await remote.from('b').commit('B2', { 'b2.txt': 'x\n' }).write();
          },
        },
      );
      expect(job).toMatchObject({ status: 'completed', message: 'Moved 3 branches; pushed to by others since: b.' });
      expect(pushed(moves)).toEqual(['a', 'b', 'c']);
      expect(await remote.contains('c', 'b')).toBe(true);
      expect(await remote.subjects('c', 'main')).toEqual(['A', 'B', 'B2', 'C']);
      expect(await undoOffer(test.db, job)).toMatchObject({ possible: false, reason: 'b has moved.' });
    });

    it.each([
      ['between two tries', false],
      ['while it is at work', true],
    ])('a job that is cancelled then, %s, says the same', async (_when, atWork) => {
      const { remote, repoId, tipOfB } = await stopsAfterFirst('fatal: Could not read from remote repository.');
      const { job } = await app.run(
        { repoId, kind: 'restack_repo' },
        {
          async before(step, tries) {
            if (step !== 'act' || tries === 1) return;
            await rm(answer(), { force: true });
            const [running] = await test.db.select().from(jobs).where(eq(jobs.status, 'running'));
            // Asked of a server that has just taken it up again, or of none.
            if (atWork) await test.db.update(jobs).set({ cancelRequestedAt: NOW }).where(eq(jobs.status, 'running'));
            else await cancelJob(test.db, running?.id ?? '');
          },
        },
      );
      expect(job).toMatchObject({ status: 'cancelled', message: 'Cancelled. What it had moved before stays moved.' });
      expect([await remote.contains('a', 'main'), await remote.tip('b')]).toEqual([true, tipOfB]);
      expect(await undoable(job)).toBe(true);
    });
  });

  describe('an undo whose branches are pushed one by one', () => {
    /** a ← b ← c ← d and x, restacked; while they go back somebody pushes to `whom` as soon as `after` has gone back. */
    async function undoneWhile(whom: string, after: string) {
      const { remote, repoId, restack } = await stacked();
      await remote.from('b').branch('c').commit('C', { 'c.txt': 'c\n' }).write();
      await remote.from('c').branch('d').commit('D', { 'd.txt': 'd\n' }).write();
      await remote.from('main~1').branch('x').commit('X', { 'x.txt': 'x\n' }).write();
      await app.run({ repoId, kind: 'register_existing_branch', suggested: true });
      await remote.config('receive.advertiseAtomic', 'false');
      await test.db.update(repos).set({ allowNonAtomicPush: true }).where(eq(repos.id, repoId));
      const old = await remote.tips();
      const { job } = await restack();
      const restacked = await remote.tips();
      expect(job.message).toBe('Moved 5 branches.');
      const made = `git -c user.name=Mara -c user.email=m@b commit-tree ${whom}^{tree} -p ${whom} -m Mara`;
      const once = join(dir, `mara-${remotes}`);
      const push = `touch '${once}'; git update-ref refs/heads/${whom} $(${made})`;
      const isTime = `[ "$r" = refs/heads/${after} ] && [ ! -f '${once}' ]`;
      await remote.hook('post-receive', `while read o n r; do if ${isTime}; then ${push}; fi; done`);
      const undone = await app.run({ repoId, kind: 'undo', undoOf: job.id });
      const now = await remote.tips();
      const back = Object.keys(old).filter((name) => now[name] === old[name] && name !== 'main');
      const where = Object.keys(old).filter((name) => now[name] === restacked[name] && name !== 'main');
      return { remote, undone: undone.job, back, where };
    }

    it('puts back all but what somebody has pushed to meanwhile, and names that alone', async () => {
      const { remote, undone, back } = await undoneWhile('d', 'c');
      expect(undone).toMatchObject({
        status: 'error',
        errorCode: 'DIVERGED',
        message: 'Not all of it could be undone: d has moved. Before that: Moved 4 branches.',
        errorHint: expect.stringMatching(/^What it had moved before stays moved\. Move what is left back by hand/),
      });
      expect(back).toEqual(['a', 'b', 'c', 'x']);
      expect((await remote.subjects('d')).at(-1)).toBe('Mara');
    });

    it('goes on with what is apart from that, and says what stays with it', async () => {
      const { undone, back, where } = await undoneWhile('b', 'a');
      expect(undone.message).toBe(
        'Not all of it could be undone: b has moved; c, d stay with that. Before that: Moved 2 branches.',
      );
      expect([back, where]).toEqual([
        ['a', 'x'],
        ['c', 'd'],
      ]);
      expect(undone.result?.moved).toEqual({ branches: 2, refs: 2 });
    });

    it('that somebody pushes to once it is back is undone whole, and says so', async () => {
      const { undone, back } = await undoneWhile('a', 'a');
      expect(undone).toMatchObject({ status: 'completed' });
      expect(undone.message).toMatch(/^Moved 5 branches; pushed to by others since: a\./);
      expect(back).toEqual(['b', 'c', 'd', 'x']);
    });

    it('does nothing where somebody has pushed before it began', async () => {
      const { remote, repoId, restack } = await stacked();
      await remote.config('receive.advertiseAtomic', 'false');
      await test.db.update(repos).set({ allowNonAtomicPush: true }).where(eq(repos.id, repoId));
      const { job } = await restack();
      await remote.from('b').commit('Mara', { 'mara.txt': 'x\n' }).write();
      const before = await remote.tips();
      const undone = await app.run({ repoId, kind: 'undo', undoOf: job.id });
      expect(undone.job.message).toBe('It cannot be undone any more: b has moved.');
      expect(await remote.tips()).toEqual(before);
    });
  });

  describe('where all has arrived at once, and its answer has not', () => {
    /** a ← b, restacked: the push arrives, its answer does not, and before the next try somebody does something. */
    async function restackedWhile(
      meanwhile: (world: { remote: Remote; old: Record<string, string> }) => Promise<unknown>,
    ) {
      const { remote, repoId } = await stacked();
      const once = join(dir, `lost-${remotes}`);
      await remote.hook('post-receive', `[ -f '${once}' ] || { touch '${once}'; kill -9 $PPID; }`);
      const old = await remote.tips();
      const { job, moves } = await app.run(
        { repoId, kind: 'restack_repo' },
        {
          async before(step, tries) {
            if (step === 'act' && tries === 2) await meanwhile({ remote, old });
          },
        },
      );
      const pushed = moves.flatMap(({ branch, state }) => (state === 'pushed' ? [branch] : []));
      const undo = () => app.run({ repoId, kind: 'undo', undoOf: job.id });
      return { remote, job, old, pushed, undo };
    }

    it('an undo goes back to what somebody has pushed in between, and takes nothing of that away', async () => {
      const { remote, job, old, pushed, undo } = await restackedWhile(({ remote, old }) =>
        remote
          .from(old.b ?? '')
          .branch('b')
          .commit('Mara', { 'mara.txt': 'work of a day\n' })
          .write(),
      );
      // It was moved twice, which is one branch, and nobody has pushed to it since.
      expect(job).toMatchObject({ status: 'completed', message: 'Moved 2 branches.' });
      expect(job.result?.moved).toEqual({ branches: 2, refs: 2 });
      expect(pushed).toEqual(['a', 'b', 'b']);
      expect(await remote.subjects('b', 'main')).toEqual(['A', 'B', 'Mara']);
      expect(await undoOffer(test.db, job)).toEqual({ possible: true, branches: ['a', 'b'] });
      const undone = await undo();
      expect(undone.job).toMatchObject({ status: 'completed', message: 'Moved 2 branches.' });
      expect(await remote.tip('a')).toBe(old.a);
      expect(await remote.tip('b~1')).toBe(old.b);
      expect(await remote.subjects('b', 'main~1')).toEqual(['A', 'B', 'Mara']);
      // And once more, the other way round.
      const redone = await app.run({ repoId: job.repoId, kind: 'undo', undoOf: undone.job.id });
      expect(redone.job).toMatchObject({ status: 'completed', message: 'Moved 2 branches.' });
      expect(await remote.subjects('b', 'main')).toEqual(['A', 'B', 'Mara']);
    });

    it('an undo goes back all the way where only trunk has gone on in between', async () => {
      const { remote, job, old, pushed, undo } = await restackedWhile(({ remote }) =>
        remote.from('main').commit('Main moves on', { 'more.txt': 'x\n' }).write(),
      );
      expect(job.status).toBe('completed');
      expect(new Set(pushed)).toEqual(new Set(['a', 'b']));
      await undo();
      expect([await remote.tip('a'), await remote.tip('b')]).toEqual([old.a, old.b]);
    });
  });

  describe('where a lock file stays on the remote', () => {
    /** a ← b ← c and x, all behind main; the refs named are locked. */
    async function locked(...names: string[]) {
      const { remote, repoId, restack } = await stacked();
      await remote.from('b').branch('c').commit('C', { 'c.txt': 'c\n' }).write();
      await remote.from('main~1').branch('x').commit('X', { 'x.txt': 'x\n' }).write();
      await app.run({ repoId, kind: 'register_existing_branch', suggested: true });
      const locks = names.map((name) => join(remote.dir, 'refs/heads', `${name}.lock`));
      for (const lock of locks) await writeFile(lock, '');
      return { remote, repoId, restack, free: () => Promise.all(locks.map((lock) => rm(lock))) };
    }

    it('holds back its branch and what is above it, by name and with what to do; the rest moves', async () => {
      const { remote, restack, free } = await locked('b');
      const { job } = await restack();
      expect(job).toMatchObject({ status: 'completed', attempt: 3 });
      expect(job.message).toBe('Moved 2 branches; held back b, c.');
      expect([await remote.contains('a', 'main'), await remote.contains('x', 'main')]).toEqual([true, true]);
      const said = (await logOf(job.id)).join('\n');
      expect(said).toContain('The remote is busy with b: somebody holds its lock there.');
      expect(said).toMatch(/b is held back: .*cannot lock ref 'refs\/heads\/b': .*b\.lock.*delete it there/);
      await free();
      expect((await restack()).job.message).toBe('Moved 2 branches.');
    });

    it('several hold back what is theirs, and no more', async () => {
      const { restack } = await locked('c', 'x');
      expect((await restack()).job.message).toBe('Moved 2 branches; held back x, c.');
    });

    it('ends what is about that branch alone, and says what to do', async () => {
      const { repoId, remote } = await locked('a');
      const before = await remote.tips();
      const { job } = await app.run({ repoId, kind: 'rebase_branch', branch: 'a' });
      expect(job).toMatchObject({ status: 'error', errorCode: 'PUSH_REJECTED' });
      expect(job.message).toContain('a.lock');
      expect(job.errorHint).toContain('has left its lock');
      expect(await remote.tips()).toEqual(before);
    });

    it('is waited for: where it goes away between two tries, all is moved', async () => {
      const { repoId, free } = await locked('b');
      const { job } = await app.run(
        { repoId, kind: 'restack_repo' },
        {
          async before(step, tries) {
            if (step === 'act' && tries === 2) await free();
          },
        },
      );
      expect(job).toMatchObject({ status: 'completed', attempt: 2, message: 'Moved 4 branches.' });
    });
  });

  it('holds back alone a branch that the remote hides from pushes: nobody kept pushing', async () => {
    const { remote, restack } = await stacked();
    await remote.config('receive.hideRefs', 'refs/heads/b');
    const { job } = await restack();
    expect(job).toMatchObject({ status: 'completed', message: 'Moved 1 branch; held back b.' });
    expect((await logOf(job.id)).join('\n')).toContain('shows it where it was');
  });
});
