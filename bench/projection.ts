import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeRemote, type Remote } from '@/demo/remote';
import { prepareClone } from '@/git/clone/init';
import { maintainClone } from '@/git/clone/maintenance';
import { git, gitText } from '@/git/process/run';
import { fetchRemote } from '@/git/remote/fetch';
import type { ProjectedRow, ProjectionInput } from '@/projection/input';
import { computeProjection } from '@/projection/refresh';
import { type RecordedGit, recordedGit } from './support/recorded-git';
import { type BenchRow, type Contestant, measure } from './support/row';

const HEIGHT = 5;
const FILES = 500;
/** Branches that were merged earlier and are deleted. */
const MERGED = 1000;
/** Branches that have moved since the last look. */
const MOVED = 10;

/**
 * A sync of 1,000 tracked branches in 200 stacks, and of 10,000 in 2,000: trunk has moved, and so have 10 branches.
 * Fetch and projection, with every branch looked at for being merged and every stack's forecast made anew, against `git
 * fetch` and one `git for-each-ref` in a shell, which is the least that anything must do to see the branches; and against
 * the git commands that it asks all that, one after the other in a shell that reads no answer. Beside it, the same where
 * trunk has not moved; and where the repository has a past: 1,000 branches have landed earlier, and so has a part of each
 * one that is there. Every run has a fresh copy of the clone as it was before, and as upkeep leaves it.
 */
export async function run(): Promise<BenchRow[]> {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-bench-'));
  try {
    const recorded = recordedGit(dir);
    process.env.SPICERACK_GIT = recorded.program;
    return [
      await row(recorded, { stacks: 200, atMost: 1.5, runs: 7 }),
      await row(recorded, { stacks: 2000, atMost: 2, runs: 3 }),
    ];
  } finally {
    delete process.env.SPICERACK_GIT;
    await rm(dir, { recursive: true, force: true });
  }
}

interface Shape {
  stacks: number;
  /** So many times as long as in a shell. */
  atMost: number;
  runs: number;
}

