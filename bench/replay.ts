import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Files, makeRemote } from '@/demo/remote';
import { git, gitText, runProgram } from '@/git/process/run';
import { findProgram } from '@/server/programs';
import type { Engine, PlanBranch } from '@/stack/engines/engine';
import { gitEngine } from '@/stack/engines/git';
import { gitSpiceEngine } from '@/stack/engines/git-spice';
import { findGitSpice } from '@/stack/engines/git-spice/find';
import { type BenchRow, type Contestant, measure } from './support/row';

/** Stacks of so many branches of so many commits each, in a repository of so many files. */
interface Shape {
  stacks: number;
  branches: number;
  commits: number;
  files: number;
}

const SHAPES: Shape[] = [
  { stacks: 5, branches: 10, commits: 3, files: 500 },
  { stacks: 1, branches: 50, commits: 1, files: 500 },
  { stacks: 200, branches: 3, commits: 1, files: 500 },
  { stacks: 5, branches: 10, commits: 3, files: 50_000 },
];
/** Commits that trunk has moved on by. */
const TRUNK = 10;
const RUNS = 5;
/** It takes some ten times as long. */
const SPICE_RUNS = 3;

/**
 * Restacks stacks of several shapes onto a trunk that moved: the `git` engine from
 * reading the clone to having the objects in it, against `git rebase --update-refs` once a stack in a linked work
 * tree, and jj where its program is found; and, where git-spice is found, the git-spice engine against its own
 * `repo restack`. Every run has a fresh copy of the repository.
 * @throws Error when one of them does not move every branch.
 */
export async function run(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const shape of SHAPES) rows.push(...(await replay(shape)));
  return rows;
}

