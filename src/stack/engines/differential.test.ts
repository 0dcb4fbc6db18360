import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRemote } from '@/demo/remote';
import { git, gitText } from '@/git/process/run';
import type { Plan } from '@/model/plan';
import { planBranches, targetsFor } from '@/stack/targets';
import { buildHistory, type RandomHistory, randomHistories } from '@/testing/engines/histories';
import { COMMITTER } from '@/testing/engines/world';
import { fuzzing, fuzzTimeout } from '@/testing/fuzz';
import type { PlanBranch, PlanRequest } from './engine';
import { gitEngine } from './git';
import { gitSpiceEngine } from './git-spice';
import { findGitSpice } from './git-spice/find';

/**
 * Random stacks and actions, done by the git engine and by somebody else: the same branches conflict, at the same
 * commit, and all others get the same commits (trees, messages, authors). Where they differ on purpose there is a
 * reason with a name; anything else fails.
 */

/** Why `git rebase` comes to another end than we do. */
type Reason =
  /** It leaves out a commit because an equal patch is below; we replay it, for that is no proof. */
  | 'equal patch'
  /** It leaves out all that a merge commit has changed itself; we make a commit of that. */
  | 'change of a merge'
  /** It stops at a commit in lines that were edited since; we know that its change is below. */
  | 'stands below';

const line = (file: number, at: number, word: number) => ({ do: 'line' as const, file, line: at, word });
const RESTACK = { kind: 'restack_repo' as const, branch: 0, parent: 0 };
/** A history for each reason. */
const EXAMPLES: Record<Reason, RandomHistory> = {
  'equal patch': {
    happenings: [
      { do: 'branch', parent: 0, edits: [line(0, 0, 0), line(1, 0, 1)] },
      { do: 'trunk', edit: line(0, 0, 0) },
      { do: 'trunk', edit: { do: 'back', earlier: 0 } },
    ],
    action: RESTACK,
  },
  'change of a merge': {
    happenings: [
      { do: 'branch', parent: 0, edits: [line(0, 0, 0)] },
      { do: 'trunk', edit: line(1, 0, 1) },
      { do: 'merge in', branch: 0, edit: line(2, 0, 2) },
      { do: 'trunk', edit: line(1, 8, 3) },
    ],
    action: RESTACK,
  },
  'stands below': {
    happenings: [
      { do: 'branch', parent: 0, edits: [line(0, 0, 0), line(1, 0, 1)] },
      { do: 'squash', branch: 0 },
      { do: 'trunk', edit: line(0, 0, 4) },
    ],
    action: RESTACK,
  },
};

