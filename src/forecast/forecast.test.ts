import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { and, eq, sql } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { config } from '@/config';
import { branches, events, type ForecastRow, forecasts, type JobRow, jobLogs, jobs, repos } from '@/db/schema';
import { makeRemote, type Remote } from '@/demo/remote';
import { cloneDir } from '@/git/clone/clone-dir';
import { sameDataDir } from '@/git/clone/data-dir';
import { identifyProcess } from '@/git/process/process';
import { git, gitText } from '@/git/process/run';
import { acceptAction } from '@/queue/accept';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { type GatedGit, gatedGit } from '@/testing/gated-git';
import { writeStack } from '@/testing/stack';
import { runJob } from '@/workflow/workflow';
import { askForecast, type ForecastAnswer, type ForecastRequest } from './ask';
import { keepOutlines } from './keep-outlines';
import { countStates, lastRestackQuery, restackOf } from './last-restack';
import { forecast } from './loop';

type Action = Omit<ForecastRequest, 'repoId'>;

let dir: string;
let test: TestDatabase;
let gate: GatedGit;
const env = { ...process.env };

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-forecast-'));
  gate = await gatedGit(join(dir, 'gate'));
  // Settings are read once, at the first use.
  process.env.SPICERACK_DATA_DIR = join(dir, 'data');
  process.env.SPICERACK_GIT = gate.program;
  process.env.SPICERACK_ENGINE = 'git';
  process.env.SPICERACK_GIT_SPICE = join(dir, 'no-such-program');
  test = await testDatabase();
});
afterAll(async () => {
  process.env = env;
  await test.close();
  await rm(dir, { recursive: true, force: true });
});

let remote: Remote;
let repoId: string;

/** The stack that tests begin with, and `zero` beside it, all tracked. */
beforeEach(async () => {
  repoId = uuid();
  remote = await makeRemote(join(dir, `${repoId}.git`));
  await writeStack(remote);
  await remote.from('main').branch('zero').commit('Zero', { 'zero.txt': '0\n' }).write();
  await test.db.insert(repos).values({ id: repoId, name: 'shop', url: remote.dir });
  await job({ kind: 'register_existing_branch', suggested: true });
});

/** Runs an action as a job, to its end. */
async function job(action: Action): Promise<JobRow> {
  const accepted = await acceptAction(test.db, { ...action, repoId, requestedBy: 'test' });
  if ('refused' in accepted) throw new Error(accepted.refused.message);
  const { jobId } = accepted;
  await test.db.update(jobs).set({ dispatch: 1 }).where(eq(jobs.id, jobId));
  const shutdown = new AbortController().signal;
  await runJob({ jobId, dispatch: 1 }, { run: (_name, work) => work() }, { db: test.db, executor: 'inline', shutdown });
  const [row] = await test.db.select().from(jobs).where(eq(jobs.id, jobId));
  if (!row) throw new Error('no such job');
  return row;
}

async function logOf({ id }: Pick<JobRow, 'id'>): Promise<string[]> {
  const lines = await test.db.select({ line: jobLogs.line }).from(jobLogs).where(eq(jobLogs.jobId, id));
  return lines.map(({ line }) => line);
}

async function ask(action: Action): Promise<ForecastAnswer> {
  const answer = await askForecast(test.db, { ...action, repoId });
  if ('refused' in answer) throw new Error(answer.refused.message);
  return answer;
}

/** Starts what computes; it runs until the test ends, or until it is stopped. */
function background(limitMs?: number): { stop(): Promise<void> } {
  const abort = new AbortController();
  const running = forecast(test.db, abort.signal, limitMs);
  const stop = async () => {
    abort.abort();
    await running;
  };
  onTestFinished(stop);
  return { stop };
}

async function row(id: number): Promise<ForecastRow> {
  const [found] = await test.db.select().from(forecasts).where(eq(forecasts.id, id));
  if (!found) throw new Error('no such forecast');
  return found;
}

