import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git, gitText } from '@/git/process/run';
import type { PlanBranch } from '@/stack/engines/engine';
import { gitEngine } from '@/stack/engines/git';
import { makeManyRefs } from './branches';
import { type BenchRow, measure } from './support/row';

const COUNT = 1000;
const RUNS = 3;

/**
 * Plans the restack of 1,000 branches of one commit at as many forks, against one `git merge-tree --stdin` of the same
 * branches with trunk: the least that anything must do to know where each goes.
 * @throws Error when the plan does not move every branch
 */
export async function run(): Promise<BenchRow> {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-bench-'));
  try {
    const gitDir = await makeManyRefs(join(dir, 'repo.git'), COUNT);
    const tip = (name: string) => gitText(['rev-parse', name], { gitDir });
    const trunk = { name: 'main', tip: await tip('main') };
    const listed = await gitText(
      ['for-each-ref', '--format=%(refname:lstrip=2) %(objectname) %(parent)', 'refs/heads/branch-*'],
      { gitDir },
    );
    const branches = listed
      .split('\n')
      .map((line): PlanBranch => {
        const [name = '', tip = '', base = ''] = line.split(' ');
        return { name, tip, base, parent: trunk.name };
      })
      // The newest stands on trunk's tip already.
      .filter(({ base }) => base !== trunk.tip);
    const request = {
      gitDir,
      trunk,
      branches,
      targets: branches.map(({ name, parent }) => ({ branch: name, onto: parent })),
      committer: { name: 'Bench', email: 'bench@example.com', date: '1763900000 +0000' },
      signal: new AbortController().signal,
      log: () => undefined,
    };
    const prepare = async () => undefined;
    return await measure(
      `plan the restack of ${branches.length} branches at as many forks`,
      [
        {
          label: 'git engine',
          prepare,
          async run() {
            const planned = await gitEngine.plan(request);
            if (planned.plan.moves.length !== branches.length) throw new Error('the plan does not move every branch');
            await planned.discard();
          },
        },
        {
          label: 'git merge-tree --stdin',
          prepare,
          run: () =>
            git(['merge-tree', '--write-tree', '--stdin'], {
              gitDir,
              input: branches.map((branch) => `${trunk.tip} ${branch.tip}\n`).join(''),
            }),
        },
      ],
      RUNS,
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
