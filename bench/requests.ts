import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { createSpicerack, type Spicerack } from '@spicerack/client';
import { sql } from 'drizzle-orm';
import { type Db, openDatabase } from '@/db/client';
import { gzipped } from '@/server/gzip';
import { startServer } from '../e2e/support/server';
import { addBranches, addMoves } from './support/branch-rows';
import { INSIDE_ENV, insideOf } from './support/inside';
import { type BenchRow, compare, measure, median } from './support/row';

const RUNS = 300;
/** Branches of a repository of which the first page is asked for. */
const BRANCHES = [1000, 10_000];
const PAGES = 60;
/** Jobs that have moved a thousand branches each, as many as an overview shows. */
const JOBS = 20;
/** Of how many readings of all pages the longest stop is noted; and how long it may be, in milliseconds. */
const READINGS = 20;
const STOP_MS = 20;

const unzipped = promisify(gunzip);
/**
 * What a request costs on an idle server, against a bare Node HTTP server's answer; and the first page of an overview of
 * many branches, against a mutation that does nothing.
 */
export async function run(): Promise<BenchRow[]> {
  const server = await startServer({ executor: 'inline' });
  const bare = createServer((_request, response) => response.end('{"ok":true}'));
  await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
  try {
    const client = createSpicerack({ url: server.url });
    const { repo, jobId } = await client.repos.add({ url: '/srv/git/none' });
    await client.waitForJob(jobId).catch(() => undefined);
    const { port }: AddressInfo = Object(bare.address());
    const read = async (url: string) => (await fetch(url)).text();
    const reference = {
      label: 'a bare Node server',
      run: () => read(`http://127.0.0.1:${port}/`),
    };
    const subjects = [
      { label: '/api/health', run: () => read(`${server.url}/api/health`) },
      { label: 'a mutation that does nothing', run: () => client.repos.update({ repoId: repo.id }) },
      { label: 'repos.overview of a repo without branches', run: () => client.repos.overview({ repoId: repo.id }) },
    ];
    const rows: BenchRow[] = [];
    for (const subject of subjects) {
      rows.push(await measure(subject.label, [subject, reference], RUNS));
    }
    const db = await openDatabase(`file:${join(server.dataDir, 'spicerack.db')}`);
    for (const count of BRANCHES) {
      const { repoId, changeOne } = await addRepoOf(client, db, count);
      const page = await client.repos.overview({ repoId });
      for (const [when, prepare] of [
        ['where nothing has changed', async () => undefined],
        ['after a change', changeOne],
      ] as const) {
        rows.push(
          await measure(
            `the first page of ${count} branches, ${when}`,
            [
              { label: 'repos.overview', prepare, run: () => client.repos.overview({ repoId }) },
              {
                label: 'a mutation that does nothing',
                atMost: 3,
                run: () => client.repos.update({ repoId: repo.id }),
              },
              // What no answer of this size does without.
              {
                label: 'its text made, compressed and read again, in this process',
                run: async () => JSON.parse(String(await unzipped(await gzipped(Buffer.from(JSON.stringify(page)))))),
              },
            ],
            PAGES,
          ),
        );
      }
    }
    db.$client.close();
    return [...rows, await stops()];
  } finally {
    bare.close();
    await server.dispose();
  }
}

/** A repository of so many branches, whose remote is not there, and how one of them changes. */
async function addRepoOf(client: Spicerack, db: Db, count: number) {
  const { repo, jobId } = await client.repos.add({ url: `/srv/git/none-${count}` });
  await client.waitForJob(jobId).catch(() => undefined);
  await addBranches(db, repo.id, count);
  await addMoves(db, repo.id, JOBS);
  const changeOne = () =>
    db.run(sql`update branches set subject = subject || '.' where repo_id = ${repo.id} and name = 'branch-0'`);
  return { repoId: repo.id, changeOne };
}

/** How long a server's loop stands still at most while all pages of many branches are read, each time after a change. */
async function stops(): Promise<BenchRow> {
  const count = 10_000;
  const server = await startServer({ executor: 'inline', env: INSIDE_ENV });
  try {
    const client = createSpicerack({ url: server.url });
    const db = await openDatabase(`file:${join(server.dataDir, 'spicerack.db')}`);
    const { repoId, changeOne } = await addRepoOf(client, db, count);
    const readAll = async () => {
      let { nextCursor: cursor } = await client.repos.overview({ repoId });
      while (cursor !== null) cursor = (await client.repos.overview({ repoId, cursor })).nextCursor;
    };
    await readAll();
    const longest: number[] = [];
    for (let reading = 0; reading < READINGS; reading += 1) {
      await changeOne();
      await insideOf(server);
      await readAll();
      longest.push((await insideOf(server)).stop);
    }
    db.$client.close();
    const compared = compare(
      `the longest stop of the loop while all pages of ${count} branches are read after a change`,
      [
        { label: 'the median of all readings', median: median(longest) },
        { label: 'what it is to stay within', median: STOP_MS, atMost: 1 },
        { label: 'the longest of all readings', median: Math.max(...longest) },
      ],
    );
    return { ...compared, runs: READINGS };
  } finally {
    await server.dispose();
  }
}