async function ready(id: number): Promise<ForecastRow> {
  await expect.poll(() => row(id), { timeout: 30_000 }).toMatchObject({ status: 'ready' });
  return row(id);
}

/** Asks, and computes what was asked for. */
async function known(action: Action): Promise<ForecastRow> {
  const { stop } = background();
  const found = await ready((await ask(action)).id);
  await stop();
  return found;
}

const mainMoves = () => remote.from('main').commit('Main moves', { 'main.txt': 'main\n' }).write();
const mainConflicts = () => remote.from('main').commit('Main edits app', { 'app.txt': 'one\nmain\nthree\n' }).write();
/** Brings the rows up to date without restacking what the test is about. */
const look = () => job({ kind: 'rebase_branch', branch: 'zero' });

describe('a forecast and the job that it was for agree', () => {
  const cases: Array<{
    title: string;
    action: Action;
    given: () => Promise<unknown>;
    outline: object;
    ends?: Partial<JobRow>;
  }> = [
    {
      title: 'restack_repo',
      action: { kind: 'restack_repo' },
      given: mainMoves,
      outline: {
        engine: 'git',
        failure: null,
        moves: [
          { branch: 'a', onto: 'main', moves: true, commits: 1 },
          { branch: 'fix', onto: 'main', moves: true, commits: 1 },
          { branch: 'b', onto: 'a' },
          { branch: 'c', onto: 'b' },
        ],
        heldBack: [],
      },
    },
    {
      title: 'restack_repo that holds back a conflict, with what stands on it',
      action: { kind: 'restack_repo' },
      given: async () => {
        await remote.from('fix').branch('on-fix').commit('On fix', { 'on.txt': 'x\n' }).write();
        await job({ kind: 'register_existing_branch', branch: 'on-fix', parent: 'fix' });
        await mainConflicts();
      },
      outline: {
        moves: [{ branch: 'a' }, { branch: 'b' }, { branch: 'c' }],
        heldBack: [
          {
            branch: 'fix',
            reason: {
              kind: 'conflict',
              subject: 'Fix two',
              files: [{ path: 'app.txt', kinds: ['contents'], text: null }],
            },
          },
          { branch: 'on-fix', reason: { kind: 'below', branch: 'fix' } },
        ],
      },
    },
    {
      title: 'restack_repo that drops a commit which is below already',
      action: { kind: 'restack_repo' },
      given: async () => {
        await remote.from('fix').branch('fix').commit('More', { 'more.txt': 'm\n' }).write();
        await remote.from('main').commit('The same', { 'more.txt': 'm\n' }).write();
      },
      outline: { dropped: [{ branch: 'fix', subject: 'More' }] },
    },
    {
      title: 'restack_subtree',
      action: { kind: 'restack_subtree', branch: 'b' },
      given: () => remote.from('a').branch('a').commit('A again', { 'a2.txt': 'a\n' }).write(),
      outline: {
        moves: [
          { branch: 'b', onto: 'a' },
          { branch: 'c', onto: 'b' },
        ],
      },
    },
    {
      title: 'restack_subtree that holds back a conflict, with both sides',
      action: { kind: 'restack_subtree', branch: 'fix' },
      given: mainConflicts,
      ends: { status: 'error', errorCode: 'CONFLICT' },
      outline: {
        failure: { code: 'CONFLICT' },
        heldBack: [
          {
            branch: 'fix',
            reason: {
              kind: 'conflict',
              files: [{ path: 'app.txt', text: expect.stringMatching(/<<<<<<<.+=======.+>>>>>>>/s) }],
            },
          },
        ],
      },
    },
    {
      title: 'rebase_branch',
      action: { kind: 'rebase_branch', branch: 'a' },
      given: mainMoves,
      outline: { moves: [{ branch: 'a', onto: 'main' }] },
    },
    {
      title: 'rebase_branch whose own branch conflicts',
      action: { kind: 'rebase_branch', branch: 'fix' },
      given: mainConflicts,
      outline: { failure: { code: 'CONFLICT' }, moves: [], heldBack: [{ branch: 'fix' }] },
      ends: { status: 'error', errorCode: 'CONFLICT' },
    },
    {
      title: 'reparent_branch',
      action: { kind: 'reparent_branch', branch: 'b', parent: 'fix' },
      given: async () => undefined,
      outline: {
        moves: [
          { branch: 'b', parentBefore: 'a', onto: 'fix' },
          { branch: 'c', parentBefore: 'b', onto: 'b' },
        ],
      },
    },
    {
      title: 'reparent_branch that moves no ref',
      action: { kind: 'reparent_branch', branch: 'twin', parent: 'b' },
      given: async () => {
        await remote.from('b').branch('twin').commit('Twin', { 'twin.txt': 't\n' }).write();
        await remote.move('fork', 'b');
        await job({ kind: 'register_existing_branch', branch: 'fork', parent: 'a' });
        await job({ kind: 'register_existing_branch', branch: 'twin', parent: 'fork' });
      },
      outline: { moves: [{ branch: 'twin', parentBefore: 'fork', onto: 'b', moves: false, commits: 0 }] },
    },
    {
      title: 'reparent_branch onto a branch that is not tracked',
      action: { kind: 'reparent_branch', branch: 'b', parent: 'new' },
      given: () => remote.from('main').branch('new').commit('New', { 'new.txt': 'n\n' }).write(),
      outline: { failure: { code: 'NOT_TRACKED' }, moves: [] },
      ends: { status: 'error', errorCode: 'NOT_TRACKED' },
    },
    {
      title: 'sync_repo that retargets what stood on a merged branch',
      action: { kind: 'sync_repo' },
      given: () => remote.merge('a', 'squash'),
      outline: {
        moves: [
          { branch: 'b', parentBefore: 'a', onto: 'main' },
          { branch: 'c', onto: 'b' },
        ],
      },
    },
    {
      title: 'sync_repo with nothing to do',
      action: { kind: 'sync_repo' },
      given: mainMoves,
      outline: { failure: null, moves: [], heldBack: [], dropped: [], registered: [] },
    },
    {
      title: 'register_existing_branch of one branch',
      action: { kind: 'register_existing_branch', branch: 'new', parent: 'a' },
      given: () => remote.from('a').branch('new').commit('New', { 'new.txt': 'n\n' }).write(),
      outline: { engine: null, registered: [{ branch: 'new', parent: 'a' }], moves: [{ branch: 'new', moves: false }] },
    },
    {
      title: 'register_existing_branch of every suggestion',
      action: { kind: 'register_existing_branch', suggested: true },
      given: async () => {
        const chain = remote.from('a').branch('new').commit('New', { 'new.txt': 'n\n' });
        await chain.branch('newer').commit('Newer', { 'newer.txt': 'n\n' }).write();
      },
      outline: {
        registered: [
          { branch: 'new', parent: 'a' },
          { branch: 'newer', parent: 'new' },
        ],
      },
    },
    {
      title: 'an action on a branch that the remote does not have',
      action: { kind: 'restack_subtree', branch: 'nowhere' },
      given: async () => undefined,
      outline: { failure: { code: 'BRANCH_NOT_FOUND' }, moves: [] },
      ends: { status: 'error', errorCode: 'BRANCH_NOT_FOUND' },
    },
  ];

  it.each(cases)('$title', async ({ action, given, outline, ends = { status: 'completed' } }) => {
    await given();
    await look();
    const found = await known(action);
    expect(found).toMatchObject({ outline, message: '' });
    const before = await remote.tips();
    const done = await job(action);
    expect(done).toMatchObject({ ...ends, result: { forecast: { agreed: true } } });
    // What it had said is what the remote now has, and nothing else has moved.
    const after = await remote.tips();
    const moved = Object.keys(after).filter((name) => after[name] !== before[name]);
    expect(found.outline?.moves.flatMap(({ branch, moves }) => (moves ? [branch] : [])).sort()).toEqual(moved.sort());
    for (const { branch, moves, tree } of found.outline?.moves ?? []) {
      if (moves) expect(await gitText(['rev-parse', `${after[branch]}^{tree}`], { gitDir: remote.dir })).toBe(tree);
    }
  });

  it('where the remote refuses a branch, which no forecast can know: the others are compared', async () => {
    await mainMoves();
    await look();
    await known({ kind: 'restack_repo' });
    await remote.protect('b');
    const done = await job({ kind: 'restack_repo' });
    expect(done.result?.heldBack.map(({ branch }) => branch)).toEqual(['b', 'c']);
    expect(done.result?.forecast).toEqual({ agreed: true });
    const said = 'It went as the forecast had said, but for what the remote did not take: b, c.';
    expect(await logOf(done)).toContain(said);
  });

  it('where the forecast holds a branch back itself, it went as that had said', async () => {
    await mainConflicts();
    await look();
    await known({ kind: 'restack_repo' });
    const done = await job({ kind: 'restack_repo' });
    expect(done.result?.heldBack.length).toBeGreaterThan(0);
    expect(await logOf(done)).toContain('It went as the forecast had said.');
  });
});

