import type { ObjectReader } from '@/git/cat-file';
import { parseCommit, subjectOf } from '@/git/commit';
import type { DisposableClone } from '@/git/disposable-clone';
import { listPicks, type Pick } from '@/git/picks';
import { git, gitText } from '@/git/run';
import type { PlanRequest, Warning } from '@/stack/plan';
import type { Replayed, Replayer } from '../git/replay';
import { inPlace, type Outcome, type Place } from '../outcome';
import { readConflict } from './conflict';
import { odd, type Spice, type SpiceOutcome } from './driver';
import { recordRewrites } from './rewrites';

/** The tools of one plan. */
export interface Workshop {
  copy: DisposableClone;
  spice: Spice;
  /** Reads the copy's objects. */
  reader: ObjectReader;
  /** Explains conflicts. */
  replayer: Replayer;
}

/**
 * Replays the targets one by one, bottom up, in a fresh copy, and reads off what became of them.
 *
 * git-spice hears of a branch only when its turn comes, with the parent that it is to have: nothing is tracked
 * above it yet, so `branch restack` moves this one branch, whether it stays on its parent or gets another.
 *
 * What is replayed depends on the base that git-spice has recorded (read and tried: v0.31.2): it records the
 * parent's commit at the time of `branch track`. If that is the parent's tip, it runs `git rebase --onto TIP TIP`:
 * all that the parent lacks, without what the parent has as an equal patch. So it goes where the parent still has
 * the base, and that is the rule of the `git` engine. Where the parent does not have it (a commit was taken out of
 * it, or it is another parent), what is below the base must be left behind: the parent's ref stands at the base
 * while the branch is tracked, and git-spice runs `git rebase --onto TIP BASE`.
 *
 * Where it differs from the `git` engine and stays so: in that second case a commit whose change the parent had
 * and then reverted is replayed; messages are converted to `i18n.commitEncoding`; a branch that has no history in
 * common with its parent is an error.
 *
 * @throws GitError with git-spice's own words when it does anything but replay or conflict.
 */
