import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSpicerack } from '@spicerack/client';
import { makeRemote } from '@/demo/remote';
import { writeStack } from '@/testing/stack';
import { startServer, type TestServer } from '../e2e/support/server';
import { type BenchRow, measure } from './support/row';

/** Calls of one run, one after the other, and how often. */
const CALLS = 20;
const CALL_RUNS = 100;
const WAITS = 100;
const WAIT_RUNS = 15;

export async function run(): Promise<BenchRow[]> {
  const server = await startServer({ executor: 'inline' });
  try {
    return [await calls(server), await waits(server)];
  } finally {
    await server.dispose();
  }
}

/** Calls of the typed client, against plain `fetch` of the same address with its answer read as JSON. */
async function calls(server: TestServer): Promise<BenchRow> {
  const client = createSpicerack({ url: server.url });
  const address = new URL('/api/trpc/repos.list', server.url);
  const times = async (call: () => Promise<unknown>) => {
    for (let i = 0; i < CALLS; i += 1) await call();
  };
  return await measure(
    `${CALLS} calls of the typed client`,
    [
      { label: 'repos.list of @spicerack/client', run: () => times(() => client.repos.list()) },
      { label: 'plain fetch', run: () => times(async () => (await fetch(address)).json()) },
    ],
    CALL_RUNS,
  );
}

/** From a job asked for to the last of a hundred `waitForJob` of one client, which share one stream, against one. */
async function waits(server: TestServer): Promise<BenchRow> {
  const dir = mkdtempSync(join(tmpdir(), 'spicerack-waits-'));
  try {
    const remote = await makeRemote(join(dir, 'remote.git'));
    await writeStack(remote);
    let streams = 0;
    const client = createSpicerack({
      url: server.url,
      fetch(input, init) {
        if (String(input instanceof Request ? input.url : input).includes('feed.subscribe')) streams += 1;
        return fetch(input, init);
      },
    });
    const added = await client.repos.add({ url: remote.dir });
    await client.waitForJob(added.jobId);
    const waiting = (count: number) => ({
      label: count === 1 ? 'one wait' : `${count} waits at once`,
      async prepare() {
        streams = 0;
        return (await client.jobs.run({ repoId: added.repo.id, kind: 'sync_repo', move: false })).jobId;
      },
      async run(jobId: string) {
        await Promise.all(Array.from({ length: count }, () => client.waitForJob(jobId)));
        if (streams !== 1) throw new Error(`${count} waits have opened ${streams} streams.`);
      },
    });
    return await measure('a job that is waited for', [waiting(WAITS), waiting(1)], WAIT_RUNS);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