describe('the check of a forecast', () => {
  it('names every difference in the job and its log', async () => {
    const { id, outline } = await known({ kind: 'reparent_branch', branch: 'b', parent: 'fix' });
    if (!outline) throw new Error('no outline');
    const [b, ...rest] = outline.moves;
    if (!b) throw new Error('no move');
    const wrong = {
      ...outline,
      moves: [{ ...b, tree: 'f'.repeat(40) }, ...rest],
      dropped: [{ branch: 'c', commit: 'd'.repeat(40), subject: 'C' }],
    };
    await test.db.update(forecasts).set({ outline: wrong }).where(eq(forecasts.id, id));
    const done = await job({ kind: 'reparent_branch', branch: 'b', parent: 'fix' });
    const differences = [expect.stringMatching(/^b: .*tree ffff/), expect.stringMatching(/^c: .*drops dddd/)];
    expect(done.result?.forecast).toEqual({ agreed: false, differences });
    const log = await test.db
      .select({ line: jobLogs.line })
      .from(jobLogs)
      .where(and(eq(jobLogs.jobId, done.id), eq(jobLogs.level, 'warn')));
    expect(log.filter(({ line }) => line.startsWith('The forecast was wrong'))).toHaveLength(2);
  });

  it('says nothing where none was known, or where it was for other tips', async () => {
    expect((await job({ kind: 'restack_repo' })).result?.forecast).toBeNull();
    await known({ kind: 'restack_repo' });
    await mainMoves();
    expect((await job({ kind: 'restack_repo' })).result?.forecast).toBeNull();
  });
});

