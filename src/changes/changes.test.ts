import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { changes } from '@/db/schema';
import { makeRemote, type Remote } from '@/demo/remote';
import { readFeed } from '@/feed/read';
import { cloneDir } from '@/git/clone/clone-dir';
import type { Changes, ChangesAsk, RangeDiff } from '@/model/changes';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { inProcess } from '@/testing/in-process';
import { askChanges, type ChangesAnswer } from './ask';
import { pruneChanges } from './keep';
import { showChanges } from './loop';

let dir: string;
let test: TestDatabase;
const stop = new AbortController();
let showing: Promise<void>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-changes-'));
  vi.stubEnv('SPICERACK_DATA_DIR', join(dir, 'data'));
  vi.stubEnv('SPICERACK_ENGINE', 'git');
  test = await testDatabase();
  showing = showChanges(test.db, stop.signal);
});
afterAll(async () => {
  stop.abort();
  await showing;
  vi.unstubAllEnvs();
  await test.close();
  await rm(dir, { recursive: true, force: true });
});

/** A remote that `write` has filled, known and synced. */
async function world(name: string, write: (remote: Remote) => Promise<unknown>) {
  const remote = await makeRemote(join(dir, `${name}.git`));
  await write(remote);
  const { id: repoId } = await inProcess(test.db).add(remote);
  return { remote, repoId };
}

async function ask(repoId: string, wanted: ChangesAsk): Promise<ChangesAnswer> {
  const answer = await askChanges(test.db, repoId, wanted);
  if ('refused' in answer) throw new Error(answer.refused.message);
  return answer;
}

/** Asks until there is an answer. */
async function answered(repoId: string, wanted: ChangesAsk): Promise<ChangesAnswer> {
  await expect
    .poll(async () => (await ask(repoId, wanted)).status, { timeout: 25_000, interval: 20 })
    .not.toBe('pending');
  return ask(repoId, wanted);
}

const between = (
  from: string | null,
  to: string,
  more: { hideWhitespace?: boolean; file?: number } = {},
): ChangesAsk => ({
  kind: 'changes',
  from,
  to,
  hideWhitespace: more.hideWhitespace ?? false,
  file: more.file ?? null,
});

async function shown(repoId: string, wanted: ChangesAsk): Promise<Changes> {
  const { message, content } = await answered(repoId, wanted);
  expect(message).toBe('');
  return content as Changes;
}

