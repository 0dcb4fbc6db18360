import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { jobMoves, jobs } from '@/db/schema';
import { makeRemote, type Remote } from '@/demo/remote';
import { cloneDir } from '@/git/clone/clone-dir';
import { maintainClone } from '@/git/clone/maintenance';
import { hostConfigProblem } from '@/git/process/host-config';
import { git, gitText } from '@/git/process/run';
import { undoOffer } from '@/queue/undo';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { type InProcess, inProcess } from '@/testing/in-process';
import { writePair } from '@/testing/stack';
import { TryLater } from './workflow';

const settings = { SPICERACK_RETRY_DELAY: '0.01', SPICERACK_ENGINE: 'git', SPICERACK_ALLOW_LOCAL: '1' };

/** Packs of a clone; each damage begins with a clone that is packed whole. */
const packs = async (gitDir: string) => {
  const folder = join(gitDir, 'objects/pack');
  return (await readdir(folder)).filter((name) => name.endsWith('.pack')).map((name) => join(folder, name));
};

const DAMAGES: Record<string, (gitDir: string) => Promise<void>> = {
  'the whole clone is deleted': (gitDir) => rm(gitDir, { recursive: true }),
  'its packs are cut off': async (gitDir) => {
    for (const pack of await packs(gitDir)) await truncate(pack, Math.floor((await stat(pack)).size / 2));
  },
  'its packs are deleted': async (gitDir) => {
    for (const pack of await packs(gitDir)) await rm(pack);
  },
  'its objects are deleted': (gitDir) => rm(join(gitDir, 'objects'), { recursive: true }),
  'one object is gone': async (gitDir) => {
    await unpack(gitDir);
    const tree = await gitText(['rev-parse', 'refs/remotes/origin/b^{tree}'], { gitDir });
    await rm(join(gitDir, 'objects', tree.slice(0, 2), tree.slice(2)));
  },
  'one object is empty': async (gitDir) => {
    await unpack(gitDir);
    const commit = await gitText(['rev-parse', 'refs/remotes/origin/b'], { gitDir });
    const path = join(gitDir, 'objects', commit.slice(0, 2), commit.slice(2));
    await rm(path);
    await writeFile(path, '');
  },
  'its config is garbage': (gitDir) => writeFile(join(gitDir, 'config'), '\0\0[[['),
  'its HEAD is garbage': (gitDir) => writeFile(join(gitDir, 'HEAD'), '\0\0\0'),
  'its packed-refs is garbage': (gitDir) => writeFile(join(gitDir, 'packed-refs'), 'no refs at all\n'),
  'a ref is empty': async (gitDir) => {
    await mkdir(join(gitDir, 'refs/remotes/origin'), { recursive: true });
    await writeFile(join(gitDir, 'refs/remotes/origin/a'), '');
  },
  'its commit graph is garbage': (gitDir) => writeFile(join(gitDir, 'objects/info/commit-graph'), 'CGPH\x01\x01'),
  'killed processes have left locks and half a pack': async (gitDir) => {
    await mkdir(join(gitDir, 'refs/remotes/origin'), { recursive: true });
    for (const name of ['config.lock', 'packed-refs.lock', 'HEAD.lock', 'refs/remotes/origin/a.lock'])
      await appendFile(join(gitDir, name), '');
    await appendFile(join(gitDir, 'objects/pack/tmp_pack_abc'), 'PACK');
  },
};

async function unpack(gitDir: string): Promise<void> {
  if (!existsSync(join(gitDir, 'objects/pack'))) return;
  const contents = await Promise.all((await packs(gitDir)).map((pack) => readFile(pack)));
  await rm(join(gitDir, 'objects/pack'), { recursive: true });
  for (const input of contents) await git(['unpack-objects', '-q'], { gitDir, input });
}