describe('asking for a forecast', () => {
  it('answers at once from the table, writes one row, and runs no git', async () => {
    await gate.hold('rev-list');
    onTestFinished(() => gate.release('rev-list'));
    background();
    const first = await ask({ kind: 'restack_repo' });
    expect(first).toMatchObject({ repoId, kind: 'restack_repo', status: 'pending', outline: null, computedAt: null });
    await gate.reached('rev-list');
    expect(await ask({ kind: 'restack_repo' })).toMatchObject({ id: first.id, status: 'pending' });
    await gate.release('rev-list');
    await ready(first.id);
    expect(await ask({ kind: 'restack_repo' })).toMatchObject({
      id: first.id,
      tipsKey: first.tipsKey,
      status: 'ready',
      stale: false,
      computedAt: expect.any(String),
    });
  });

  it('is told by the feed when it is there, without the columns of the queue', async () => {
    const { id, feedCursor } = await ask({ kind: 'restack_repo' });
    const { stop } = background();
    await ready(id);
    await stop();
    const told = await test.db
      .select()
      .from(events)
      .where(and(eq(events.type, 'forecasts'), sql`${events.seq} > ${feedCursor}`));
    expect(told.map((event) => event.repoId)).toEqual([repoId]);
    const view = JSON.parse(told[0]?.row ?? '');
    expect(view).toMatchObject({ id, status: 'ready', stale: false, outline: { moves: [] } });
    expect(Object.keys(view)).not.toContain('claim');
  });

  it('gets a new forecast once the rows have changed, and the old one again when they are as they were', async () => {
    const old = await known({ kind: 'restack_repo' });
    const [a] = await test.db
      .select()
      .from(branches)
      .where(and(eq(branches.repoId, repoId), eq(branches.name, 'a')));
    const set = (tip: string) =>
      test.db
        .update(branches)
        .set({ tip })
        .where(and(eq(branches.repoId, repoId), eq(branches.name, 'a')));
    await set(await remote.tip('fix'));
    expect(await row(old.id)).toMatchObject({ stale: true });
    const other = await ask({ kind: 'restack_repo' });
    expect(other).toMatchObject({ status: 'pending', outline: null });
    expect(other.tipsKey).not.toBe(old.tipsKey);
    await set(a?.tip ?? '');
    expect(await row(other.id)).toMatchObject({ stale: true });
    expect(await ask({ kind: 'restack_repo' })).toMatchObject({ id: old.id, status: 'ready', stale: false });
  });

  it('does not make it stale when only the look of a row changes', async () => {
    const { id } = await known({ kind: 'restack_repo' });
    await test.db.update(branches).set({ ci: 'success', lastSeenAt: 'later' }).where(eq(branches.repoId, repoId));
    await test.db.update(repos).set({ syncError: 'The remote is away.' }).where(eq(repos.id, repoId));
    expect(await row(id)).toMatchObject({ stale: false });
  });

  it('asks anew for what could not be computed, after a while', async () => {
    const { id } = await ask({ kind: 'restack_repo' });
    const fail = (ago: string) =>
      test.db
        .update(forecasts)
        .set({ status: 'error', message: 'No room.', computedAt: sql`strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ${ago})` })
        .where(eq(forecasts.id, id));
    await fail('-1 seconds');
    expect(await ask({ kind: 'restack_repo' })).toMatchObject({ id, status: 'error', message: 'No room.' });
    await fail('-60 seconds');
    expect(await ask({ kind: 'restack_repo' })).toMatchObject({ id, status: 'pending' });
  });
});

