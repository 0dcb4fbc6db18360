import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSpicerack } from '@spicerack/client';
import { makeRemote } from '@/demo/remote';
import { writeStack } from '@/testing/stack';
import { startServer } from '../e2e/support/server';
import { type BenchRow, measure } from './support/row';

const RUNS = 15;
const WAITS = 100;

/** From a job asked for to the last of a hundred `waitForJob` of one client, which share one stream, against one. */
export async function run(): Promise<BenchRow> {
  const dir = mkdtempSync(join(tmpdir(), 'spicerack-waits-'));
  const server = await startServer({ executor: 'inline' });
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
    return await measure('a job that is waited for', [waiting(WAITS), waiting(1)], RUNS);
  } finally {
    await server.dispose();
    rmSync(dir, { recursive: true, force: true });
  }
}
