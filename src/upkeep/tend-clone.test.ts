import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cloneUpkeep, jobs, repos } from '@/db/schema';
import { makeRemote, type Remote } from '@/demo/remote';
import { cloneDir } from '@/git/clone/clone-dir';
import { keptJobs } from '@/git/clone/keep-ref';
import { identifyProcess, isAlive } from '@/git/process/process';
import { git, gitText } from '@/git/process/run';
import { machine } from '@/machine';
import { insertJob } from '@/queue/accept';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { type GatedGit, gatedGit } from '@/testing/gated-git';
import { type InProcess, inProcess } from '@/testing/in-process';
import { writeBranch } from '@/testing/stack';
import { tendClone } from './tend-clone';
import { tendClones } from './upkeep';

describe('tending a clone', () => {
  const never = new AbortController().signal;
  let dir: string;
  let gate: GatedGit;
  let test: TestDatabase;
  let app: InProcess;
  let remote: Remote;
  let repoId: string;
  let gitDir: string;
  let remotes = 0;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'spicerack-tend-'));
    gate = await gatedGit(join(dir, 'git'));
    Object.assign(process.env, {
      SPICERACK_DATA_DIR: join(dir, 'data'),
      SPICERACK_GIT: gate.program,
      SPICERACK_ENGINE: 'git',
      SPICERACK_RETRY_DELAY: '0.01',
    });
    test = await testDatabase();
    app = inProcess(test.db);
  });
  afterAll(async () => {
    await test.close();
    await rm(dir, { recursive: true, force: true });
  });
  beforeEach(async () => {
    remote = await makeRemote(join(dir, `remote-${++remotes}.git`));
    await writeBranch(remote);
    repoId = (await app.add(remote)).id;
    await app.run({ repoId, kind: 'register_existing_branch', suggested: true });
    gitDir = cloneDir(repoId);
  });

  const count = async (what: string) => {
    const answer = await gitText(['count-objects', '-v'], { gitDir });
    return Number(answer.match(new RegExp(`^${what}: (\\d+)$`, 'm'))?.[1]);
  };

  /** As if the clone had been packed whole so many days ago. */
  async function packedDaysAgo(days: number): Promise<void> {
    const time = Date.now() / 1000 - days * 86_400;
    await writeFile(join(gitDir, 'spicerack-packed'), '');
    await utimes(join(gitDir, 'spicerack-packed'), time, time);
  }

  const restack = async () => {
    await remote
      .from('main')
      .commit('Main moves', { 'main.txt': `${Math.random()}\n` })
      .write();
    return app.run({ repoId, kind: 'restack_repo' });
  };

  it('packs what has piled up, and leaves a clone alone that is well packed', async () => {
    const blobs = Array.from({ length: 2100 }, (_, i) => `blob\ndata ${String(i).length}\n${i}\n`).join('');
    // fast-import makes a pack; unpacked they are what many small fetches leave.
    const scratch = await makeRemote(join(dir, 'scratch.git'));
    await git(['fast-import', '--quiet'], { gitDir: scratch.dir, input: blobs });
    for (const name of await readdir(join(scratch.dir, 'objects/pack')).then((n) =>
      n.filter((x) => x.endsWith('.pack')),
    )) {
      await git(['unpack-objects', '-q'], { gitDir, input: await readFile(join(scratch.dir, 'objects/pack', name)) });
    }
    expect(await count('count')).toBeGreaterThan(2000);
    expect(await tendClone(test.db, repoId, never)).toBe('tended');
    expect([await count('count'), await count('packs')]).toEqual([0, 1]);
    await gate.hold('repack');
    expect(await tendClone(test.db, repoId, never)).toBe('tended');
    await gate.release('repack');
    expect((await app.run({ repoId, kind: 'restack_repo' })).job.status).toBe('completed');
  });

  it('drops once a week what nothing needs, and keeps what an undo needs until its job is pruned', async () => {
    const before = await remote.tip('a');
    const { job } = await restack();
    expect(await keptJobs(gitDir)).toEqual([job.id]);
    const has = async (commit: string) =>
      (await git(['cat-file', '-e', commit], { gitDir, okCodes: [0, 1, 128] })).code === 0;
    await packedDaysAgo(8);
    await tendClone(test.db, repoId, never);
    expect(await has(before)).toBe(true);

    await test.db.delete(jobs).where(eq(jobs.id, job.id));
    await packedDaysAgo(1);
    await tendClone(test.db, repoId, never);
    expect(await keptJobs(gitDir)).toEqual([]);
    expect(await has(before)).toBe(true);
    await packedDaysAgo(8);
    await tendClone(test.db, repoId, never);
    expect(await has(before)).toBe(false);
    await gitText(['fsck', '--full'], { gitDir });
    expect((await restack()).job.status).toBe('completed');
  });

  it('does not touch a clone while a job of its repo waits or runs', async () => {
    await packedDaysAgo(8);
    for (const status of ['queued', 'running'] as const) {
      const id = uuid();
      await test.db.batch([
        insertJob(test.db, { id, repoId, kind: 'restack_repo', requestedBy: 'test' }),
        test.db.update(jobs).set({ status }).where(eq(jobs.id, id)),
      ]);
      expect(await tendClone(test.db, repoId, never)).toBe('held');
      await test.db.update(jobs).set({ status: 'cancelled' }).where(eq(jobs.id, id));
    }
    expect(await tendClone(test.db, repoId, never)).toBe('tended');
  });

  it('leaves the clone to a job at once, with nothing of it running on, and the job never waits', async () => {
    // The commit graph is not among them: the job writes it itself where it is not there.
    for (const verb of ['pack-refs', 'repack', 'prune']) {
      await packedDaysAgo(8);
      await gate.hold(verb);
      const tending = tendClone(test.db, repoId, never);
      await gate.reached(verb);
      const [held] = await test.db.select().from(cloneUpkeep).where(eq(cloneUpkeep.repoId, repoId));
      // The gate stays shut: if the job waited for it, this would never end.
      const { job } = await restack();
      expect([verb, job.status]).toEqual([verb, 'completed']);
      expect(isAlive(held?.processGroup ?? '')).toBe(false);
      expect(await tending).toBe('held');
      await gate.release(verb);
      expect(await test.db.select().from(cloneUpkeep)).toEqual([]);
      expect(await gitText(['fsck', '--full', '--no-dangling'], { gitDir })).toBe('');
    }
  });

  it('takes over from a process that died while it tended, and ends what that left running', async () => {
    const left = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    await once(left, 'spawn');
    const gone = spawn('true');
    const processOfGone = identifyProcess(gone.pid ?? 0) ?? `${gone.pid}:0`;
    await once(gone, 'exit');
    const group = identifyProcess(left.pid ?? 0) ?? '';
    const ended = once(left, 'exit');
    await test.db
      .insert(cloneUpkeep)
      .values({ repoId, machine: machine(), process: processOfGone, processGroup: group });
    expect(await tendClone(test.db, repoId, never)).toBe('tended');
    await ended;
    expect(isAlive(group)).toBe(false);
  });

  it('leaves a clone alone that another living process tends', async () => {
    const other = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    await once(other, 'spawn');
    const process = identifyProcess(other.pid ?? 0) ?? '';
    await test.db.insert(cloneUpkeep).values({ repoId, machine: machine(), process });
    expect(await tendClone(test.db, repoId, never)).toBe('held');
    other.kill();
    await once(other, 'exit');
    expect(await tendClone(test.db, repoId, never)).toBe('tended');
  });

  it('removes a clone that proves damaged; the next job makes it anew', async () => {
    await restack();
    await packedDaysAgo(8);
    await rm(join(gitDir, 'objects'), { recursive: true });
    await mkdir(join(gitDir, 'objects'));
    expect(await tendClone(test.db, repoId, never)).toBe('absent');
    expect(existsSync(gitDir)).toBe(false);
    expect((await restack()).job.status).toBe('completed');
  });

  it('removes the clones of repos that were removed, and no others', async () => {
    const clones = join(gitDir, '..');
    await mkdir(join(clones, `${uuid()}.git.new`));
    await mkdir(join(clones, 'mine'));
    const seen = new Map<string, string>();
    await tendClones(test.db, seen, never);
    const all = (await test.db.select({ id: repos.id }).from(repos)).map((row) => `${row.id}.git`);
    expect((await readdir(clones)).sort()).toEqual([...all, 'mine'].sort());
    await test.db.delete(repos).where(eq(repos.id, repoId));
    await tendClones(test.db, seen, never);
    expect(existsSync(gitDir)).toBe(false);
    expect((await readdir(clones)).length).toBe(all.length);
  });

  it('looks again only at clones whose repo has had jobs since', async () => {
    const seen = new Map<string, string>();
    await tendClones(test.db, seen, never);
    await packedDaysAgo(8);
    await gate.hold('count-objects');
    await gate.hold('repack');
    await tendClones(test.db, seen, never);
    await gate.release('count-objects');
    await gate.release('repack');
    await restack();
    await packedDaysAgo(1);
    await tendClones(test.db, seen, never);
    await packedDaysAgo(8);
    await restack();
    await tendClones(test.db, seen, never);
    expect(await count('packs')).toBe(1);
  });
});
