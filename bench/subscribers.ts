import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSpicerack } from '@spicerack/client';
import { eq } from 'drizzle-orm';
import { write } from '@/db/client';
import { repos } from '@/db/schema';
import { followFeed } from '@/feed/follow';
import { callsDuring, type TestDatabase, testDatabase } from '@/testing/database';
import { startServer } from '../e2e/support/server';
import { INSIDE_ENV, insideOf } from './support/inside';
import { type BenchRow, type Contestant, compare, type Measured, measure, median } from './support/row';

const RUNS = 30;
const COUNTS = [1000, 500, 100, 1];
/** Over HTTP. It is as many as a server takes. */
const MANY = 1000;
const HTTP_RUNS = 9;
const OPENED_AT_ONCE = 50;
/** Of memory, for each stream. */
const GOAL_KB = 40;
/** How long streams without news are watched, in milliseconds. */
const IDLE_MS = 4000;

/**
 * What a thousand streams cost against one: from a row written to the last of them, in one process and over HTTP; the
 * answer to who writes; memory; and what the database is asked while nothing happens.
 */
export async function run(): Promise<BenchRow[]> {
  return [...(await inOneProcess()), ...(await overHttp())];
}

/** Without HTTP, each stream with its message as text. */
async function inOneProcess(): Promise<BenchRow[]> {
  const databases: TestDatabase[] = [];
  const aborts: AbortController[] = [];
  try {
    const contestants = await Promise.all(
      COUNTS.map(async (count): Promise<Contestant & { test: TestDatabase }> => {
        // A database of its own: the streams of the others are no part of it.
        const test = await testDatabase();
        databases.push(test);
        const repoId = await test.addRepo();
        let told = 0;
        const follow = async () => {
          const abort = new AbortController();
          aborts.push(abort);
          for await (const message of followFeed(test.db, 1, null, abort.signal))
            told += JSON.stringify(message) ? 1 : 0;
        };
        for (let i = 0; i < count; i++) void follow().catch(() => undefined);
        let name = 0;
        return {
          label: count === 1 ? 'one stream' : `${count} streams`,
          ...(count === 1 ? { atMost: 5 } : {}),
          test,
          async prepare() {
            told = 0;
            name += 1;
            await sleep(20);
          },
          async run() {
            await write(test.db, [
              test.db
                .update(repos)
                .set({ name: `${name}` })
                .where(eq(repos.id, repoId)),
            ]);
            while (told < count) await sleep(0);
          },
        };
      }),
    );
    const told = await measure('from a row written to the last stream', contestants, RUNS);
    const ends = [contestants[0], contestants.at(-1)].flatMap((one) => one ?? []);
    const asked = await Promise.all(ends.map(({ test }) => callsDuring(test.db, () => sleep(IDLE_MS))));
    const idle = compare(
      `what the database is asked in ${IDLE_MS / 1000} s without news`,
      withGoal(
        ends.map(({ label }, i) => ({ label, median: asked[i] ?? Number.NaN })),
        1.2,
      ),
    );
    return [told, { ...idle, unit: 'calls', runs: 1 }];
  } finally {
    for (const abort of aborts) abort.abort();
    for (const test of databases) await test.close();
  }
}