describe('the outline of a Restack of the whole', () => {
  const outlines = () =>
    test.db
      .select({ status: forecasts.status, stale: forecasts.stale })
      .from(forecasts)
      .where(and(eq(forecasts.repoId, repoId), eq(forecasts.kind, 'restack_repo')));
  const keeping = () => {
    const abort = new AbortController();
    const running = keepOutlines(test.db, abort.signal);
    onTestFinished(async () => {
      abort.abort();
      await running;
    });
  };

  it('is asked for at the end of a job with nobody looking, and what a list of repos counts goes by it', async () => {
    await mainConflicts();
    keeping();
    background();
    await look();
    await expect.poll(outlines, { timeout: 30_000 }).toContainEqual({ status: 'ready', stale: false });
    const [repo] = await test.db.select({ counts: repos.counts }).from(repos).where(eq(repos.id, repoId));
    expect(repo?.counts).toMatchObject({ needRestack: 3, wouldConflict: 1 });
  });

  /** The list of repos says what the page does, which is made of the rows and of the last outline. */
  const expectListedAsShown = async (tipsKey: string) => {
    const [repo] = await test.db.select().from(repos).where(eq(repos.id, repoId));
    const rows = await test.db.select().from(branches).where(eq(branches.repoId, repoId));
    const [last] = await lastRestackQuery(test.db, repoId);
    expect(last).toMatchObject({ tipsKey, stale: false });
    expect(repo?.counts).toMatchObject({ ...countStates(rows, 'main', restackOf(last)), tipsKey });
  };

  it('holds again when the branches are as they were, for what a list of repos says, too', async () => {
    keeping();
    background();
    const current = async () => {
      await expect.poll(outlines, { timeout: 30_000 }).toContainEqual({ status: 'ready', stale: false });
      return (await ask({ kind: 'restack_repo' })).tipsKey;
    };
    await mainConflicts();
    await look();
    const first = await current();
    const before = await remote.tip('zero');
    await expectListedAsShown(first);

    await remote.from('zero').commit('Clashes', { 'app.txt': 'one\nzero\nthree\n' }).write();
    await look();
    const second = await current();
    expect(second).not.toBe(first);
    await expectListedAsShown(second);

    await remote.move('zero', before);
    await look();
    // Before anybody has asked again.
    const [repo] = await test.db.select({ counts: repos.counts }).from(repos).where(eq(repos.id, repoId));
    expect(repo?.counts).toMatchObject({ tipsKey: first });
    expect(await current()).toBe(first);
    await expectListedAsShown(first);
  });

  it('holds again after a change by hand that was taken back', async () => {
    const { tipsKey } = await known({ kind: 'restack_repo' });
    const [a] = await test.db.select().from(branches).where(eq(branches.name, 'a'));
    const set = (parent: string | undefined) =>
      test.db
        .update(branches)
        .set({ parent })
        .where(and(eq(branches.repoId, repoId), eq(branches.name, 'a')));
    await set('zero');
    await test.db.update(repos).set({ counts: null }).where(eq(repos.id, repoId));
    await set(a?.parent ?? undefined);
    expect(await ask({ kind: 'restack_repo' })).toMatchObject({ tipsKey, status: 'ready' });
    await expectListedAsShown(tipsKey);
  });

  it('is not asked for again where it is known, nor while a job that may change the branches is open', async () => {
    await known({ kind: 'restack_repo' });
    await test.db.insert(jobs).values({ id: uuid(), repoId, kind: 'sync_repo', requestedBy: 'test' });
    await test.db
      .update(branches)
      .set({ tip: await remote.tip('fix') })
      .where(and(eq(branches.repoId, repoId), eq(branches.name, 'a')));
    keeping();
    const other = uuid();
    await test.db.insert(repos).values({
      id: other,
      name: 'other',
      url: 'https://git.example/other.git',
      trunk: 'main',
      trunkTip: 'f'.repeat(40),
    });
    await test.db.insert(branches).values({ repoId: other, name: 'alone', tip: 'e'.repeat(40), tracked: true });
    // One round has asked for the other repo, and so has passed by this one.
    await expect
      .poll(() => test.db.select({ id: forecasts.id }).from(forecasts).where(eq(forecasts.repoId, other)))
      .toHaveLength(1);
    expect(await outlines()).toEqual([{ status: 'ready', stale: true }]);
  });
});