const spice = await findGitSpice();

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'spicerack-differential-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Builds a history in a repository of its own and asks for its action. */
async function withRequest<T>(history: RandomHistory, ask: (request: PlanRequest) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(root, 'case-'));
  try {
    const remote = await makeRemote(join(dir, 'repo.git'));
    const { rows, action } = await buildHistory(remote, history);
    const scope = targetsFor(action, rows, 'main');
    // A branch cannot go onto one above it: then everything is restacked instead.
    const all = scope.ok ? scope : targetsFor({ kind: 'restack_repo' }, rows, 'main');
    return await ask({
      gitDir: remote.dir,
      trunk: { name: 'main', tip: await remote.tip('main') },
      branches: planBranches(rows, 'main'),
      targets: all.ok ? all.targets : [],
      committer: COMMITTER,
      signal: new AbortController().signal,
      log: () => undefined,
    });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** What became of a target: where it stopped, or its commits over what it stands on now. */
type Fate = { conflictAt: string } | { below: true } | { commits: string[] };

/** The fates of a plan by the git engine, whose commits are taken into the repository. */
async function planned(
  request: PlanRequest,
): Promise<{ plan: Plan; fates: Map<string, Fate>; tips: Map<string, string> }> {
  const { plan, take, discard } = await gitEngine.plan(request);
  await take('refs/spicerack/keep/test');
  await discard();
  const tips = new Map([request.trunk, ...request.branches].map(({ name, tip }) => [name, tip]));
  for (const move of plan.moves) tips.set(move.branch, move.after);
  const fates = new Map<string, Fate>();
  for (const { branch, onto } of request.targets) {
    const held = plan.heldBack.find((held) => held.branch === branch)?.reason;
    if (!held) fates.set(branch, { commits: await commitsOf(request.gitDir, tips.get(onto), tips.get(branch)) });
    else fates.set(branch, held.kind === 'conflict' ? { conflictAt: held.commit } : { below: true });
  }
  return { plan, fates, tips };
}

/** Tree, author, date and message of each commit of a branch, oldest first. */
async function commitsOf(gitDir: string, onto = '', tip = ''): Promise<string[]> {
  const log = await gitText(
    ['log', '-z', '--reverse', '--topo-order', '--format=%T %an <%ae> %ad %B', '--date=raw', `${onto}..${tip}`, '--'],
    { gitDir },
  );
  return log.split('\0').filter(Boolean);
}

/**
 * The same by `git rebase`, each branch onto where our plan has put its parent, called as git-spice calls it, and why it
 * differs where it does.
 */
async function rebased(
  request: PlanRequest,
  ours: { plan: Plan; fates: Map<string, Fate>; tips: Map<string, string> },
  dir: string,
): Promise<{ fates: Map<string, Fate>; reasons: Reason[] }> {
  await git(['clone', '--quiet', '--shared', request.gitDir, dir]);
  const options = {
    cwd: dir,
    env: { GIT_COMMITTER_NAME: 'R', GIT_COMMITTER_EMAIL: 'r@x', GIT_AUTHOR_NAME: 'R', GIT_AUTHOR_EMAIL: 'r@x' },
  };
  const text = (...args: string[]) => gitText(args, options);
  const contains = async (tip: string, ancestor: string) =>
    (await git(['merge-base', '--is-ancestor', ancestor, tip], { ...options, okCodes: [0, 1] })).code === 0;
  const before = new Map([request.trunk, ...request.branches].map(({ name, tip }) => [name, tip]));
  const branches = new Map(request.branches.map((branch) => [branch.name, branch]));
  const dropped = new Set(ours.plan.dropped.map(({ commit }) => commit));
  const reasons = new Set<Reason>();

  /** What merges of the range have changed themselves, each as a commit: that one → the merge. */
  const ofMerges = new Map<string, string>();
  /** The list of `git rebase --interactive` that has every commit of the range, and what its merges have changed. */
  const everyCommit = async (range: string): Promise<string> => {
    const todo: string[] = [];
    for (const line of (await text('rev-list', '--reverse', '--topo-order', '--parents', range)).split('\n')) {
      const [id = '', ...parents] = line.split(' ');
      if (parents.length < 2) {
        if (id) todo.push(`pick ${id}`);
        continue;
      }
      const made = await text('merge-tree', '--write-tree', ...parents);
      if (made === (await text('rev-parse', `${id}^{tree}`))) continue;
      const before = await text('commit-tree', made, '-m', 'as git merges it');
      const own = await copyOf(id, before);
      ofMerges.set(own, id);
      todo.push(`pick ${own}`);
    }
    const file = `${dir}.todo`;
    await writeFile(file, `${todo.join('\n') || 'noop'}\n`);
    return file;
  };
  /** The commit with another parent. */
  const copyOf = async (id: string, parent: string): Promise<string> => {
    const [tree = '', name = '', email = '', date = '', ...message] = (
      await text('log', '-1', '--date=raw', '--format=%T%n%an%n%ae%n%ad%n%B', id)
    ).split('\n');
    const author = { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_AUTHOR_DATE: date };
    const args = ['commit-tree', tree, '-p', parent, '-m', message.join('\n')];
    return gitText(args, { ...options, env: { ...options.env, ...author } });
  };

  /** Whether we have gone past the commit and stopped at a later one: what was dropped of such a branch is not told. */
  const isPassed = (branch: string, commit: string) => {
    const fate = ours.fates.get(branch);
    return fate !== undefined && 'conflictAt' in fate && fate.conflictAt !== commit;
  };
  /** Whether the commit changes nothing on some commit of the line. */
  const wasBelow = async (commit: string, line: string): Promise<boolean> => {
    for (const id of (await text('rev-list', '--first-parent', line)).split('\n')) {
      const there = await text('rev-parse', `${id}^{tree}`);
      const copy = await text('commit-tree', there, '-p', `${commit}^`, '-m', 'with its parent');
      const { code, stdout } = await git(['merge-tree', '--write-tree', '--no-messages', copy, commit], {
        ...options,
        okCodes: [0, 1],
      });
      if (code === 0 && stdout.toString('utf8').trim() === there) return true;
    }
    return false;
  };

  const rebase = async (
    { name, tip, base, parent }: PlanBranch,
    onto: string,
    ontoBefore: string,
    { every }: { every: boolean },
  ): Promise<Fate> => {
    // In place: as `git rebase` leaves a line of commits, and as git-spice leaves a branch with merges too.
    const inPlace = base === onto || ((await contains(onto, base)) && (await contains(tip, onto)));
    if (inPlace) return { commits: await commitsOf(join(dir, '.git'), onto, tip) };
    // Neither what is below the base nor what the parents and trunk have: a merge of them all bounds the replay.
    const bounds = [...new Set([onto, base, request.trunk.tip, before.get(parent) ?? onto, ontoBefore])];
    const bound = await text('commit-tree', `${onto}^{tree}`, ...bounds.flatMap((id) => ['-p', id]), '-m', 'bound');
    const flags = every ? ['--interactive', '--empty=drop'] : ['--autostash'];
    const env = every
      ? { ...options.env, GIT_SEQUENCE_EDITOR: `cp ${await everyCommit(`${bound}..${tip}`)}`, GIT_EDITOR: 'true' }
      : options.env;
    let { code } = await git(['rebase', '--quiet', ...flags, '--onto', onto, bound, tip], {
      ...options,
      env,
      okCodes: [0, 1],
    });
    while (code !== 0) {
      const stoppedAt = await text('rev-parse', 'REBASE_HEAD');
      const conflictAt = ofMerges.get(stoppedAt) ?? stoppedAt;
      if (!dropped.has(conflictAt) && !(isPassed(name, conflictAt) && (await wasBelow(conflictAt, onto)))) {
        await text('rebase', '--abort');
        return { conflictAt };
      }
      reasons.add('stands below');
      ({ code } = await git(['rebase', '--skip'], { ...options, okCodes: [0, 1] }));
    }
    return { commits: await commitsOf(join(dir, '.git'), onto, await text('rev-parse', 'HEAD')) };
  };

  const fates = new Map<string, Fate>();
  for (const target of request.targets) {
    const branch = branches.get(target.branch);
    const ontoBefore = before.get(target.onto);
    const onto = ours.tips.get(target.onto);
    if (!branch || !onto || !ontoBefore) throw new Error(`${target.branch} on ${target.onto} is not known`);
    const parentFate = fates.get(target.onto);
    if (parentFate && !('commits' in parentFate)) {
      fates.set(branch.name, { below: true });
      continue;
    }
    const plain = await rebase(branch, onto, ontoBefore, { every: false });
    if (JSON.stringify(plain) === JSON.stringify(ours.fates.get(branch.name))) {
      fates.set(branch.name, plain);
      continue;
    }
    ofMerges.clear();
    fates.set(branch.name, await rebase(branch, onto, ontoBefore, { every: true }));
    reasons.add(ofMerges.size > 0 ? 'change of a merge' : 'equal patch');
  }
  return { fates, reasons: [...reasons] };
}

describe('the git engine does what git does', () => {
  test(
    'with random stacks and actions: the same as `git rebase`, but for the reasons that have a name',
    async () => {
      const reasons = new Map<Reason, number>();
      const seen = { moved: 0, conflicts: 0, dropped: 0, flattened: 0 };
      await fc.assert(
        fc.asyncProperty(randomHistories, (history) =>
          withRequest(history, async (request) => {
            const ours = await planned(request);
            const { plan } = ours;
            const theirs = await rebased(request, ours, join(request.gitDir, '..', 'work'));
            expect(ours.fates).toEqual(theirs.fates);
            for (const reason of theirs.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
            seen.moved += plan.moves.filter((move) => move.before !== move.after).length;
            seen.conflicts += plan.heldBack.length;
            seen.dropped += plan.dropped.length;
            seen.flattened += plan.warnings.length;
          }),
        ),
        { ...fuzzing(24), examples: Object.values(EXAMPLES).map((history): [RandomHistory] => [history]) },
      );
      if (process.env.SPICERACK_FUZZ) console.log(Object.fromEntries(reasons));
      else expect([...reasons.keys()].sort()).toEqual(Object.keys(EXAMPLES).sort());
      // Each of the cases that matter came up.
      expect(Object.entries(seen).filter(([, times]) => times === 0)).toEqual([]);
    },
    fuzzTimeout(300_000),
  );

  test.skipIf('missing' in spice)(
    `with random stacks and actions: the same commits as git-spice${'missing' in spice ? ' (program not found)' : ''}`,
    async () => {
      await fc.assert(
        fc.asyncProperty(randomHistories, (history) =>
          withRequest(history, async (request) => {
            const { plan } = await planned(request);
            const other = await gitSpiceEngine.plan(request);
            await other.discard();
            // What it says beside is its own.
            const warnings = other.plan.warnings.filter(({ kind }) => kind !== 'engine');
            expect({ ...other.plan, warnings }).toEqual(plan);
          }),
        ),
        fuzzing(8),
      );
    },
    fuzzTimeout(300_000),
  );
});