describe('what a branch changes', () => {
  it('is pending at first, ready by the feed, and there at once from then on', async () => {
    const { remote, repoId } = await world('feed', async (r) => {
      await r.from('main').commit('Start', { 'a.txt': 'one\n' }).write();
      await r.from('main').branch('b').commit('Two\n\nBecause of three.\n', { 'a.txt': 'two\n' }).write();
    });
    const wanted = between(await remote.tip('main'), await remote.tip('b'));
    const first = await ask(repoId, wanted);
    expect(first).toMatchObject({ status: 'pending', content: null });
    await answered(repoId, wanted);
    const news = await readFeed(test.db, first.feedCursor, repoId);
    const rows = news?.kind === 'changes' ? news.events.filter(({ type }) => type === 'changes') : [];
    expect(rows.at(-1)?.row).toMatchObject({ id: first.id, status: 'ready' });
    expect(Object.keys(rows.at(-1)?.row ?? {})).not.toContain('content');
    expect((await ask(repoId, wanted)).content).toMatchObject({
      base: wanted.kind === 'changes' && wanted.from,
      commits: [{ subject: 'Two', body: 'Because of three.', size: { files: 1, additions: 1, deletions: 1 } }],
      commitCount: 1,
      files: [{ path: 'a.txt', status: 'modified', patch: '@@ -1 +1 @@\n-one\n+two', omitted: null }],
      fileCount: 1,
      additions: 1,
      deletions: 1,
    });
  });

  it('says of each file what it is: renamed, of another mode, binary with its sizes, a link, a submodule', async () => {
    const { remote, repoId } = await world('kinds', async (r) => {
      const lines = Array.from({ length: 30 }, (_, i) => `line ${i}\n`).join('');
      await r
        .from('main')
        .commit('Start', {
          'old name.txt': lines,
          'run.sh': 'echo\n',
          'logo.bin': Buffer.from([0, 1, 2]),
          link: { mode: '120000', content: 'run.sh' },
          'gone.txt': 'x\n',
          'wei"rd\\.txt': 'a\n',
        })
        .write();
      await r
        .from('main')
        .branch('b')
        .commit('All', {
          'old name.txt': null,
          'new name.txt': `${lines}more\n`,
          'run.sh': { mode: '100755', content: 'echo\n' },
          'logo.bin': Buffer.from([0, 1, 2, 3]),
          link: 'now a file\n',
          'gone.txt': null,
          'wei"rd\\.txt': 'b\n',
          sub: { mode: '160000', content: '1'.repeat(40) },
        })
        .write();
    });
    const { files } = await shown(repoId, between(await remote.tip('main'), await remote.tip('b')));
    expect(Object.fromEntries(files.map((file) => [file.path, file]))).toMatchObject({
      'new name.txt': { from: 'old name.txt', status: 'renamed', additions: 1, deletions: 0 },
      'run.sh': { before: { mode: '100644' }, after: { mode: '100755' }, patch: null, kind: 'text' },
      'logo.bin': { kind: 'binary', before: { bytes: 3 }, after: { bytes: 4 }, patch: null, additions: null },
      link: { status: 'type_changed', patch: expect.stringContaining('-run.sh') },
      'gone.txt': { status: 'deleted', after: null },
      'wei"rd\\.txt': { patch: '@@ -1 +1 @@\n-a\n+b' },
      sub: { kind: 'submodule', patch: expect.stringContaining('+Subproject commit 1111') },
    });
  });

  it('is compared with where the two part, hides whitespace on wish, and counts what is hidden as nothing', async () => {
    const { remote, repoId } = await world('whitespace', async (r) => {
      await r.from('main').commit('Start', { 'a.txt': 'one\n', 'b.txt': 'one\n' }).write();
      await r.from('main').branch('b').commit('Spaces', { 'a.txt': '  one\n', 'b.txt': 'two\n' }).write();
      await r.from('main').commit('On', { 'main.txt': 'x\n' }).write();
    });
    const [main, b] = [await remote.tip('main'), await remote.tip('b')];
    expect(await shown(repoId, between(main, b))).toMatchObject({ fileCount: 2, additions: 2, commitCount: 1 });
    const hidden = await shown(repoId, between(main, b, { hideWhitespace: true }));
    expect(hidden.files.map(({ path, patch }) => [path, patch])).toEqual([
      ['a.txt', null],
      ['b.txt', '@@ -1 +1 @@\n-one\n+two'],
    ]);
    expect(hidden.additions).toBe(1);
  });

  it('gives all of a history where nothing is named to compare with', async () => {
    const { remote, repoId } = await world('root', (r) => r.from('main').commit('Start', { 'a.txt': 'one\n' }).write());
    const root = await shown(repoId, between(null, await remote.tip('main')));
    expect(root).toMatchObject({ base: null, fileCount: root.files.length });
    expect(root.commits.at(-1)).toMatchObject({ parents: [], size: null });
  });

  it('leaves out a long patch until that file is asked for alone', async () => {
    const { remote, repoId } = await world('long', async (r) => {
      await r.from('main').commit('Start', { 'z.txt': 'z\n' }).write();
      const long = Array.from({ length: 40_000 }, (_, i) => `line ${i}\n`).join('');
      await r.from('main').branch('b').commit('Long', { 'a.txt': long, 'z.txt': 'y\n' }).write();
    });
    const [main, b] = [await remote.tip('main'), await remote.tip('b')];
    const { files } = await shown(repoId, between(main, b));
    expect(files).toMatchObject([
      { path: 'a.txt', additions: 40_000, omitted: 'all', patch: null },
      { path: 'z.txt', omitted: null, patch: '@@ -1 +1 @@\n-z\n+y' },
    ]);
    const alone = await shown(repoId, between(main, b, { file: 0 }));
    expect(alone.files).toMatchObject([
      { path: 'a.txt', omitted: null, patch: expect.stringContaining('+line 39999') },
    ]);
    expect((await shown(repoId, between(main, b, { file: 1 }))).files).toMatchObject([
      { path: 'z.txt', omitted: null },
    ]);
  });
});

describe('what is hostile stays harmless', () => {
  it('cuts a line of 3 MB, looks into no file of 5 MB, and shows what acts on a page or terminal', async () => {
    const { remote, repoId } = await world('hostile', async (r) => {
      await r.from('main').commit('Start', { 'huge.txt': 'small\n', 'line.txt': 'short\n' }).write();
      await r
        .from('main')
        .branch('b')
        .commit('<script>alert(1)</script>\u001b[31m', {
          'huge.txt': 'x'.repeat(5 * 1024 * 1024),
          'line.txt': 'y'.repeat(3 * 1024 * 1024),
          'html\u0007.txt': '<img src=x onerror=alert(1)>\u001b[2J\u202e\n',
          'bytes.txt': Buffer.from([0x63, 0xff, 0xfe, 0x0a]),
        })
        .write();
    });
    const found = await shown(repoId, between(await remote.tip('main'), await remote.tip('b')));
    expect(found.commits[0]?.subject).toBe('<script>alert(1)</script>␛[31m');
    expect(Object.fromEntries(found.files.map((file) => [file.path, file]))).toMatchObject({
      'huge.txt': { kind: 'large', patch: null, after: { bytes: 5_242_880 } },
      'line.txt': { patch: expect.stringMatching(/\+y+… \(3,145,729 bytes\)/) },
      'html␇.txt': { patch: '@@ -0,0 +1 @@\n+<img src=x onerror=alert(1)>␛[2J<U+202E>' },
      'bytes.txt': { patch: '@@ -0,0 +1 @@\n+c\ufffd\ufffd' },
    });
    expect(JSON.stringify(found).length).toBeLessThan(20_000);
  });

  it('lists the first of 5,000 files and counts them all', async () => {
    const { remote, repoId } = await world('files', async (r) => {
      await r.from('main').commit('Start', { 'a.txt': 'one\n' }).write();
      const files = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`d${i % 100}/f${i}.txt`, `${i}\n`]));
      await r.from('main').branch('b').commit('Many', files).write();
    });
    const found = await shown(repoId, between(await remote.tip('main'), await remote.tip('b')));
    expect(found).toMatchObject({ fileCount: 5_000, additions: 5_000 });
    expect(found.files).toHaveLength(1000);
  });
});