describe('computing forecasts', () => {
  it('leaves the clone as it was: no ref, no object', async () => {
    await mainMoves();
    await look();
    const clone = async () => {
      const options = { gitDir: cloneDir(repoId) };
      return [await gitText(['for-each-ref'], options), await gitText(['count-objects', '-v'], options)];
    };
    const before = await clone();
    const { outline } = await known({ kind: 'restack_repo' });
    expect(outline?.moves.length).toBeGreaterThan(0);
    expect(await clone()).toEqual(before);
  });

  it('computes each forecast once, however many processes do it', async () => {
    const loops = [background(), background(), background()];
    const asked = await Promise.all(['a', 'b', 'c', 'fix'].map((branch) => ask({ kind: 'restack_subtree', branch })));
    const rows = await Promise.all(asked.map(({ id }) => ready(id)));
    await Promise.all(loops.map((loop) => loop.stop()));
    expect(rows.map(({ claim }) => claim)).toEqual([1, 1, 1, 1]);
  });

  it('leaves alone what another process computes, and takes over what its claim has run out for', async () => {
    const { id } = await ask({ kind: 'restack_repo' });
    const claimed = (until: string) =>
      test.db
        .update(forecasts)
        .set({ claim: 7, claimedUntil: sql`strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ${until})` })
        .where(eq(forecasts.id, id));
    await claimed('+1 hour');
    // Of another repo, and asked for later: once that is there, this one was passed over.
    const theirs = await test.addRepo();
    background();
    const other = await askForecast(test.db, { repoId: theirs, kind: 'restack_repo' });
    if ('refused' in other) throw new Error('refused');
    await expect.poll(() => row(other.id), { timeout: 30_000 }).toMatchObject({ claim: 1, claimedUntil: null });
    expect(await row(id)).toMatchObject({ claim: 7, status: 'pending' });
    await claimed('-1 seconds');
    expect(await ready(id)).toMatchObject({ claim: 8 });
  });

  it('stops at once when the server shuts down, and gives back what it had not finished', async () => {
    await gate.hold('rev-list');
    onTestFinished(() => gate.release('rev-list'));
    const { id } = await ask({ kind: 'restack_repo' });
    const { stop } = background();
    await gate.reached('rev-list');
    expect((await row(id)).claimedUntil).not.toBeNull();
    await stop();
    expect(await row(id)).toMatchObject({ status: 'pending', claimedUntil: null, message: '' });
    await gate.release('rev-list');
    background();
    await ready(id);
  });

  it.each([
    {
      title: 'there is no clone',
      spoil: async (clone: string) => rm(clone, { recursive: true }),
      message: /no clone/,
    },
    {
      title: 'the clone lacks commits',
      spoil: async (clone: string) => {
        await rm(clone, { recursive: true });
        await git(['init', '--bare', '--quiet', '--template=', clone]);
      },
      message: /lacks some/,
    },
  ])('waits for the next sync where $title', async ({ spoil, message }) => {
    const clone = cloneDir(repoId);
    expect(existsSync(clone)).toBe(true);
    await spoil(clone);
    const { id } = await ask({ kind: 'restack_repo' });
    background();
    await expect.poll(() => row(id), { timeout: 30_000 }).toMatchObject({ message: expect.stringMatching(message) });
    expect(await row(id)).toMatchObject({ status: 'pending', claimedUntil: null });
    await job({ kind: 'sync_repo' });
    expect(await ready(id)).toMatchObject({ stale: false, message: '' });
  });

  it('asked for while the data directory is moved away is computed when it is back, without a sync', async () => {
    const { dataDir } = config();
    const aside = `${dataDir}.aside`;
    await sameDataDir();
    await rename(dataDir, aside);
    const { id } = await ask({ kind: 'restack_repo' });
    const failed = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    background();
    await expect.poll(() => failed.mock.calls.join(), { timeout: 30_000 }).toMatch(/forecast cannot be computed/);
    failed.mockRestore();
    expect(await row(id)).toMatchObject({ status: 'pending', claimedUntil: null, message: '' });
    await rename(aside, dataDir);
    expect(await ready(id)).toMatchObject({ stale: false });
  });

  it('ends one that takes too long with an error, and its git with it', async () => {
    await gate.hold('rev-list');
    onTestFinished(() => gate.release('rev-list'));
    const { id } = await ask({ kind: 'restack_repo' });
    background(300);
    const git = await gate.reached('rev-list');
    await expect
      .poll(() => row(id), { timeout: 20_000 })
      .toMatchObject({
        status: 'error',
        message: expect.stringContaining('longer than 0.3 s'),
        outline: null,
        claimedUntil: null,
      });
    expect(identifyProcess(git)).toBeNull();
  });

  it('says why where the engine fails, and goes on with others', async () => {
    await test.db.update(repos).set({ engine: 'git-spice' }).where(eq(repos.id, repoId));
    const missing = await known({ kind: 'restack_repo' });
    expect(missing.outline).toMatchObject({ engine: null, failure: { code: 'ENGINE_MISSING' }, moves: [] });
    await test.db.update(repos).set({ engine: 'auto' }).where(eq(repos.id, repoId));
    await known({ kind: 'restack_repo' });
  });
});
