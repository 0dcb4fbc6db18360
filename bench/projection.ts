import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Files, makeRemote, type Remote } from '@/demo/remote';
import { prepareClone } from '@/git/clone/init';
import { git, gitText } from '@/git/process/run';
import { fetchRemote } from '@/git/remote/fetch';
import type { ProjectedRow, ProjectionInput } from '@/projection/input';
import { computeProjection } from '@/projection/refresh';
import { type BenchRow, type Contestant, measure } from './row';

const STACKS = 200;
const HEIGHT = 5;
const FILES = 500;
/** Branches that were merged earlier and are deleted. */
const MERGED = 1000;
const RUNS = 9;

/**
 * An ordinary sync of 1,000 tracked branches in 200 stacks: trunk has moved, and so have 10 branches. Fetch and
 * projection, with every branch looked at for being merged and every stack's forecast made anew, against `git fetch` and
 * one `git for-each-ref`, which is the least that anything must do to see the branches; and the same in a repository
 * with a past: 1,000 branches have landed earlier, and so has a part of each one that is there. Every run has a fresh
 * copy of the clone as it was before.
 */
export async function run(): Promise<BenchRow> {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-bench-'));
  try {
    const bed = await makeBed(dir);
    const sync = (label: string, before: Bed['before']) =>
      contestant(label, bed, async (gitDir) => {
        await fetchRemote(gitDir);
        const projection = await computeProjection({ ...before, gitDir });
        const restacks = projection?.rows.filter((row) => row.needsRestack && row.forecast);
        if (projection?.rows.length !== before.previousRows.length || restacks?.length !== STACKS)
          throw new Error('a wrong projection');
        if (projection.merged.length + projection.voided.length > 0) throw new Error('a wrong landing');
      });
    const spicerack = sync('sync and projection', bed.before);
    const past = withLandings(bed.before, bed.trunkLine);
    const later = sync(`the same with ${past.landings.length} recorded landings`, past);
    const reference = contestant('git fetch + git for-each-ref', bed, async (gitDir) => {
      await git(['fetch', '--prune', '--quiet', 'origin'], { gitDir });
      await git(['for-each-ref', '--format=%(objectname) %(refname)', 'refs/remotes/origin'], { gitDir });
    });
    return await measure(
      `sync and projection of ${STACKS * HEIGHT} branches`,
      [spicerack, later, { ...reference, atMost: 1.5 }],
      RUNS,
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

interface Bed {
  /** A fresh copy of the clone as it was before the remote moved. */
  copy(): Promise<string>;
  /** What the database held then. */
  before: Omit<ProjectionInput, 'gitDir'>;
  /** Trunk's commits, newest first. */
  trunkLine: string[];
}

/** The same with a past: branches that have landed and are deleted, and of each one that is there, its first commits. */
function withLandings(before: Bed['before'], trunkLine: string[]): Bed['before'] {
  const landing = (branch: string, id: number) => {
    const [upTo = '', base = ''] = trunkLine.slice(id % (trunkLine.length - 1));
    const fact = { branch, base, upTo, into: 'main', at: upTo, evidence: 'content' as const };
    return { ...fact, id, isVoid: false, retargeted: [] };
  };
  const [row] = before.previousRows;
  if (!row) throw new Error('no rows');
  const merged = Array.from({ length: MERGED }, (_, i) => {
    const { upTo, base } = landing('', i);
    return { ...row, name: `merged-${i}`, parent: 'main', tip: upTo, base, merged: true, forecast: null };
  });
  const inPart = before.previousRows.map(({ name }, i) => landing(name, MERGED + i));
  return {
    ...before,
    previousRows: [...before.previousRows, ...merged],
    landings: [...merged.map(({ name }, i) => landing(name, i)), ...inPart],
  };
}

function contestant(label: string, bed: Bed, work: (gitDir: string) => Promise<void>): Contestant {
  let gitDir = '';
  return {
    label,
    prepare: async () => {
      if (gitDir) await rm(gitDir, { recursive: true });
      gitDir = await bed.copy();
    },
    run: () => work(gitDir),
  };
}

async function makeBed(dir: string): Promise<Bed> {
  const remote = await makeRemote(join(dir, 'repo.git'));
  const parents = await writeStacks(remote);
  const clone = join(dir, 'clone.git');
  await prepareClone(clone, remote.dir);
  await fetchRemote(clone);
  const before = await trackedRows(clone, parents);
  const trunkLine = (await gitText(['rev-list', '--first-parent', 'origin/main'], { gitDir: clone })).split('\n');

  await remote
    .from('main')
    .commit('Trunk goes on', { [path(0)]: text(0, 'trunk\n') })
    .write();
  for (let stack = 0; stack < STACKS; stack += STACKS / 10) {
    await remote
      .from(`s${stack}-b${HEIGHT - 1}`)
      .commit('The branch goes on', { [`more/${stack}`]: 'more\n' })
      .write();
  }
  let copies = 0;
  return {
    before,
    trunkLine,
    async copy() {
      copies += 1;
      const to = join(dir, `copy-${copies}.git`);
      await cp(clone, to, { recursive: true });
      return to;
    },
  };
}

const path = (i: number) => `folder${i % 25}/file${i}.txt`;
const text = (i: number, edit = '') =>
  `${edit}${Array.from({ length: 40 }, (_, n) => `file ${i} line ${n}\n`).join('')}`;

/** Trunk of 200 commits, each with a stack on it. Returns branch → parent. */
async function writeStacks(remote: Remote): Promise<Map<string, string>> {
  const all: Files = Object.fromEntries(Array.from({ length: FILES }, (_, i) => [path(i), text(i)]));
  const trunk = remote.from('main').commit('Start', all);
  for (let i = 1; i < STACKS; i += 1) trunk.commit(`Trunk ${i}`, { [`trunk/${i % 50}`]: `${i}\n` });
  await trunk.write();
  const parents = new Map<string, string>();
  for (let stack = 0; stack < STACKS; stack += 1) {
    const chain = remote.from(`main~${stack}`);
    for (let height = 0; height < HEIGHT; height += 1) {
      const name = `s${stack}-b${height}`;
      const file = (stack * HEIGHT + height) % FILES;
      chain.branch(name).commit(`${name} edits`, { [path(file)]: text(file, `${name}\n`) });
      parents.set(name, height === 0 ? 'main' : `s${stack}-b${height - 1}`);
    }
    await chain.write();
  }
  return parents;
}

/** What the database holds once every branch is tracked and synced. */
async function trackedRows(gitDir: string, parents: Map<string, string>): Promise<Bed['before']> {
  let rows: ProjectedRow[] = [];
  let previousTrunkTip: string | null = null;
  const branchTips = new Map<string, string[]>();
  for (const _ of ['first seen', 'tracked']) {
    const projection = await computeProjection({
      gitDir,
      trunk: 'main',
      previousRows: rows,
      previousTrunkTip,
      branchTips,
      landings: [],
    });
    if (!projection) throw new Error('the remote has no trunk');
    rows = projection.rows.map((row) => ({ ...row, tracked: true, parent: parents.get(row.name) ?? null }));
    previousTrunkTip = projection.trunkTip;
    for (const { branch, tip } of projection.newTips) branchTips.set(branch, [tip]);
  }
  return { trunk: 'main', previousRows: rows, previousTrunkTip, branchTips, landings: [] };
}