describe('what cannot be shown says why', () => {
  it('names a commit that the clone lacks, and shows it once it is there', async () => {
    const { remote, repoId } = await world('gone', async (r) => {
      await r.from('main').commit('Start', { 'a.txt': 'one\n' }).write();
    });
    const main = await remote.tip('main');
    await remote.from('main').branch('late').commit('Late', { 'a.txt': 'two\n' }).write();
    const wanted = between(main, await remote.tip('late'));
    expect(await answered(repoId, wanted)).toMatchObject({ status: 'error', errorCode: 'COMMIT_GONE', content: null });
    await inProcess(test.db).run({ repoId, kind: 'sync_repo' });
    await test.db.update(changes).set({ computedAt: '2020-01-01T00:00:00.000Z' }).where(eq(changes.repoId, repoId));
    expect(await answered(repoId, wanted)).toMatchObject({ status: 'ready', errorCode: null, message: '' });
  });

  it('says that there is no clone', async () => {
    const { remote, repoId } = await world('no-clone', (r) => r.from('main').commit('Start', { a: '1\n' }).write());
    await rm(cloneDir(repoId), { recursive: true });
    expect(await answered(repoId, between(null, await remote.tip('main')))).toMatchObject({
      status: 'error',
      errorCode: 'NO_CLONE',
    });
  });

  it('refuses a repo that is not there', async () => {
    const answer = await askChanges(test.db, '01890000-0000-7000-8000-000000000000', between(null, 'a'.repeat(40)));
    expect(answer).toMatchObject({ refused: { code: 'NOT_FOUND', field: 'repoId' } });
  });
});

describe('a move, before and after', () => {
  it('is proven to change nothing where each patch is equal, and shows what has changed where not', async () => {
    const lines = (last: string) => `${Array.from({ length: 20 }, (_, i) => `line ${i}`).join('\n')}\n${last}\n`;
    const { remote, repoId } = await world('moved', async (r) => {
      const two = (branch: string, last: string) =>
        r
          .from('main')
          .branch(branch)
          .commit('First', { 'b.txt': 'b\n' })
          .commit('Second', { 'c.txt': lines(last) })
          .write();
      await r.from('main').commit('Start', { 'a.txt': 'one\n' }).write();
      await two('b', 'end');
      await r.from('main').commit('On', { 'main.txt': 'x\n' }).write();
      await two('same', 'end');
      await two('other', 'another end');
    });
    const [main, b] = [await remote.tip('main'), await remote.tip('b')];
    const before = { base: await remote.tip('b~2'), tip: b };
    const compare = async (branch: string) => {
      const after = { base: main, tip: await remote.tip(branch) };
      return (await answered(repoId, { kind: 'range_diff', before, after })).content as RangeDiff;
    };
    expect(await compare('same')).toMatchObject({
      same: true,
      pairs: [
        { kind: 'same', subject: 'First' },
        { kind: 'same', subject: 'Second', before: b, after: await remote.tip('same'), diff: null },
      ],
    });
    const other = await compare('other');
    expect(other).toMatchObject({ same: false, pairs: [{ kind: 'same' }, { kind: 'changed', before: b }] });
    expect(other.pairs[1]?.diff).toMatch(/--\+end\n\+\+another end|-\+end\n\+\+another end/);
  });
});

describe('the table of changes', () => {
  it('keeps what was looked at last, within its bounds', async () => {
    const repoId = await test.addRepo();
    const add = (size: number, day: number) =>
      test.db.insert(changes).values({
        repoId,
        ask: between(null, `${day}`),
        status: 'ready',
        size,
        askedAt: `2026-01-0${day}T00:00:00.000Z`,
      });
    for (const day of [1, 2, 3, 4]) await add(10, day);
    await add(1000, 5);
    const kept = async () => {
      const rows = await test.db.select().from(changes).where(eq(changes.repoId, repoId)).orderBy(sql`asked_at`);
      return rows.map(({ askedAt }) => Number(askedAt.slice(9, 10)));
    };
    await pruneChanges(test.db, repoId, { count: 4, bytes: 2000 });
    expect(await kept()).toEqual([2, 3, 4, 5]);
    await pruneChanges(test.db, repoId, { count: 4, bytes: 1010 });
    expect(await kept()).toEqual([4, 5]);
    // The last one may be as large as it is.
    await pruneChanges(test.db, repoId, { count: 4, bytes: 1 });
    expect(await kept()).toEqual([5]);
  });
});
