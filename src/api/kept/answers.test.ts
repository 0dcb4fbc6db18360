import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { sql } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ASKER_HEADER, anybody, writeAsker } from '@/access/asker';
import { serveApi } from '@/api/serve';
import { type Db, db } from '@/db/client';
import { branches, jobMoves, jobs, tasks } from '@/db/schema';
import { PAGE } from '@/feed/read';
import { MOST_EVENTS } from '@/feed/since';
import { actionKey } from '@/planner/tips-key';
import { type TestDatabase, testDatabase } from '@/testing/database';

let test: TestDatabase;
/** The database as another process has it open. */
let elsewhere: Db;
let repoId: string;
const job = { id: uuid(), branch: 'a' };

beforeAll(async () => {
  test = await testDatabase();
  vi.stubEnv('SPICERACK_DATABASE_URL', `file:${test.dir}/test.db`);
  elsewhere = await test.elsewhere();
});
afterAll(async () => {
  (await db()).$client.close();
  vi.unstubAllEnvs();
  await test.close();
});
beforeEach(async () => {
  repoId = await test.addRepo({ a: 'main', b: 'a' });
  job.id = uuid();
  await elsewhere.insert(jobs).values({ ...job, repoId, kind: 'rebase_branch', requestedBy: 'test' });
});

function ask(input: object = {}, headers: Record<string, string> = { 'accept-encoding': 'gzip' }): Promise<Response> {
  const url = new URL('http://127.0.0.1/api/trpc/repos.overview');
  url.searchParams.set('input', JSON.stringify({ json: { repoId, ...input } }));
  return serveApi(new Request(url, { headers: { [ASKER_HEADER]: writeAsker(anybody('read')), ...headers } }));
}

async function read(response: Response) {
  const body = Buffer.from(await response.arrayBuffer());
  const text = response.headers.get('content-encoding') === 'gzip' ? gunzipSync(body) : body;
  return JSON.parse(text.toString());
}

/** Whether an answer is made, which reads the rows as one snapshot, and not only given again. */
async function isMade(work: () => Promise<unknown>): Promise<boolean> {
  const snapshot = vi.spyOn((await db()).$client, 'batch');
  await work();
  const { length } = snapshot.mock.calls;
  snapshot.mockRestore();
  return length > 0;
}

it('is given again as it was while nothing changes, and not for another question', async () => {
  const first = await read(await ask());
  expect(await isMade(async () => expect(await read(await ask())).toEqual(first))).toBe(false);
  expect(await isMade(() => ask({ search: 'a' }))).toBe(true);
});

it('is the same that everybody gets who cannot read what is kept, with the same headers', async () => {
  const kept = [await ask(), await ask()];
  const plain = await ask({}, {});
  expect(plain.headers.get('content-encoding')).toBeNull();
  const body = await read(plain);
  for (const each of kept) {
    expect(await read(each)).toEqual(body);
    expect([...each.headers]).toEqual([...plain.headers, ['content-encoding', 'gzip']].sort());
  }
});

const OUTLINE = JSON.stringify({ failure: null, heldBack: [], moves: [] });
const forecast = () => sql`
  insert into forecasts (repo_id, kind, action, tips_key, status, outline, computed_at)
  values (${repoId}, 'restack_repo', ${actionKey({ kind: 'restack_repo' })}, 'x', 'ready', ${OUTLINE}, '2026-01-01T00:00:00.000Z')`;

