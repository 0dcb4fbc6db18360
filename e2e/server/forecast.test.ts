import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Change, createSpicerack, type Spicerack } from '@spicerack/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { makeRemote, type Remote } from '@/demo/remote';
import type { ForecastView } from '@/feed/events';
import { addRepo, follow, run } from '@/testing/api';
import { type GatedGit, gatedGit } from '@/testing/gated-git';
import { startServer, type TestServer } from '../support/server';

/** Forecasts as a page or an agent has them: asked for, answered at once, brought by the feed. */

let dir: string;
let git: GatedGit;
let server: TestServer;
let client: Spicerack;
let remotes = 0;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-forecast-'));
  git = await gatedGit(join(dir, 'git'));
  server = await startServer({ executor: 'inline', env: { SPICERACK_GIT: git.program, SPICERACK_ENGINE: 'git' } });
  client = createSpicerack({ url: server.url });
}, 300_000);
afterAll(async () => {
  await server?.dispose();
  await rm(dir, { recursive: true, force: true });
});

/** The git command that only a forecast runs once nothing else is to do. */
const COMPUTING = 'rev-list';

let remote: Remote;
let repoId: string;

/** a ← b on main, tracked, and main has moved on since. */
beforeEach(async () => {
  remote = await makeRemote(join(dir, `remote-${++remotes}.git`));
  await remote.from('main').branch('main').commit('Start', { 'app.txt': 'one\n' }).write();
  const chain = remote.from('main').branch('a').commit('A', { 'a.txt': 'a\n' });
  await chain.branch('b').commit('B', { 'b.txt': 'b\n' }).write();
  repoId = (await addRepo(client, remote.dir)).repoId;
  await run(client, repoId, 'register_existing_branch', { suggested: true });
  await remote.from('main').commit('Main moves', { 'main.txt': 'x\n' }).write();
  await run(client, repoId, 'sync_repo');
});

/** What the feed says of one forecast from a cursor on, newest last. */
function watch(id: number, from: number) {
  const seen: ForecastView[] = [];
  const isIts = (event: Change) => event.type === 'forecasts' && event.op === 'upsert' && event.row.id === id;
  const following = follow(client, { repoId, from }, (event) => {
    if (isIts(event) && event.type === 'forecasts' && event.op === 'upsert') seen.push(event.row);
  });
  onTestFinished(() => following.stop());
  return { told: () => seen.at(-1) };
}

describe('a forecast', () => {
  it('is pending when first asked for, brought by the feed, and what the job then does', async () => {
    const asked = await client.forecast.get({ repoId, kind: 'restack_repo' });
    expect(asked).toMatchObject({ status: 'pending', outline: null, computedAt: null, stale: false });
    const { told } = watch(asked.id, asked.feedCursor);
    await expect.poll(told, { timeout: 30_000 }).toMatchObject({
      kind: 'restack_repo',
      status: 'ready',
      tipsKey: asked.tipsKey,
      outline: {
        failure: null,
        heldBack: [],
        moves: [
          { branch: 'a', onto: 'main', commits: 1 },
          { branch: 'b', onto: 'a', commits: 1 },
        ],
      },
    });
    expect(await client.forecast.get({ repoId, kind: 'restack_repo' })).toMatchObject(told() ?? {});
    const before = await remote.tips();
    expect(before.a).toBe(told()?.outline?.moves[0]?.from);
    const { job } = await run(client, repoId, 'restack_repo');
    expect(job.result?.forecast).toEqual({ agreed: true });
    // The branches have moved, so it says nothing any more about what a restack would do.
    await expect.poll(told, { timeout: 30_000 }).toMatchObject({ stale: true });
    const next = await client.forecast.get({ repoId, kind: 'restack_repo' });
    expect(next.tipsKey).not.toBe(asked.tipsKey);
  });

  it('is never waited for: while its git hangs, every call answers and jobs run', async () => {
    await git.hold(COMPUTING, repoId);
    onTestFinished(() => git.release(COMPUTING, repoId));
    const action = { repoId, kind: 'reparent_branch', branch: 'b', parent: 'main' } as const;
    const asked = await client.forecast.get(action);
    const { told } = watch(asked.id, asked.feedCursor);
    await git.reached(COMPUTING, repoId);
    expect(await client.forecast.get(action)).toMatchObject({ id: asked.id, status: 'pending' });
    expect((await client.repos.overview({ repoId })).branches).toHaveLength(2);
    const other = await makeRemote(join(dir, `remote-${++remotes}.git`));
    await other.from('main').branch('main').commit('Start', { 'app.txt': 'one\n' }).write();
    expect((await addRepo(client, other.dir)).sync.job.status).toBe('completed');
    expect(told()).toBeUndefined();
    await git.release(COMPUTING, repoId);
    await expect
      .poll(told, { timeout: 30_000 })
      .toMatchObject({ status: 'ready', outline: { moves: [{ branch: 'b', parentBefore: 'a', onto: 'main' }] } });
  });

  it('is computed after all when the server was killed over it', async () => {
    await git.hold(COMPUTING, repoId);
    onTestFinished(() => git.release(COMPUTING, repoId));
    const asked = await client.forecast.get({ repoId, kind: 'restack_subtree', branch: 'a' });
    await git.reached(COMPUTING, repoId);
    await server.kill9();
    await git.release(COMPUTING, repoId);
    await server.restart();
    const { told } = watch(asked.id, asked.feedCursor);
    await expect
      .poll(told, { timeout: 60_000 })
      .toMatchObject({ status: 'ready', outline: { moves: [{ branch: 'a' }, { branch: 'b' }] } });
  }, 120_000);

  it('is refused for what jobs.run refuses, with the field at fault', async () => {
    await expect(client.forecast.get({ repoId, kind: 'reparent_branch', branch: 'a', parent: 'b' })).rejects.toThrow(
      /^parent: b stands on a/,
    );
    await expect(client.forecast.get({ repoId, kind: 'sync_repo', branch: 'a' })).rejects.toThrow(/^branch: /);
  });
});
