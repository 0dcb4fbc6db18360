import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createSpicerack } from '@spicerack/client';
import { makeRemote } from '@/demo/remote';
import { writeStack } from '@/testing/stack';
import { startServer } from '../e2e/support/server';
import { type BenchRow, measure } from './row';

const RUNS = 30;

/** What such a job asks git, one after the other, in a shell that is started for it. */
const COMMANDS = [
  'git ls-remote --symref --heads -- origin',
  "git for-each-ref --format='%(objectname) %(objecttype) %(symref) %(refname)' refs/remotes/origin/",
  "git for-each-ref --format='%(refname) %(objectname) %(tree) %(contents:subject) %(authorname)' refs/remotes/origin/",
  'git rev-list --topo-order --parents --boundary --timestamp --all',
].join(' && ');

/**
 * A whole job with nothing to do, from the press to its end as a client hears of it, against the same git commands in a
 * shell, with each executor.
 */
export async function run(): Promise<BenchRow[]> {
  return [await row('inline', 2), await row('inngest', 4)];
}

async function row(executor: 'inline' | 'inngest', atMost: number): Promise<BenchRow> {
  const dir = mkdtempSync(join(tmpdir(), 'spicerack-idle-'));
  const server = await startServer({ executor });
  try {
    const remote = await makeRemote(join(dir, 'remote.git'));
    await writeStack(remote);
    const client = createSpicerack({ url: server.url });
    const { repo, jobId } = await client.repos.add({ url: remote.dir });
    await client.waitForJob(jobId);
    await client.waitForJob(
      (await client.jobs.run({ repoId: repo.id, kind: 'register_existing_branch', suggested: true })).jobId,
    );
    const clone = join(server.dataDir, 'clones', `${repo.id}.git`);
    const nothing = async () => undefined;
    return await measure(
      `a job with nothing to do, ${executor}`,
      [
        {
          label: 'restack_repo where all is in place',
          prepare: nothing,
          run: async () => client.waitForJob((await client.jobs.run({ repoId: repo.id, kind: 'restack_repo' })).jobId),
        },
        {
          label: 'its git commands in a shell',
          atMost,
          prepare: nothing,
          run: () => promisify(execFile)('sh', ['-c', COMMANDS], { env: { ...process.env, GIT_DIR: clone } }),
        },
      ],
      RUNS,
    );
  } finally {
    await server.dispose();
    rmSync(dir, { recursive: true, force: true });
  }
}
