import { getEventListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSpicerack, type FeedMessage, type JobDetail, type Spicerack, SpicerackError } from '@spicerack/client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { makeRemote, type Remote } from '@/demo/remote';
import { writeStack } from '@/testing/stack';
import { startServer, type TestServer } from '../support/server';

/** What the typed client promises, against one real server that is killed and started again in the middle. */

let dir: string;
let server: TestServer;
let client: Spicerack;
let remote: Remote;
let repoId: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-client-'));
  server = await startServer({ executor: 'inline', env: { SPICERACK_ENGINE: 'git' } });
  client = createSpicerack({ url: server.url, requestedBy: 'client test' });
  remote = await makeRemote(join(dir, 'shop.git'));
  await writeStack(remote);
  const added = await client.repos.add({ url: remote.dir });
  repoId = added.repo.id;
  await client.waitForJob(added.jobId);
  const { jobId } = await client.jobs.run({ repoId, kind: 'register_existing_branch', suggested: true });
  await client.waitForJob(jobId);
}, 120_000);
afterAll(async () => {
  await server.dispose();
  await rm(dir, { recursive: true, force: true });
});

/** The error that a call ends with. */
async function failure(call: Promise<unknown>): Promise<SpicerackError> {
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SpicerackError)) throw new Error(`It ended with ${String(error)}`);
  return error;
}

describe('a job', () => {
  it('is waited for over the feed, and its steps are told as they come', async () => {
    const seen: JobDetail[] = [];
    const { jobId } = await client.jobs.run({ repoId, kind: 'restack_repo' });
    const { job, steps } = await client.waitForJob(jobId, { onChange: (detail) => seen.push(detail) });
    expect(job).toMatchObject({ status: 'completed', requestedBy: 'client test' });
    expect(steps.filter(({ phase }) => phase === null).map(({ step }) => step)).toEqual([
      'sync',
      'act',
      'resync',
      'finish',
    ]);
    expect(seen[0]?.job.finishedAt).toBeNull();
    expect(seen.at(-1)?.job.status).toBe('completed');
  });

  it('that has ended already is waited for too, and one that does not exist is refused', async () => {
    const [last] = (await client.jobs.list({ repoId, limit: 1 })).jobs;
    expect((await client.waitForJob(last?.job.id ?? '')).job.id).toBe(last?.job.id);
    const error = await failure(client.waitForJob('00000000-0000-7000-8000-000000000000'));
    expect(error).toMatchObject({ code: 'NOT_FOUND', field: 'jobId', retryable: false });
  });

  it('may be waited for by a hundred at once, on one stream', async () => {
    const asked: string[] = [];
    const counting = createSpicerack({
      url: server.url,
      fetch: (input, init) => {
        asked.push(String(input instanceof Request ? input.url : input));
        return fetch(input, init);
      },
    });
    const { jobId } = await counting.jobs.run({ repoId, kind: 'sync_repo' });
    const all = await Promise.all(Array.from({ length: 100 }, () => counting.waitForJob(jobId)));
    expect(new Set(all.map(({ job }) => job.status))).toEqual(new Set(['completed']));
    expect(asked.filter((url) => url.includes('feed.subscribe')).length).toBeLessThanOrEqual(1);
  });

  it('stops being waited for when the signal says so, with its reason', async () => {
    const stop = new AbortController();
    const { jobId } = await client.jobs.run({ repoId, kind: 'restack_repo' });
    const wait = client.waitForJob(jobId, {
      signal: stop.signal,
      onChange: () => stop.abort(new Error('Enough.')),
    });
    await expect(wait).rejects.toThrow('Enough.');
    expect((await client.waitForJob(jobId)).job.status).toBe('completed');
  });
});

describe('a refusal', () => {
  it('names the field and what to do', async () => {
    const error = await failure(client.jobs.run({ repoId, kind: 'reparent_branch', branch: 'main', parent: 'main' }));
    expect(error).toMatchObject({ code: 'BAD_REQUEST', field: 'branch' });
    expect(error.message).not.toBe('');
  });

  it('comes for a second job under one key with another input, and the same input gets the same job', async () => {
    const options = { idempotencyKey: `key ${repoId}` };
    const first = await client.jobs.run({ repoId, kind: 'restack_repo' }, options);
    expect((await client.jobs.run({ repoId, kind: 'restack_repo' }, options)).jobId).toBe(first.jobId);
    expect(await failure(client.jobs.run({ repoId, kind: 'sync_repo' }, options))).toMatchObject({ code: 'CONFLICT' });
    await client.waitForJob(first.jobId);
  });
});

