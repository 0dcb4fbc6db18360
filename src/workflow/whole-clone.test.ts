import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobMoves } from '@/db/schema';
import { makeRemote, type Remote } from '@/demo/remote';
import { cloneDir } from '@/git/clone/clone-dir';
import { maintainClone } from '@/git/clone/maintenance';
import { git, gitText } from '@/git/process/run';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { type InProcess, inProcess } from '@/testing/in-process';
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
    await remote.from('main').branch('main').commit('Start', { 'app.txt': 'one\n' }).write();
    await remote
      .from('main')
      .branch('a')
      .commit('A', { 'a.txt': 'a\n' })
      .branch('b')
      .commit('B', { 'b.txt': 'b\n' })
      .write();
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
});
