import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSpicerack } from '@spicerack/client';
import { startServer } from '../e2e/support/server';
import { type BenchRow, measure } from './row';

const RUNS = 300;

const nothing = async () => undefined;

/** What a request costs on an idle server, against a bare Node HTTP server's answer. */
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
      prepare: nothing,
      run: () => read(`http://127.0.0.1:${port}/`),
    };
    const subjects = [
      { label: '/api/health', run: () => read(`${server.url}/api/health`) },
      { label: 'a mutation that does nothing', run: () => client.repos.update({ repoId: repo.id }) },
      { label: 'repos.overview of a repo without branches', run: () => client.repos.overview({ repoId: repo.id }) },
    ];
    const rows: BenchRow[] = [];
    for (const subject of subjects) {
      rows.push(await measure(subject.label, [{ ...subject, prepare: nothing }, reference], RUNS));
    }
    return rows;
  } finally {
    bare.close();
    await server.dispose();
  }
}