it('a thousand branches of long names are one selection, asked about and registered as one', async () => {
  const many = await makeRemote(join(dir, 'many.git'));
  await many.from('main').commit('Start', { a: 'a' }).write();
  const chain = many.from('main').commit('Ahead', { b: 'b' });
  const branches = Array.from({ length: 1000 }, (_, i) => `selected/${i}-`.padEnd(100, 'x'));
  for (const branch of branches) chain.branch(branch);
  await chain.write();
  const added = await client.repos.add({ url: many.dir });
  await client.waitForJob(added.jobId);
  const ask = { repoId: added.repo.id, kind: 'register_existing_branch', branches } as const;
  expect(await client.waitForForecast(ask)).toMatchObject({ status: 'ready' });
  expect(await client.jobs.run(ask)).toMatchObject({ jobId: expect.any(String) });
}, 60_000);

it('a repository that nobody knows is refused, and so is a watch of it', async () => {
  const unknown = { repoId: '0198f0f0-0000-7000-8000-000000000000' };
  const wanted = { code: 'NOT_FOUND', field: 'repoId', hint: 'List them with repos.list.' };
  expect(await failure(client.repos.get(unknown))).toMatchObject(wanted);
  const watched = async (from?: number) => {
    for await (const _ of client.watch({ ...unknown, from })) return;
  };
  expect(await failure(watched(0))).toMatchObject(wanted);
  expect(await failure(watched())).toMatchObject(wanted);
});

describe('an address', () => {
  it('where nothing listens is said so at once', async () => {
    const error = await failure(createSpicerack({ url: 'http://127.0.0.1:1' }).repos.list());
    expect(error).toMatchObject({ code: 'UNREACHABLE', retryable: true });
  });

  it('that is none is refused before anything is asked', () => {
    expect(() => createSpicerack({ url: 'shop' })).toThrow(SpicerackError);
  });

  it('of something else is not taken for a Spicerack', async () => {
    const other = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(
        'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 13\r\nconnection: close\r\n\r\n<p>Hello.</p>',
      );
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : null;
    const error = await failure(createSpicerack({ url: `http://127.0.0.1:${port}` }).repos.list());
    expect(error).toMatchObject({ code: 'NOT_UNDERSTOOD' });
  });
});

describe('a server that is killed and started again', () => {
  it('is watched on without a gap or a duplicate, and a job is waited for', async () => {
    const stop = new AbortController();
    const { cursor } = await client.repos.list();
    const messages: FeedMessage[] = [];
    const states: string[] = [];
    const onConnection = (state: string) => states.push(state);
    const watching = (async () => {
      for await (const message of client.watch({ from: cursor, signal: stop.signal, onConnection })) {
        messages.push(message);
      }
    })();
    const first = await client.jobs.run({ repoId, kind: 'sync_repo' });
    await client.waitForJob(first.jobId);

    const { jobId } = await client.jobs.run({ repoId, kind: 'restack_repo' });
    const waited: string[] = [];
    const waiting = client.waitForJob(jobId, { onConnection: (state) => waited.push(state) });
    await server.kill9();
    await server.restart();
    expect((await waiting).job.status).toBe('completed');
    expect(waited.at(-1)).toBe('live');
    const last = await client.jobs.run({ repoId, kind: 'sync_repo' });
    await client.waitForJob(last.jobId);

    const seqs = () => messages.flatMap((message) => (message.kind === 'changes' ? message.events : []));
    const hasEnd = () =>
      seqs().some(
        (change) =>
          change.type === 'jobs' &&
          change.op === 'upsert' &&
          change.row.id === last.jobId &&
          change.row.finishedAt !== null,
      );
    // A stream that broke comes back by itself, after a while.
    await expect.poll(hasEnd, { timeout: 30_000 }).toBe(true);
    stop.abort();
    await expect(watching).rejects.toThrow();
    const got = seqs().map(({ seq }) => seq);
    expect(got).toEqual([...new Set(got)].sort((a, b) => a - b));
    expect(messages.every(({ kind }) => kind === 'changes')).toBe(true);
    expect(states).toEqual(['connecting', 'live', 'lost', 'live']);
    // A fresh reader of the same stretch sees just that.
    const again: number[] = [];
    for await (const message of client.watch({ from: cursor })) {
      if (message.kind === 'changes') again.push(...message.events.map(({ seq }) => seq));
      if ((again.at(-1) ?? 0) >= (got.at(-1) ?? 0)) break;
    }
    expect(again.slice(0, got.length)).toEqual(got);
  }, 120_000);
});