async function row(recorded: RecordedGit, { stacks, atMost, runs }: Shape): Promise<BenchRow> {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-bench-'));
  try {
    const bed = await makeBed(dir, stacks);
    const sync = (label: string, copy: Bed['copy'], before: Bed['before'], restacks: number) =>
      contestant(label, copy, async (gitDir) => {
        const { refs } = await fetchRemote(gitDir);
        const projection = await computeProjection({ ...before, gitDir, refs });
        const found = projection?.rows.filter((row) => row.needsRestack && row.forecast);
        if (projection?.rows.length !== before.previousRows.length || found?.length !== restacks)
          throw new Error('a wrong projection');
        if (projection.merged.length + projection.voided.length > 0) throw new Error('a wrong landing');
        if (projection.newTips.length < MOVED) throw new Error('nothing was fetched');
      });
    const subject = sync('sync and projection', bed.copy, bed.before, stacks);
    await subject.prepare?.();
    const asked = await recorded.scriptOf(() => subject.run(undefined));
    const past = withLandings(bed.before, bed.trunkLine);
    return await measure(
      `sync and projection of ${stacks * HEIGHT} branches, of which ${MOVED} and trunk have moved`,
      [
        subject,
        {
          ...contestant('git fetch + git for-each-ref, in a shell', bed.copy, (gitDir) => inShell(gitDir, SHELL)),
          atMost,
        },
        contestant('all that it asks git, in a shell', bed.copy, (gitDir) => inShell(gitDir, asked)),
        sync('the same, trunk has not moved', bed.copyBeforeTrunk, bed.before, stacks - 1),
        ...(stacks <= 200
          ? [sync(`the same with ${past.landings.length} recorded landings`, bed.copy, past, stacks)]
          : []),
      ],
      runs,
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const SHELL =
  "git fetch --prune --quiet origin && git for-each-ref --format='%(objectname) %(refname)' refs/remotes/origin";

async function inShell(gitDir: string, script: string): Promise<void> {
  await promisify(execFile)('sh', ['-c', script], { env: { ...process.env, GIT_DIR: gitDir }, maxBuffer: 1 << 26 });
}

interface Bed {
  /** A fresh copy of the clone as it was before the remote moved. */
  copy(): Promise<string>;
  /** The same, and of a remote whose trunk has not moved. */
  copyBeforeTrunk(): Promise<string>;
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

/** @param copy makes a clone that the run may change */
function contestant(label: string, copy: () => Promise<string>, work: (gitDir: string) => Promise<void>): Contestant {
  let gitDir = '';
  return {
    label,
    prepare: async () => {
      if (gitDir) await rm(gitDir, { recursive: true });
      gitDir = await copy();
    },
    run: () => work(gitDir),
  };
}

async function makeBed(dir: string, stacks: number): Promise<Bed> {
  const remote = await makeRemote(join(dir, 'repo.git'));
  const parents = await writeStacks(remote, stacks);
  const clone = join(dir, 'clone.git');
  await prepareClone(clone, remote.dir);
  await fetchRemote(clone);
  const before = await trackedRows(clone, parents);
  const trunkLine = (await gitText(['rev-list', '--first-parent', 'origin/main'], { gitDir: clone })).split('\n');
  await maintainClone(clone);

  for (let n = 0; n < MOVED; n += 1) {
    await remote
      .from(`s${(n * stacks) / MOVED}-b${HEIGHT - 1}`)
      .commit('The branch goes on', { [`more/${n}`]: 'more\n' })
      .write();
  }
  const beforeTrunk = join(dir, 'before-trunk.git');
  await cp(remote.dir, beforeTrunk, { recursive: true });
  await remote
    .from('main')
    .commit('Trunk goes on', { [path(0)]: text(0, 'trunk\n') })
    .write();
  let copies = 0;
  const copyFor = async (url: string) => {
    copies += 1;
    const to = join(dir, `copy-${copies}.git`);
    await cp(clone, to, { recursive: true });
    await prepareClone(to, url);
    return to;
  };
  return {
    before,
    trunkLine,
    copy: () => copyFor(remote.dir),
    copyBeforeTrunk: () => copyFor(beforeTrunk),
  };
}

const path = (i: number) => `folder${i % 25}/file${i}.txt`;
const text = (i: number, edit = '') =>
  `${edit}${Array.from({ length: 40 }, (_, n) => `file ${i} line ${n}\n`).join('')}`;

/** Trunk of a commit for each stack, and the stacks on them, in one go. Returns branch → parent. */
async function writeStacks(remote: Remote, stacks: number): Promise<Map<string, string>> {
  const lines: string[] = [];
  let time = 1_700_000_000;
  const commit = (branch: string, message: string, files: Array<[string, string]>, more = '') => {
    time += 60;
    const author = `A <a@example.com> ${time} +0000`;
    lines.push(`commit refs/heads/${branch}\n${more}author ${author}\ncommitter ${author}\n${data(message)}`);
    for (const [file, content] of files) lines.push(`M 100644 inline ${file}\n${data(content)}`);
  };
  const start = Array.from({ length: FILES }, (_, i): [string, string] => [path(i), text(i)]);
  for (let i = 0; i < stacks; i += 1) {
    commit('main', `Trunk ${i}`, i === 0 ? start : [[`trunk/${i % 50}`, `${i}\n`]], `mark :${i + 1}\n`);
  }
  const parents = new Map<string, string>();
  for (let stack = 0; stack < stacks; stack += 1) {
    lines.push(`reset refs/heads/s${stack}-b0\nfrom :${stacks - stack}\n\n`);
    for (let height = 0; height < HEIGHT; height += 1) {
      const name = `s${stack}-b${height}`;
      const parent = `s${stack}-b${height - 1}`;
      if (height > 0) lines.push(`reset refs/heads/${name}\nfrom refs/heads/${parent}\n\n`);
      const file = (stack * HEIGHT + height) % FILES;
      commit(name, `${name} edits`, [[path(file), text(file, `${name}\n`)]]);
      parents.set(name, height === 0 ? 'main' : parent);
    }
  }
  await git(['fast-import', '--quiet'], { gitDir: remote.dir, input: lines.join('') });
  await git(['pack-refs', '--all'], { gitDir: remote.dir });
  return parents;
}

/** ASCII text, as `git fast-import` takes it. */
const data = (content: string) => `data ${content.length}\n${content}\n`;

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