export async function replayAll(
  { copy, spice, reader, replayer }: Workshop,
  request: PlanRequest,
): Promise<{ outcomes: Outcome[]; warnings: Warning[] }> {
  const { trunk, targets, signal } = request;
  const options = { ...copy.options, signal };
  const branches = new Map(request.branches.map((branch) => [branch.name, branch]));
  /** Where each branch is by now; null where it is held back. */
  const places = new Map<string, Place | null>([...request.branches, trunk].map((place) => [place.name, place]));
  const tracked = new Set([trunk.name]);
  const outcomes: Outcome[] = [];
  const warnings: Warning[] = [];

  const setRef = (branch: string, to: string) => git(['update-ref', `refs/heads/${branch}`, to], options);
  const isAncestor = async (ancestor: string, commit: string) =>
    (await git(['merge-base', '--is-ancestor', ancestor, commit], { ...options, okCodes: [0, 1] })).code === 0;
  const run = async (branch: string, ...args: string[]): Promise<SpiceOutcome> => {
    const outcome = await spice(...args);
    for (const message of outcome.warnings) warnings.push({ branch, kind: 'engine', commits: [], message });
    return outcome;
  };
  const track = async (branch: string, parent: string) => {
    const outcome = await run(branch, 'branch', 'track', `--base=${parent}`, branch);
    if (!outcome.ok) throw odd(`track ${branch}`, outcome);
    tracked.add(branch);
  };

  await setUp(copy, spice, request);
  const rewrites = await recordRewrites(copy, signal);

  for (const target of targets) {
    const branch = branches.get(target.branch);
    const onto = places.get(target.onto);
    if (!branch || onto === undefined) {
      throw new Error(`the plan names ${target.branch} on ${target.onto}, which is not tracked`);
    }
    if (onto === null) {
      outcomes.push({ branch, onto, result: { heldBack: { kind: 'below', branch: target.onto } } });
      places.set(branch.name, null);
      continue;
    }
    // git-spice would find the same, and do nothing.
    if (branch.base === onto.tip) {
      outcomes.push({ branch, onto, result: inPlace(branch) });
      continue;
    }
    // A parent that is not moved: where git-spice thinks it to stand is of no matter.
    if (!tracked.has(onto.name)) await track(onto.name, trunk.name);
    const hasBase = await isAncestor(branch.base, onto.tip);
    if (!hasBase) await setRef(onto.name, branch.base);
    await track(branch.name, onto.name);
    if (!hasBase) await setRef(onto.name, onto.tip);

    const own = await listPicks(onto.tip, branch.tip, branch.base, options);
    await rewrites.note(own.map(({ commit }) => commit));
    const restack = await run(branch.name, 'branch', 'restack', `--branch=${branch.name}`);
    for (const line of [...restack.notes, ...restack.warnings]) request.log(`git-spice: ${line}`);
    if (!restack.ok) {
      const conflict = await readConflict(copy, branch.name, onto.name, replayer, signal);
      if (!conflict) throw odd(`restack ${branch.name}`, restack);
      const abort = await spice('rebase', 'abort');
      if (!abort.ok) throw odd(`abort the rebase of ${branch.name}`, abort);
      const { commit, subject, files } = conflict;
      const heldBack = { kind: 'conflict', commit, subject, files, onto: onto.tip } as const;
      outcomes.push({ branch, onto, result: { heldBack } });
      places.set(branch.name, null);
      continue;
    }
    const tip = await gitText(['rev-parse', `refs/heads/${branch.name}`], options);
    // It can skip a branch and exit with 0.
    if (!(await isAncestor(onto.tip, tip))) throw odd(`restack ${branch.name}`, restack);
    const made = await listPicks(onto.tip, tip, onto.tip, options);
    outcomes.push({ branch, onto, result: await compare(own, made, tip, await rewrites.read(), reader) });
    places.set(branch.name, { name: branch.name, tip });
  }
  return { outcomes, warnings };
}

/** Sets up the branches that matter, checks out a work tree, and makes git-spice know the repository. */
async function setUp(copy: DisposableClone, spice: Spice, request: PlanRequest): Promise<void> {
  const { trunk, branches, targets, signal } = request;
  const needed = new Set(targets.flatMap(({ branch, onto }) => [branch, onto]));
  const refs = [trunk, ...branches.filter(({ name }) => needed.has(name))];
  const input = refs.map(({ name, tip }) => `create refs/heads/${name} ${tip}\n`).join('');
  await git(['update-ref', '--stdin'], { ...copy.options, signal, input });
  await git(['checkout', '--quiet', '--detach', trunk.tip], { ...copy.options, signal });
  const outcome = await spice('repo', 'init', `--trunk=${trunk.name}`);
  if (!outcome.ok) throw odd('set up the repository', outcome);
}

/** What became of a branch's own commits, by those that it has over its parent before and after. */
async function compare(
  own: Pick[],
  made: Pick[],
  tip: string,
  rewrites: ReadonlyMap<string, string>,
  reader: ObjectReader,
): Promise<Replayed> {
  const rewritten = made.flatMap(({ commit: to }) => {
    const from = rewrites.get(to);
    return from ? [{ from, to }] : [];
  });
  const kept = new Set(made.map(({ commit }) => commit));
  const replayed = new Set(rewritten.map(({ from }) => from));
  const result: Replayed = { tip, rewritten, dropped: [], merges: [], signed: [] };
  for (const { commit: id, merge } of own) {
    if (kept.has(id)) continue;
    const commit = parseCommit((await reader.read(id)).content);
    if (merge) result.merges.push(id);
    else if (!replayed.has(id)) result.dropped.push({ commit: id, subject: subjectOf(commit) });
    else if (commit.signed) result.signed.push(id);
  }
  return result;
}