/** Two servers in processes of their own, one with a thousand streams and one with one. */
async function overHttp(): Promise<BenchRow[]> {
  const watched: Watched[] = [];
  try {
    for (let i = 0; i < 2; i += 1) watched.push(await watchedServer());
    const [many, one] = watched;
    if (!many || !one) throw new Error('nothing to compare');
    for (const each of watched) await each.open(1);
    const before = await many.memory();
    await many.open(MANY - 1);
    const labels = [`${MANY} streams`, 'one stream'];
    const answered = watched.map((): number[] => []);
    const told = watched.map((): number[] => []);
    // The first round warms up.
    for (let round = -1; round < HTTP_RUNS; round += 1) {
      for (const [i, each] of watched.entries()) {
        await each.quiet();
        const from = performance.now();
        await each.rename();
        if (round >= 0) answered[i]?.push(performance.now() - from);
        await each.told();
        if (round >= 0) told[i]?.push(performance.now() - from);
      }
    }
    const times = (name: string, values: number[][], atMost: number): BenchRow => {
      const measured = labels.map((label, i) => ({ label, median: median(values[i] ?? []) }));
      return { ...compare(name, withGoal(measured, atMost)), runs: HTTP_RUNS };
    };
    await many.quiet();
    const after = await many.memory();
    const each = (key: 'held' | 'rss') => (after[key] - before[key]) / 1024 / (MANY - 1);
    const memory = compare('memory of a stream over HTTP', [
      { label: 'held by the process, once nothing is left to collect', median: each('held') },
      { label: 'what it is to stay within', median: GOAL_KB, atMost: 1 },
      { label: 'what the process has grown by', median: each('rss') },
    ]);
    return [
      times('the answer to who writes, with streams over HTTP', answered, 1.2),
      times('from a row written to the last stream, over HTTP', told, 5),
      { ...memory, unit: 'KB', runs: 1 },
    ];
  } finally {
    for (const { dispose } of watched) await dispose();
  }
}

/** All but the first are what that is to take at most so many times as much as. */
function withGoal(measured: Measured[], atMost: number): Array<Measured & { atMost?: number }> {
  return measured.map((one, i) => (i === 0 ? one : { ...one, atMost }));
}

interface Watched {
  open(count: number): Promise<void>;
  rename(): Promise<unknown>;
  /** Resolves once all streams have what was written last. */
  told(): Promise<void>;
  /** The same, and everything is done that comes of it. */
  quiet(): Promise<void>;
  memory(): Promise<{ held: number; rss: number }>;
  dispose(): Promise<void>;
}

async function watchedServer(): Promise<Watched> {
  const server = await startServer({ executor: 'inline', env: INSIDE_ENV });
  const client = createSpicerack({ url: server.url });
  const { repo, jobId } = await client.repos.add({ url: '/srv/git/none' });
  await client.waitForJob(jobId).catch(() => undefined);
  const { feedCursor } = await client.repos.overview({ repoId: repo.id });
  const input = encodeURIComponent(JSON.stringify({ json: { repoId: repo.id, lastEventId: feedCursor } }));
  const streams: Array<{ end: string; isTold: boolean; answer: IncomingMessage }> = [];
  let name = '';
  let names = 0;
  /** How many streams do not have what was written last. */
  let behind = 0;
  const told = async () => {
    while (behind > 0) await sleep(1);
  };
  return {
    told,
    async open(count) {
      const openOne = async () => {
        const answer = await begun(`${server.url}/api/trpc/feed.subscribe?input=${input}`);
        const stream = { end: '', isTold: true, answer };
        streams.push(stream);
        answer.setEncoding('utf8').on('data', (text: string) => {
          // A name may come in two pieces.
          const read = stream.end + text;
          stream.end = read.slice(-name.length);
          if (stream.isTold || !read.includes(name)) return;
          stream.isTold = true;
          behind -= 1;
        });
      };
      for (let left = count; left > 0; left -= OPENED_AT_ONCE) {
        await Promise.all(Array.from({ length: Math.min(left, OPENED_AT_ONCE) }, openOne));
      }
      await sleep(500);
    },
    rename() {
      names += 1;
      name = `renamed ${names}.`;
      behind = streams.length;
      for (const stream of streams) stream.isTold = false;
      return client.repos.update({ repoId: repo.id, name });
    },
    async quiet() {
      await told();
      await sleep(30);
    },
    memory: () => insideOf(server),
    async dispose() {
      for (const { answer } of streams) answer.destroy();
      await server.dispose();
    },
  };
}

function begun(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, headers: { accept: 'text/event-stream' } }, (answer) => {
      if (answer.statusCode === 200) resolve(answer);
      else reject(new Error(`No stream: ${answer.statusCode}`));
    });
    request.on('error', reject);
  });
}