describe('a damaged clone', () => {
  let dir: string;
  let test: TestDatabase;
  let app: InProcess;
  let remotes = 0;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'spicerack-damage-'));
    Object.assign(process.env, settings, { SPICERACK_DATA_DIR: join(dir, 'data') });
    test = await testDatabase();
    app = inProcess(test.db);
  });
  afterAll(async () => {
    await test.close();
    await rm(dir, { recursive: true, force: true });
  });

  /** a ← b on main, tracked, the clone packed; then main moves on. */
  async function stacked(): Promise<{ remote: Remote; repoId: string; gitDir: string }> {
    const remote = await makeRemote(join(dir, `remote-${++remotes}.git`));
    await writePair(remote);
    const { id: repoId } = await app.add(remote);
    await app.run({ repoId, kind: 'register_existing_branch', suggested: true });
    const gitDir = cloneDir(repoId);
    await gitText(['repack', '-a', '-d', '-q'], { gitDir });
    await maintainClone(gitDir);
    await remote.from('main').commit('Main moves', { 'main.txt': 'x\n' }).write();
    return { remote, repoId, gitDir };
  }

  for (const [damage, inflict] of Object.entries(DAMAGES)) {
    it(`is mended by itself, before each of the steps of one job, when ${damage}`, async () => {
      const { remote, repoId, gitDir } = await stacked();
      const { job, moves } = await app.run(
        { repoId, kind: 'restack_repo' },
        { before: (_step, tries) => (tries === 1 ? inflict(gitDir) : undefined) },
      );
      expect([job.status, job.message]).toEqual(['completed', expect.stringMatching(/^Moved 2 branches\./)]);
      expect(moves.filter((move) => move.state === 'pushed').map((move) => move.branch)).toEqual(['a', 'b']);
      expect(await remote.subjects('b', 'main')).toEqual(['A', 'B']);
      const rows = await app.rows(repoId);
      expect([...rows.values()].map((row) => [row.name, row.tip, row.needsRestack, row.gone])).toEqual([
        ['a', await remote.tip('a'), false, false],
        ['b', await remote.tip('b'), false, false],
      ]);
      // Damaged once more before `finish`, which needs no clone: the next job mends that.
      await remote.from('main').commit('Main moves on', { 'main.txt': 'y\n' }).write();
      expect((await app.run({ repoId, kind: 'restack_repo' })).job.status).toBe('completed');
      expect(existsSync(join(gitDir, 'packed-refs.lock'))).toBe(false);
    });
  }

  it('that vanishes after the push went through unseen does not make the job push again', async () => {
    const { remote, repoId, gitDir } = await stacked();
    await remote.from('main').branch('other').commit('Other', { 'other.txt': 'x\n' }).write();
    let pushed: Record<string, string> = {};
    const { job, moves } = await app.run(
      { repoId, kind: 'restack_repo' },
      {
        async before(step, tries) {
          if (step !== 'resync' || tries > 1) return;
          // As if the server had died before it could write down that the push went through.
          pushed = await remote.tips();
          await test.db.update(jobMoves).set({ state: 'planned' });
          await rm(gitDir, { recursive: true });
          throw new TryLater(0, 'The server died.');
        },
      },
    );
    expect(job.status).toBe('completed');
    expect(moves.map((move) => [move.branch, move.state])).toEqual([
      ['a', 'pushed'],
      ['b', 'pushed'],
    ]);
    expect(await remote.tips()).toEqual(pushed);
  });

  it('that vanishes between the point of no return and the push has its commits made again', async () => {
    const { remote, repoId, gitDir } = await stacked();
    const before = await remote.tips();
    const { job, moves } = await app.run(
      { repoId, kind: 'restack_repo' },
      {
        async before(step, tries) {
          if (step !== 'resync' || tries > 1) return;
          // As if the server had died just before its push.
          for (const branch of ['a', 'b']) await remote.move(branch, before[branch] ?? '');
          await test.db.update(jobMoves).set({ state: 'planned' });
          await rm(gitDir, { recursive: true });
          throw new TryLater(0, 'The server died.');
        },
      },
    );
    expect(job.status).toBe('completed');
    expect(moves.map((move) => [move.branch, move.state])).toEqual([
      ['a', 'abandoned'],
      ['b', 'abandoned'],
      ['a', 'pushed'],
      ['b', 'pushed'],
    ]);
    // The very same commits, for their date is the job's.
    expect(moves.slice(0, 2).map((move) => move.after)).toEqual(moves.slice(2).map((move) => move.after));
    expect(await remote.subjects('b', 'main')).toEqual(['A', 'B']);
  });

  it('can still be undone from after it was made anew, as long as the remote has the old commits', async () => {
    const { remote, repoId, gitDir } = await stacked();
    await remote.config('uploadpack.allowAnySHA1InWant', 'true');
    const before = await remote.tips();
    const { job } = await app.run({ repoId, kind: 'restack_repo' });
    await rm(gitDir, { recursive: true });
    const undo = await app.run({ repoId, kind: 'undo', undoOf: job.id });
    expect(undo.job.status).toBe('completed');
    expect(await remote.tips()).toEqual(before);
  });

  /** Of the tip of `b` before the restack: only the clone has it now. */
  const loseTree = async (gitDir: string, commit: string) => {
    await unpack(gitDir);
    const tree = await gitText(['rev-parse', `${commit}^{tree}`], { gitDir });
    await rm(join(gitDir, 'objects', tree.slice(0, 2), tree.slice(2)));
  };

  it('gives what undos need to the one that is made anew, although the remote gives out no old commits', async () => {
    const { remote, repoId, gitDir } = await stacked();
    const before = await remote.tips();
    const { job } = await app.run({ repoId, kind: 'restack_repo' });
    await forget(remote);
    // What is lost is on the remote; the old commits are nowhere else.
    await loseTree(gitDir, 'refs/remotes/origin/b');
    await remote.from('main').commit('On', { 'main.txt': 'z\n' }).write();
    const later = await app.run({ repoId, kind: 'restack_repo' });
    expect(later.job).toMatchObject({ status: 'completed', attempt: 2 });
    for (const undoOf of [later.job.id, job.id])
      expect((await app.run({ repoId, kind: 'undo', undoOf })).job).toMatchObject({ status: 'completed' });
    expect(await remote.tips()).toMatchObject({ a: before.a, b: before.b });
    expect(existsSync(`${gitDir}.damaged`)).toBe(false);
  });

  it('says on the jobs concerned what could not be saved, and offers no undo of them; of the others it does', async () => {
    const { remote, repoId, gitDir } = await stacked();
    const before = await remote.tips();
    const first = await app.run({ repoId, kind: 'restack_repo' });
    await remote.from('main').commit('On', { 'main.txt': 'z\n' }).write();
    const second = await app.run({ repoId, kind: 'restack_repo' });
    await forget(remote);
    await loseTree(gitDir, before.b ?? '');
    await loseTree(gitDir, 'refs/remotes/origin/b');
    await remote.from('main').commit('On and on', { 'main.txt': 'zz\n' }).write();
    await app.run({ repoId, kind: 'restack_repo' });
    const [one, two] = await Promise.all(
      [first.job.id, second.job.id].map(async (id) => (await test.db.select().from(jobs).where(eq(jobs.id, id)))[0]),
    );
    expect(one?.result).toMatchObject({ lost: ['b'], notes: [expect.stringContaining('can no longer be undone')] });
    expect(two?.result?.lost).toBeUndefined();
    if (!one) throw new Error('The job is gone.');
    expect(await undoOffer(test.db, one)).toEqual({ possible: false, reason: expect.stringContaining('was lost') });
  });

  it('is not seen in a clone that is whole, whatever the remote says of itself', async () => {
    const { remote, repoId, gitDir } = await stacked();
    const before = await remote.tips();
    const { job } = await app.run({ repoId, kind: 'restack_repo' });
    const clone = (await stat(gitDir)).ino;
    // The remote loses the tree of a new commit.
    await remote.from('b').commit('Lost', { 'lost.txt': 'x\n' }).write();
    const tip = await remote.tip('b');
    const tree = await gitText(['rev-parse', `${tip}^{tree}`], { gitDir: remote.dir });
    const path = await looseObject(remote.dir, tree);
    const content = await readFile(path);
    await rm(path);
    const failed = await app.run({ repoId, kind: 'sync_repo' });
    expect(failed.job).toMatchObject({ status: 'error', errorCode: expect.stringMatching(/^REMOTE_/), attempt: 1 });
    expect((await stat(gitDir)).ino).toBe(clone);
    // Mended, and taken back there, so that the undo is possible again: it is, for nothing was lost here.
    await writeFile(path, content);
    await remote.move('b', failed.moves[0]?.after ?? (await app.rows(repoId)).get('b')?.tip ?? '');
    const undo = await app.run({ repoId, kind: 'undo', undoOf: job.id });
    expect(undo.job.status).toBe('completed');
    expect(await remote.tips()).toMatchObject({ a: before.a, b: before.b });
  });

  it("is not seen where the host's configuration is broken: the job goes on without it", async () => {
    const { repoId, gitDir } = await stacked();
    const clone = (await stat(gitDir)).ino;
    const path = join(dir, 'gitconfig');
    await writeFile(path, '[user]\n\tname = Ada\n[alias\n');
    vi.stubEnv('GIT_CONFIG_GLOBAL', path);
    const { job } = await app.run({ repoId, kind: 'restack_repo' });
    expect([job.status, (await stat(gitDir)).ino]).toEqual(['completed', clone]);
    expect(hostConfigProblem()?.what).toContain(`bad config line 3 in file ${path}`);
    vi.unstubAllEnvs();
    expect(hostConfigProblem()).toBeNull();
  });
});

/** The remote drops what no branch holds: many give out old commits by id for as long as they have them. */
async function forget({ dir }: Remote): Promise<void> {
  await git(['reflog', 'expire', '--expire=now', '--expire-unreachable=now', '--all'], { gitDir: dir });
  await git(['gc', '--prune=now', '--quiet'], { gitDir: dir });
}

/** Where a bare repository has an object as a file of its own; unpacked where it has not. */
async function looseObject(dir: string, id: string): Promise<string> {
  const path = join(dir, 'objects', id.slice(0, 2), id.slice(2));
  if (!existsSync(path)) await unpack(dir);
  return path;
}