describe('is made anew once another process has changed', () => {
  const changes: Array<[string, () => Promise<unknown>]> = [
    ['where a branch is', () => elsewhere.update(branches).set({ tip: 'e'.repeat(40) })],
    ['how a branch stands', () => elsewhere.update(branches).set({ needsRestack: true })],
    ['which branches there are', () => elsewhere.insert(branches).values({ repoId, name: 'c', tip: 'c'.repeat(40) })],
    [
      'which are not there any more',
      () => elsewhere.run(sql`delete from branches where repo_id = ${repoId} and name = 'b'`),
    ],
    ['the repo', () => elsewhere.run(sql`update repos set name = 'another' where id = ${repoId}`)],
    ['the trunk', () => elsewhere.run(sql`update repos set trunk = 'a' where id = ${repoId}`)],
    ['the jobs', () => elsewhere.insert(jobs).values({ id: uuid(), repoId, kind: 'sync_repo', requestedBy: 'test' })],
    ['what a job does', () => elsewhere.run(sql`update jobs set status = 'running' where id = ${job.id}`)],
    [
      'what a job moves',
      () => elsewhere.insert(jobMoves).values({ jobId: job.id, branch: 'a', after: 'e'.repeat(40), rewritten: [] }),
    ],
    [
      'the steps of a job',
      () =>
        elsewhere.run(
          sql`insert into job_steps (job_id, step, status, attempt) values (${job.id}, 'sync', 'running', 1)`,
        ),
    ],
    [
      'the tasks',
      () => elsewhere.insert(tasks).values({ id: uuid(), repoId, title: 'T', branch: 'a', branchStatus: 'completed' }),
    ],
    ['what a Restack would do', () => elsewhere.run(forecast())],
    [
      'whether that is for the branches as they are',
      async () => {
        await elsewhere.run(forecast());
        await ask();
        await elsewhere.run(sql`update forecasts set stale = 1 where repo_id = ${repoId}`);
      },
    ],
    ['which jobs are kept', () => elsewhere.run(sql`delete from jobs where id = ${job.id}`)],
  ];
  it.each(changes)('%s', async (_what, change) => {
    const before = await read(await ask());
    await change();
    const after = await read(await ask());
    expect(after).not.toEqual(before);
    expect(after).toEqual(await read(await ask({}, {})));
    expect(await isMade(() => ask())).toBe(false);
  });

  it('anything, in a process of its own', async () => {
    await ask();
    const program = `
      const { createClient } = await import('@libsql/client');
      await createClient({ url: 'file:${test.dir}/test.db' }).execute("update branches set subject = 'From elsewhere'");`;
    execFileSync(process.execPath, ['--input-type=module', '-e', program]);
    const { result } = await read(await ask());
    expect(result.data.json.branches.map((row: { subject: string }) => row.subject)).toEqual([
      'From elsewhere',
      'From elsewhere',
    ]);
  });
});

it('is not given for a repo that was removed', async () => {
  expect((await ask()).status).toBe(200);
  await elsewhere.run(sql`delete from repos where id = ${repoId}`);
  expect((await ask()).status).toBe(404);
});

it('is made anew where so much has happened in other repos that its cursor lies far behind', async () => {
  const { result: before } = await read(await ask());
  const other = await test.addRepo({ x: 'main' });
  const happens = (count: number) =>
    elsewhere.run(sql`
      with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
      insert into events (repo_id, type, op, row) select ${other}, 'branches', 'upsert', '{}' from n`);
  const newest = await elsewhere.all<{ seq: number }>(sql`select max(seq) as seq from events`);
  const behind = (newest[0]?.seq ?? 0) - before.data.json.feedCursor;
  await happens(PAGE - behind);
  expect(await isMade(() => ask())).toBe(false);
  await happens(1);
  expect(await isMade(() => ask())).toBe(true);
  const { result: after } = await read(await ask());
  expect(after.data.json.feedCursor).toBe(before.data.json.feedCursor + PAGE + 1);
});

it('is given up for newer ones, so that no search fills the memory', async () => {
  await ask();
  for (let i = 0; i < 31; i += 1) await ask({ search: `${i}` });
  expect(await isMade(() => ask())).toBe(false);
  for (let i = 31; i < 63; i += 1) await ask({ search: `${i}` });
  expect(await isMade(() => ask())).toBe(true);
});

it('is made of all rows where more has happened to them than is worth taking in', async () => {
  await ask();
  await elsewhere.run(sql`
    with recursive n(i) as (select 1 union all select i + 1 from n where i <= ${MOST_EVENTS})
    insert into branches (repo_id, name, tip) select ${repoId}, 'n' || i, 'x' from n`);
  const { result } = await read(await ask());
  expect(result.data.json.counts.all).toBe(2 + MOST_EVENTS + 1);
  expect(result.data.json.branches[0].name).toBe('a');
});

it('is none of a question that is refused, or of several at once', async () => {
  const other = { repoId: uuid() };
  expect((await ask(other)).status).toBe(404);
  expect(await isMade(() => ask(other))).toBe(true);
  const input = encodeURIComponent(JSON.stringify({ 0: { json: { repoId } }, 1: { json: { repoId, search: 'b' } } }));
  const url = `http://127.0.0.1/api/trpc/repos.overview,repos.overview?batch=1&input=${input}`;
  const headers = { [ASKER_HEADER]: writeAsker(anybody('read')), 'accept-encoding': 'gzip' };
  const both = () => serveApi(new Request(url, { headers }));
  await both();
  expect(await isMade(both)).toBe(true);
  expect(
    (await read(await both())).map(
      (one: { result: { data: { json: { branches: [] } } } }) => one.result.data.json.branches.length,
    ),
  ).toEqual([2, 1]);
});
