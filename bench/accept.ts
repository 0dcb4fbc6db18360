import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSpicerack } from '@spicerack/client';
import { makeRemote } from '@/demo/remote';
import { writeStack } from '@/testing/stack';
import { startHangingServer } from '../e2e/support/hanging-server';
import { startServer } from '../e2e/support/server';
import { type BenchRow, measure } from './support/row';

const RUNS = 200;
/** Repositories with jobs, and as many jobs queued in all. */
const REPOS = 8;
const QUEUED = 200;
const QUEUE_RUNS = 100;

export async function run(): Promise<BenchRow[]> {
  return [await whileGitHangs(), await whileAQueueRuns()];
}

/** Accepting a job while every git hangs and Inngest never answers, against a mutation that does nothing. */
async function whileGitHangs(): Promise<BenchRow> {
  const hanging = await startHangingServer();
  try {
    const client = createSpicerack({ url: hanging.server.url });
    const { repo } = await client.repos.add({ url: '/srv/git/hangs.git' });
    return await measure(
      'accept a job while every git hangs',
      [
        {
          label: 'jobs.run',
          run: () => client.jobs.run({ repoId: repo.id, kind: 'rebase_branch', branch: 'feat/a' }),
        },
        {
          label: 'a mutation that does nothing',
          run: () => client.repos.update({ repoId: repo.id }),
        },
      ],
      RUNS,
    );
  } finally {
    await hanging.dispose();
  }
}

/** Accepting a job while a server works through a queue, against a mutation that does nothing on a server that is idle. */
async function whileAQueueRuns(): Promise<BenchRow> {
  const dir = mkdtempSync(join(tmpdir(), 'spicerack-busy-'));
  const [busy, idle] = [await startServer({ executor: 'inline' }), await startServer({ executor: 'inline' })];
  try {
    const client = createSpicerack({ url: busy.url });
    const other = createSpicerack({ url: idle.url });
    const here = await other.repos.add({ url: '/srv/git/none' });
    await other.waitForJob(here.jobId).catch(() => undefined);
    const repoIds: string[] = [];
    for (let i = 0; i < REPOS; i += 1) {
      const remote = await makeRemote(join(dir, `${i}.git`));
      await writeStack(remote);
      const { repo, jobId } = await client.repos.add({ url: remote.dir });
      await client.waitForJob(jobId);
      const register = { repoId: repo.id, kind: 'register_existing_branch', suggested: true } as const;
      await client.waitForJob((await client.jobs.run(register)).jobId);
      repoIds.push(repo.id);
    }
    let next = 0;
    const accept = () => {
      next += 1;
      // A sync would join the one that is queued already.
      return client.jobs.run({ repoId: repoIds[next % REPOS] ?? '', kind: 'restack_repo' });
    };
    return await measure(
      `accept a job while ${QUEUED} are queued and run`,
      [
        {
          label: 'jobs.run',
          async prepare() {
            const { queue } = await client.system.status();
            for (let open = queue?.queued ?? 0; open < QUEUED; open += 1) await accept();
          },
          run: accept,
        },
        {
          label: 'a mutation that does nothing, on an idle server',
          atMost: 1.5,
          run: () => other.repos.update({ repoId: here.repo.id }),
        },
      ],
      QUEUE_RUNS,
    );
  } finally {
    await busy.dispose();
    await idle.dispose();
    rmSync(dir, { recursive: true, force: true });
  }
}
