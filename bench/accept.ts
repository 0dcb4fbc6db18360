import { createSpicerack } from '@spicerack/client';
import { startHangingServer } from '../e2e/support/hanging-server';
import { type BenchRow, measure } from './row';

const RUNS = 200;

const nothing = async () => undefined;

/** Row (a): accepting a job while every git hangs and Inngest never answers, against a mutation that does nothing. */
export async function run(): Promise<BenchRow> {
  const hanging = await startHangingServer();
  try {
    const client = createSpicerack({ url: hanging.server.url });
    const { repo } = await client.repos.add({ url: '/srv/git/hangs.git' });
    return await measure(
      'accept a job while every git hangs',
      [
        {
          label: 'jobs.run',
          prepare: nothing,
          run: () => client.jobs.run({ repoId: repo.id, kind: 'rebase_branch', branch: 'feat/a' }),
        },
        {
          label: 'a mutation that does nothing',
          prepare: nothing,
          run: () => client.repos.update({ repoId: repo.id }),
        },
      ],
      RUNS,
    );
  } finally {
    await hanging.dispose();
  }
}
