import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeRemote } from '@/demo/remote';
import { prepareClone } from '@/git/clone/init';
import { git } from '@/git/process/run';
import { fetchRemote } from '@/git/remote/fetch';
import { computeProjection } from '@/projection/refresh';
import { type BenchRow, type Contestant, measure } from './support/row';

/** Branches, and as many tags and refs of pull requests. */
const COUNT = 20_000;
const RUNS = 3;

/**
 * A sync of a remote with 20,000 branches at as many forks, 20,000 tags and 20,000 refs of pull requests: fetch and
 * projection of a clone that has nothing yet, against `git fetch` of the branches and one `git for-each-ref`, which is
 * the least that anything must do to see them.
 * @throws Error when a branch is missing, or anything but branches was fetched
 */
export async function run(): Promise<BenchRow> {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-bench-'));
  try {
    const remote = await makeManyRefs(join(dir, 'repo.git'), COUNT);
    const empty = join(dir, 'empty.git');
    await prepareClone(empty, remote);
    let copies = 0;
    const contestant = (label: string, run: (gitDir: string) => Promise<void>): Contestant<string> => ({
      label,
      async prepare() {
        copies += 1;
        const gitDir = join(dir, `copy-${copies}.git`);
        await cp(empty, gitDir, { recursive: true });
        return gitDir;
      },
      async run(gitDir) {
        await run(gitDir);
        await rm(gitDir, { recursive: true });
      },
    });
    const name = `sync of ${COUNT} branches at as many forks, beside ${COUNT} tags and ${COUNT} refs of pull requests`;
    return await measure(
      name,
      [
        contestant('sync and projection', async (gitDir) => {
          await fetchRemote(gitDir);
          const look = {
            gitDir,
            trunk: 'main',
            previousRows: [],
            previousTrunkTip: null,
            branchTips: new Map(),
            landings: [],
          };
          const projection = await computeProjection(look);
          if (projection?.rows.length !== COUNT) throw new Error('a wrong projection');
        }),
        contestant('git fetch + git for-each-ref', async (gitDir) => {
          await git(['fetch', '--quiet', '--no-tags', 'origin'], { gitDir });
          await git(['for-each-ref', '--format=%(objectname) %(refname)', 'refs/remotes/origin'], { gitDir });
        }),
      ],
      RUNS,
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Trunk of `count` commits, with a branch of one commit, a tag and a pull request's ref at each. Returns its address. */
export async function makeManyRefs(path: string, count: number): Promise<string> {
  const remote = await makeRemote(path);
  const lines: string[] = [];
  const commit = (ref: string, i: number, more: string) =>
    lines.push(`commit ${ref}\n${more}committer A <a@example.com> ${1_700_000_000 + i} +0000\ndata 1\nx\n`);
  const file = (name: string, i: number) => lines.push(`M 100644 inline ${name}\ndata ${String(i).length}\n${i}\n\n`);
  for (let i = 0; i < count; i += 1) {
    commit('refs/heads/main', i, `mark :${i + 1}\n`);
    file(`trunk/${i % 50}`, i);
  }
  for (let i = 0; i < count; i += 1) {
    commit(`refs/heads/branch-${i}`, count + i, '');
    lines.push(`from :${i + 1}\n`);
    file(`branch/${i % 50}`, i);
    for (const ref of [`refs/tags/v${i}`, `refs/pull/${i}/head`]) lines.push(`reset ${ref}\nfrom :${i + 1}\n\n`);
  }
  await git(['fast-import', '--quiet'], { gitDir: path, input: lines.join('') });
  await git(['pack-refs', '--all'], { gitDir: path });
  return remote.dir;
}
