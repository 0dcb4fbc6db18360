import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { jobLogs, jobMoves } from '@/db/schema';
import { makeRemote, type Remote } from '@/demo/remote';
import { git } from '@/git/process/run';
import { testGround } from '@/testing/hooks/ground';
import { type InProcess, inProcess } from '@/testing/in-process';
import { watchStops } from '@/testing/stops';
import { writeTreeOfTrees } from '@/testing/tree-of-trees';

/** What a remote can make large: its files, its branches. The server goes on beside it, and the other branches do. */

const database = testGround({ SPICERACK_ENGINE: 'git', SPICERACK_GIT_MEMORY: '128' });
let jobs: InProcess;
beforeAll(() => {
  jobs = inProcess(database.db);
});

const linesOf = async (jobId: string) =>
  (await database.db.select().from(jobLogs).where(eq(jobLogs.jobId, jobId))).map(({ line }) => line);

/** The most resident memory of this process while `work` runs, over what it had before, in MiB. */
async function memoryOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 5);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return (most - before) / 1024 / 1024;
}

test('a branch of ten million files in a few kilobytes moves where no merge looks into it, else it stays and says why; the others move', async () => {
  const remote = await makeRemote(join(database.dir, 'files.git'));
  await remote.from('main').commit('Start', { a: '1\n', b: '1\n' }).write();
  await remote
    .from('main')
    .branch('fine')
    .commit('Fine', { a: '2\n' })
    .branch('above')
    .commit('Above', { b: '2\n' })
    .write();
  await writeTreeOfTrees(remote, 'huge', 'main', 7);
  await remote.from('huge').branch('on-huge').commit('On it', { 'f0/f0/new': 'x\n' }).write();

  const repo = await jobs.add(remote);
  await jobs.run({ repoId: repo.id, kind: 'register_existing_branch', suggested: true });
  await remote.from('main').commit('Main moves', { c: '1\n' }).write();
  const before = await jobs.run({ repoId: repo.id, kind: 'restack_repo' });
  expect(before.moves.map(({ branch }) => branch).sort()).toEqual(['above', 'fine', 'huge', 'on-huge']);
  // A file where the branch has a folder of a million.
  await remote.from('main').commit('Main has one of them', { f0: '1\n' }).write();
  let restack: Awaited<ReturnType<InProcess['run']>> | undefined;
  const grown = await memoryOf(async () => {
    restack = await jobs.run({ repoId: repo.id, kind: 'restack_repo' });
  });

  expect(restack?.job).toMatchObject({ status: 'completed' });
  expect(restack?.moves.map(({ branch }) => branch)).toEqual(expect.arrayContaining(['fine', 'above']));
  expect(await remote.contains('above', await remote.tip('main'))).toBe(true);
  const held = new Map(restack?.job.result?.heldBack.map(({ branch, reason }) => [branch, reason.kind]));
  expect(held.get('huge')).toBe('too_large');
  expect(held.get('on-huge')).toBe('below');
  expect((await jobs.rows(repo.id)).get('huge')?.forecast).toMatchObject({ outcome: 'too_large', files: [] });
  expect(await linesOf(restack?.job.id ?? '')).toContainEqual(expect.stringMatching(/^huge is held back: .*too large/));
  // All its paths alone would be a gigabyte.
  expect(grown).toBeLessThan(300);
}, 180_000);

/** A remote of `count` branches, each with a commit of its own. */
async function branchesOf(name: string, count: number): Promise<Remote> {
  const remote = await makeRemote(join(database.dir, name));
  await remote.from('main').commit('Start', { a: '1\n' }).write();
  const main = await remote.tip('main');
  const commits = Array.from({ length: count }, (_, i) => {
    const header = `commit refs/heads/b${i}\ncommitter A <a@b> ${1_700_000_000 + i} +0000\ndata 1\nx\nfrom ${main}\n`;
    return `${header}M 100644 inline f${i % 100}\ndata ${String(i).length}\n${i}\n\n`;
  });
  await git(['fast-import', '--quiet'], { gitDir: remote.dir, input: commits.join('') });
  await remote.config('gc.auto', '0');
  await git(['pack-refs', '--all'], { gitDir: remote.dir });
  return remote;
}

test('the longest stop does not grow with the branches of a remote, nor with those that a job moves', async () => {
  const stops: number[] = [];
  for (const count of [500, 3000]) {
    const remote = await branchesOf(`branches-${count}.git`, count);
    const watch = watchStops();
    const repo = await jobs.add(remote);
    await remote.from('main').commit('Main moves', { a: '2\n' }).write();
    await jobs.run({ repoId: repo.id, kind: 'register_existing_branch', suggested: true });
    const { job, moves } = await jobs.run({ repoId: repo.id, kind: 'restack_repo' });
    stops.push(watch.longest());
    expect((await jobs.rows(repo.id)).size).toBe(count);
    expect(moves.filter(({ state }) => state === 'pushed')).toHaveLength(count);
    expect(job.result?.moved).toEqual({ branches: count, refs: count });
    const lines = (await linesOf(job.id)).filter((line) => line.includes('replayed onto main'));
    expect(new Set(lines).size).toBe(count);
  }
  const [few = 0, many = 0] = stops;
  // Of six times as many; each stop alone is that long or half as long by chance.
  expect(many / few).toBeLessThan(5);
}, 180_000);

test('a job that is stopped while it writes down a push of many loses nothing: the next sync tells of the rest', async () => {
  const remote = await branchesOf('stopped.git', 600);
  const repo = await jobs.add(remote);
  await jobs.run({ repoId: repo.id, kind: 'register_existing_branch', suggested: true });
  await remote.from('main').commit('Main moves', { a: '2\n' }).write();
  // As a database does that is full, after the first piece.
  await database.db.run(sql`create trigger stops before update of state on job_moves
    when new.state = 'pushed' and (select count(*) from job_moves where job_id = new.job_id and state = 'pushed') >= 500
    begin select raise(abort, 'stopped by the test'); end`);
  const stopped = await jobs.run({ repoId: repo.id, kind: 'restack_repo' });
  await database.db.run(sql`drop trigger stops`);
  expect(stopped.job).toMatchObject({ status: 'error', message: expect.stringContaining('is not known') });
  expect(stopped.moves.filter(({ state }) => state === 'pushed')).toHaveLength(500);

  await jobs.run({ repoId: repo.id, kind: 'sync_repo' });
  const moves = await database.db.select().from(jobMoves).where(eq(jobMoves.jobId, stopped.job.id));
  expect(new Set(moves.map(({ state }) => state))).toEqual(new Set(['pushed']));
  const rows = await jobs.rows(repo.id);
  const tips = await remote.tips();
  for (const { branch, after } of moves) {
    expect(after).toBe(tips[branch]);
    expect(rows.get(branch)).toMatchObject({ tip: after, base: tips.main, needsRestack: false });
  }
}, 180_000);
