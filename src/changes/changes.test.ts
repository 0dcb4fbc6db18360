import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changes } from '@/db/schema';
import { type Files, makeRemote, type Remote } from '@/demo/remote';
import { readPiece } from '@/feed/read';
import { cloneDir } from '@/git/clone/clone-dir';
import type { Changes, ChangesAsk, RangeDiff } from '@/model/changes';
import { testGround } from '@/testing/hooks/ground';
import { inProcess } from '@/testing/in-process';
import { askChanges, type ChangesAnswer } from './ask';
import { pruneChanges } from './keep';
import { showChanges } from './loop';

const test = testGround({ SPICERACK_ENGINE: 'git' });
let remote: Remote;
let repoId: string;
let base: string;
const stop = new AbortController();
let showing: Promise<void>;
beforeAll(() => {
  showing = showChanges(test.db, stop.signal, 0);
});
afterAll(async () => {
  stop.abort();
  await showing;
});

async function ask(wanted: ChangesAsk): Promise<ChangesAnswer> {
  const answer = await askChanges(test.db, repoId, wanted);
  if ('refused' in answer) throw new Error(answer.refused.message);
  return answer;
}

/** Asks until there is an answer. */
async function answered(wanted: ChangesAsk): Promise<ChangesAnswer> {
  await expect.poll(async () => (await ask(wanted)).status, { timeout: 25_000, interval: 20 }).not.toBe('pending');
  return ask(wanted);
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

async function shown(wanted: ChangesAsk): Promise<Changes> {
  const { message, content } = await answered(wanted);
  expect(message).toBe('');
  return content as Changes;
}

/** One remote for all of it: each test has a branch of its own on `main`. */
beforeAll(async () => {
  remote = await makeRemote(join(test.dir, 'shop.git'));
  const lines = Array.from({ length: 30 }, (_, i) => `line ${i}\n`).join('');
  await remote
    .from('main')
    .commit('Start', {
      'a.txt': 'one\n',
      'b.txt': 'one\n',
      'old name.txt': lines,
      'run.sh': 'echo\n',
      'logo.bin': Buffer.from([0, 1, 2]),
      link: { mode: '120000', content: 'run.sh' },
      'gone.txt': 'x\n',
      'wei"rd\\.txt': 'a\n',
    })
    .write();
  base = await remote.tip('main');
  const branch = (name: string, message: string, files: Files) =>
    remote.from(base).branch(name).commit(message, files).write();
  await branch('plain', 'Two\n\nBecause of three.\n', { 'a.txt': 'two\n' });
  await branch('kinds', 'All', {
    'old name.txt': null,
    'new name.txt': `${lines}more\n`,
    'run.sh': { mode: '100755', content: 'echo\n' },
    'logo.bin': Buffer.from([0, 1, 2, 3]),
    link: 'now a file\n',
    'gone.txt': null,
    'wei"rd\\.txt': 'b\n',
    sub: { mode: '160000', content: '1'.repeat(40) },
  });
  await branch('spaces', 'Spaces', { 'a.txt': '  one\n', 'b.txt': 'two\n' });
  const long = Array.from({ length: 40_000 }, (_, i) => `line ${i}\n`).join('');
  await branch('long', 'Long', { 'a.txt': long, 'b.txt': 'two\n' });
  await branch('hostile', '<script>alert(1)</script>\u001b[31m', {
    'huge.txt': 'x'.repeat(5 * 1024 * 1024),
    'line.txt': 'y'.repeat(3 * 1024 * 1024),
    'html\u0007.txt': '<img src=x onerror=alert(1)>\u001b[2J\u202e\n',
    'bytes.txt': Buffer.from([0x63, 0xff, 0xfe, 0x0a]),
  });
  const many = Array.from({ length: 5_000 }, (_, i) => [`d${i % 100}/f${i}.txt`, `${i}\n`]);
  await branch('many', 'Many', Object.fromEntries(many));
  const two = (name: string, onto: string, last: string) =>
    remote
      .from(onto)
      .branch(name)
      .commit('First', { 'first.txt': 'b\n' })
      .commit('Second', { 'second.txt': `${lines}${last}\n` })
      .write();
  await two('before', base, 'end');
  await remote.from('main').commit('On', { 'main.txt': 'x\n' }).write();
  await two('same', 'main', 'end');
  await two('other', 'main', 'another end');
  repoId = (await inProcess(test.db).add(remote)).id;
});

const on = async (branch: string, more: { hideWhitespace?: boolean; file?: number } = {}) =>
  between(base, await remote.tip(branch), more);

describe('what a branch changes', () => {
  it('is pending at first, ready by the feed, and there at once from then on', async () => {
    const wanted = await on('plain');
    const first = await ask(wanted);
    expect(first).toMatchObject({ status: 'pending', content: null });
    await answered(wanted);
    const { message: news } = await readPiece(test.db, first.feedCursor, repoId);
    const rows = news?.kind === 'changes' ? news.events.filter(({ type }) => type === 'changes') : [];
    expect(rows.at(-1)?.row).toMatchObject({ id: first.id, status: 'ready' });
    expect(Object.keys(rows.at(-1)?.row ?? {})).not.toContain('content');
    expect((await ask(wanted)).content).toMatchObject({
      base,
      commits: [{ subject: 'Two', body: 'Because of three.', size: { files: 1, additions: 1, deletions: 1 } }],
      commitCount: 1,
      files: [{ path: 'a.txt', status: 'modified', patch: '@@ -1 +1 @@\n-one\n+two', omitted: null }],
      fileCount: 1,
      additions: 1,
      deletions: 1,
    });
  });

  it('says of each file what it is: renamed, of another mode, binary with its sizes, a link, a submodule', async () => {
    const { files } = await shown(await on('kinds'));
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
    const [main, tip] = [await remote.tip('main'), await remote.tip('spaces')];
    expect(await shown(between(main, tip))).toMatchObject({ base, fileCount: 2, additions: 2, commitCount: 1 });
    const hidden = await shown(between(main, tip, { hideWhitespace: true }));
    expect(hidden.files.map(({ path, patch }) => [path, patch])).toEqual([
      ['a.txt', null],
      ['b.txt', '@@ -1 +1 @@\n-one\n+two'],
    ]);
    expect(hidden.additions).toBe(1);
  });

  it('is all of a history where nothing is named to compare with', async () => {
    const root = await shown(between(null, base));
    expect(root).toMatchObject({ base: null, fileCount: root.files.length });
    expect(root.commits.at(-1)).toMatchObject({ parents: [], size: null });
  });

  it('leaves out a long patch until that file is asked for alone', async () => {
    expect((await shown(await on('long'))).files).toMatchObject([
      { path: 'a.txt', additions: 40_000, omitted: 'all', patch: null },
      { path: 'b.txt', omitted: null, patch: '@@ -1 +1 @@\n-one\n+two' },
    ]);
    expect((await shown(await on('long', { file: 0 }))).files).toMatchObject([
      { path: 'a.txt', omitted: null, patch: expect.stringContaining('+line 39999') },
    ]);
    expect((await shown(await on('long', { file: 1 }))).files).toMatchObject([{ path: 'b.txt', omitted: null }]);
  });
});

describe('what is hostile stays harmless', () => {
  it('cuts a line of 3 MB, looks into no file of 5 MB, and shows what acts on a page or terminal', async () => {
    const found = await shown(await on('hostile'));
    expect(found.commits[0]?.subject).toBe('<script>alert(1)</script>␛[31m');
    expect(Object.fromEntries(found.files.map((file) => [file.path, file]))).toMatchObject({
      'huge.txt': { kind: 'large', patch: null, after: { bytes: 5_242_880 } },
      'line.txt': { patch: expect.stringMatching(/\+y+… \(3,145,728 bytes\)/) },
      'html␇.txt': { patch: '@@ -0,0 +1 @@\n+<img src=x onerror=alert(1)>␛[2J<U+202E>' },
      'bytes.txt': { patch: '@@ -0,0 +1 @@\n+c\ufffd\ufffd' },
    });
    expect(JSON.stringify(found).length).toBeLessThan(20_000);
  });

  it('lists the first of 5,000 files and counts them all', async () => {
    const found = await shown(await on('many'));
    expect(found).toMatchObject({ fileCount: 5_000, additions: 5_000 });
    expect(found.files).toHaveLength(1000);
  });
});

describe('a move, before and after', () => {
  it('is proven to change nothing where each patch is equal, and shows what has changed where not', async () => {
    const [main, tip] = [await remote.tip('main'), await remote.tip('before')];
    const compare = async (branch: string) => {
      const after = { base: main, tip: await remote.tip(branch) };
      return (await answered({ kind: 'range_diff', before: { base, tip }, after })).content as RangeDiff;
    };
    expect(await compare('same')).toMatchObject({
      same: true,
      pairs: [
        { kind: 'same', subject: 'First' },
        { kind: 'same', subject: 'Second', before: tip, after: await remote.tip('same'), diff: null },
      ],
    });
    const other = await compare('other');
    expect(other).toMatchObject({ same: false, pairs: [{ kind: 'same' }, { kind: 'changed', before: tip }] });
    expect(other.pairs[1]?.diff).toMatch(/-\+end\n\+\+another end/);
  });
});

describe('what cannot be shown says why', () => {
  it('names a commit that the clone lacks, and shows it once it is there', async () => {
    await remote.from('main').branch('late').commit('Late', { 'a.txt': 'two\n' }).write();
    const wanted = await on('late');
    const ids = [await remote.tip('late'), base];
    expect(await answered(wanted)).toMatchObject({ status: 'error', errorCode: 'COMMIT_GONE', content: null });
    expect((await answered({ kind: 'commits', ids })).content).toMatchObject({ commits: [{ id: base }] });
    await inProcess(test.db).run({ repoId, kind: 'sync_repo' });
    await test.db.update(changes).set({ computedAt: '2020-01-01T00:00:00.000Z' }).where(eq(changes.repoId, repoId));
    expect(await answered(wanted)).toMatchObject({ status: 'ready', errorCode: null, message: '' });
  });

  it('refuses a repo that is not there', async () => {
    const answer = await askChanges(test.db, '01890000-0000-7000-8000-000000000000', between(null, base));
    expect(answer).toMatchObject({ refused: { code: 'NOT_FOUND', field: 'repoId' } });
  });

  it('shows no picture that is none', async () => {
    const { files } = await shown(await on('kinds'));
    const id = files.find(({ path }) => path === 'logo.bin')?.after?.id ?? '';
    expect(await answered({ kind: 'image', id })).toMatchObject({ status: 'error', errorCode: 'NO_IMAGE' });
  });

  it('says that there is no clone', async () => {
    await rm(cloneDir(repoId), { recursive: true });
    expect(await answered(between(null, await remote.tip('main')))).toMatchObject({
      status: 'error',
      errorCode: 'NO_CLONE',
    });
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