describe('a call whose answer got lost', () => {
  /** A way to the server that breaks each connection whose next answer is to get lost, once the server has answered. */
  async function breakingWay(): Promise<{ way: Spicerack; lose(answers: number): void; lost(): number }> {
    let toLose = 0;
    let lost = 0;
    const { port } = new URL(server.url);
    const proxy = createServer((near) => {
      const far = connect(Number(port), '127.0.0.1');
      const end = () => {
        near.destroy();
        far.destroy();
      };
      for (const socket of [near, far]) socket.on('error', end).on('close', end);
      near.pipe(far);
      far.on('data', (answer) => {
        if (toLose === 0) return void near.write(answer);
        toLose -= 1;
        lost += 1;
        end();
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void proxy.close());
    const address = proxy.address();
    const way = createSpicerack({ url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` });
    return {
      way,
      lose(answers) {
        toLose = answers;
      },
      lost: () => lost,
    };
  }

  it('is sent again and done once, whatever it makes, changes or removes', async () => {
    const { way, lose, lost } = await breakingWay();
    const seq = async () => (await client.jobs.list({ limit: 1 })).jobs[0]?.job.seq ?? 0;
    const other = await makeRemote(join(dir, 'other.git'));
    await writeStack(other);

    lose(2);
    const added = await way.repos.add({ url: other.dir });
    expect((await client.repos.list()).repos.filter(({ url }) => url === other.dir)).toHaveLength(1);
    await client.waitForJob(added.jobId);

    lose(1);
    const task = await way.tasks.create({ repoId: added.repo.id, title: 'Once', branch: 'nobody/has-it' });
    expect((await client.tasks.list({ repoId: added.repo.id })).tasks.map(({ id }) => id)).toEqual([task.id]);
    await client.waitForJob(task.jobId ?? '');

    const before = await seq();
    lose(1);
    const { jobId } = await way.jobs.run({ repoId: added.repo.id, kind: 'restack_repo' });
    expect((await client.waitForJob(jobId)).job.seq).toBe(before + 1);
    lose(1);
    const retried = await way.jobs.retry({ jobId });
    await client.waitForJob(retried.jobId);
    expect(await seq()).toBe(before + 2);

    lose(1);
    expect(await way.repos.update({ repoId: added.repo.id, name: 'other' })).toMatchObject({ name: 'other' });
    lose(1);
    expect(await way.repos.remove({ repoId: added.repo.id })).toEqual({ removed: true });
    expect(lost()).toBe(7);
    // What was never there is not said to be removed.
    expect(await failure(way.repos.remove({ repoId: added.repo.id }))).toMatchObject({ code: 'NOT_FOUND' });
  }, 60_000);
});

it('a signal that lives long gathers no listeners, over many calls, waits and streams', async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on('warning', warned);
  onTestFinished(() => void process.off('warning', warned));
  const stop = new AbortController();
  const long = createSpicerack({ url: server.url, signal: stop.signal });
  const { jobs, feedCursor } = await long.jobs.list({ repoId, limit: 1 });
  for (let i = 0; i < 30; i += 1) await long.repos.list({ signal: stop.signal });
  await Promise.all(Array.from({ length: 30 }, () => long.waitForJob(jobs[0]?.job.id ?? '', { signal: stop.signal })));
  for (let i = 0; i < 15; i += 1) {
    for await (const _ of long.watch({ from: feedCursor - 1, signal: stop.signal })) break;
  }
  expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0);
  expect(warnings).toEqual([]);
});