async function replay(shape: Shape): Promise<BenchRow[]> {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-bench-'));
  try {
    const bed = await makeBed(dir, shape);
    const spice = await findGitSpice();
    const jj = await findProgram('jj', ['--version'], [{ how: 'PATH', program: 'jj' }]);
    const contestants: Contestant[] = [
      engineContestant('git engine', gitEngine, bed),
      rebaseContestant(bed),
      ...('missing' in jj ? [] : [jjContestant(jj.program, bed)]),
    ];
    const { stacks, branches, commits, files } = shape;
    const name = `${stacks} × ${branches} branches × ${commits} commits, ${files} files`;
    const rows = [await measure(`replay ${name}`, contestants, RUNS)];
    if ('missing' in spice) return rows;
    const whole = [engineContestant('git-spice engine', gitSpiceEngine, bed), spiceContestant(spice.program, bed)];
    return [...rows, await measure(`git-spice ${name}`, whole, SPICE_RUNS)];
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

interface Bed {
  /** A fresh copy of the bare repository. */
  copy(): Promise<string>;
  trunkTip: string;
  branches: PlanBranch[];
  tops: string[];
}

async function makeBed(dir: string, { stacks, branches, commits, files }: Shape): Promise<Bed> {
  const remote = await makeRemote(join(dir, 'repo.git'));
  const path = (i: number) => `folder${i % 25}/file${i}.txt`;
  const text = (i: number, edit = '') =>
    `${edit}${Array.from({ length: 40 }, (_, n) => `file ${i} line ${n}\n`).join('')}`;
  const all: Files = Object.fromEntries(Array.from({ length: files }, (_, i) => [path(i), text(i)]));
  await remote.from('main').commit('Start', all).write();
  const base = await remote.tip('main');
  const parents = new Map<string, string>();
  let file = 0;
  for (let stack = 1; stack <= stacks; stack += 1) {
    let chain = remote.from('main');
    let parent = 'main';
    for (let branch = 1; branch <= branches; branch += 1) {
      const name = `s${stack}-b${branch}`;
      chain = chain.branch(name);
      for (let commit = 1; commit <= commits; commit += 1) {
        chain = chain.commit(`${name} ${commit}`, { [path(file)]: text(file, `${name} ${commit}\n`) });
        // The last files are trunk's.
        file = (file + 1) % (files - TRUNK);
      }
      parents.set(name, parent);
      parent = name;
    }
    await chain.write();
  }
  const trunk = remote.from('main');
  for (let i = 0; i < TRUNK; i += 1) trunk.commit(`Trunk ${i}`, { [path(files - 1 - i)]: text(i, 'trunk\n') });
  await trunk.write();
  const tips = await remote.tips();
  const tip = (name: string) => tips[name] ?? '';
  let copies = 0;
  return {
    async copy() {
      copies += 1;
      const to = join(dir, `copy-${copies}`);
      await cp(remote.dir, join(to, '.git'), { recursive: true });
      return join(to, '.git');
    },
    trunkTip: tip('main'),
    branches: [...parents].map(([name, parent]) => ({
      name,
      parent,
      tip: tip(name),
      base: parent === 'main' ? base : tip(parent),
    })),
    tops: Array.from({ length: stacks }, (_, i) => `s${i + 1}-b${branches}`),
  };
}

function engineContestant(label: string, engine: Engine, bed: Bed): Contestant<string> {
  return {
    label,
    prepare: bed.copy,
    async run(gitDir) {
      const planned = await engine.plan({
        gitDir,
        trunk: { name: 'main', tip: bed.trunkTip },
        branches: bed.branches,
        targets: bed.branches.map(({ name, parent }) => ({ branch: name, onto: parent })),
        committer: { name: 'Bench', email: 'bench@example.com', date: '1763900000 +0000' },
        signal: new AbortController().signal,
        log: () => undefined,
      });
      if (planned.plan.moves.length !== bed.branches.length) throw new Error(`${label} did not move every branch`);
      await planned.take('refs/spicerack/keep/bench');
      await planned.discard();
    },
  };
}

function rebaseContestant(bed: Bed): Contestant<string> {
  return {
    label: 'git rebase --update-refs',
    atMost: 1 / 8,
    async prepare() {
      const gitDir = await bed.copy();
      const work = join(gitDir, '..', 'work');
      await git(['worktree', 'add', '--quiet', '--detach', work, 'main'], { gitDir });
      return gitDir;
    },
    async run(gitDir) {
      const env = { GIT_COMMITTER_NAME: 'Bench', GIT_COMMITTER_EMAIL: 'bench@example.com' };
      const cwd = join(gitDir, '..', 'work');
      for (const top of bed.tops) await git(['rebase', '--quiet', '--update-refs', 'main', top], { cwd, env });
      await checkMoved(gitDir, bed);
    },
  };
}

/** git-spice as a person has it: a clone with its files, in which every branch is tracked already. */
function spiceContestant(program: string, bed: Bed): Contestant<string> {
  const env = { GIT_COMMITTER_NAME: 'Bench', GIT_COMMITTER_EMAIL: 'bench@example.com' };
  const spice = (cwd: string, ...args: string[]) => runProgram(program, ['--no-prompt', ...args], { cwd, env });
  return {
    label: 'git-spice repo restack',
    atMost: 1.2,
    async prepare() {
      const gitDir = await bed.copy();
      const cwd = join(gitDir, '..');
      await git(['config', 'core.bare', 'false'], { gitDir });
      await git(['reset', '--quiet', '--hard', 'main'], { cwd });
      await spice(cwd, 'repo', 'init', '--trunk=main');
      for (const top of bed.tops) await spice(cwd, 'downstack', 'track', top);
      return gitDir;
    },
    async run(gitDir) {
      await spice(join(gitDir, '..'), 'repo', 'restack');
      await checkMoved(gitDir, bed);
    },
  };
}

function jjContestant(program: string, bed: Bed): Contestant<string> {
  const jj = (gitDir: string, ...args: string[]) =>
    runProgram(program, ['--quiet', ...args], {
      cwd: join(gitDir, '..'),
      env: { JJ_USER: 'Bench', JJ_EMAIL: 'bench@example.com' },
    });
  const at = (gitDir: string) => ['-R', join(gitDir, '..', 'jj'), '--ignore-working-copy'];
  return {
    label: 'jj rebase',
    atMost: 1 / 1.5,
    async prepare() {
      const gitDir = await bed.copy();
      await jj(gitDir, 'git', 'init', `--git-repo=${gitDir}`, 'jj');
      return gitDir;
    },
    async run(gitDir) {
      await jj(gitDir, ...at(gitDir), 'rebase', '-s', 'roots(main..bookmarks())', '-d', 'main');
      await jj(gitDir, ...at(gitDir), 'git', 'export');
      await checkMoved(gitDir, bed);
    },
  };
}

async function checkMoved(gitDir: string, bed: Bed): Promise<void> {
  const args = ['for-each-ref', '--format=%(refname)', '--contains', 'main', 'refs/heads/s*'];
  const moved = (await gitText(args, { gitDir })).split('\n').length;
  if (moved !== bed.branches.length) throw new Error(`${moved} of ${bed.branches.length} branches stand on main`);
}
