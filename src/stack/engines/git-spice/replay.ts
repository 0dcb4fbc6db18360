import type { DisposableClone } from '@/git/disposable-clone';
import { listPicks } from '@/git/picks';
import { git, gitText } from '@/git/run';
import type { HeldBack, HeldBackReason, Plan, PlanRequest, Warning } from '@/stack/plan';
import { readConflict } from './conflict';
import { odd, type Spice, type SpiceOutcome } from './driver';
import { describeMoves, type Moved } from './outcome';
import { recordRewrites } from './rewrites';

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
 * and then reverted is replayed; messages are converted to `i18n.commitEncoding`; a branch that has
 * no history in common with its parent is an error.
 *
 * @throws GitError with git-spice's own words when it does anything but replay or conflict.
 */
export async function replay(copy: DisposableClone, spice: Spice, request: PlanRequest): Promise<Plan> {
  const { trunk, targets, signal } = request;
  const options = { ...copy.options, signal };
  const rows = new Map(request.branches.map((row) => [row.name, row]));
  /** Where each branch is by now. */
  const tips = new Map([...request.branches, trunk].map(({ name, tip }) => [name, tip]));
  const tracked = new Set([trunk.name]);
  const heldBack = new Map<string, HeldBackReason>();
  const moved: Moved[] = [];
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

  await start(copy, spice, request);
  const rewrites = await recordRewrites(copy, signal);

  for (const { branch, onto } of targets) {
    const row = known(rows, branch);
    const ontoTip = known(tips, onto);
    if (heldBack.has(onto)) {
      heldBack.set(branch, { kind: 'below', branch: onto });
      continue;
    }
    // It stands there already; git-spice would find the same.
    if (row.base === ontoTip) {
      moved.push({ row, onto, ontoTip, after: row.tip, own: [], made: [] });
      continue;
    }
    // A parent that is not moved: what it stands on itself is of no matter.
    if (!tracked.has(onto)) await track(onto, trunk.name);
    const hasBase = await isAncestor(row.base, ontoTip);
    if (!hasBase) await setRef(onto, row.base);
    await track(branch, onto);
    if (!hasBase) await setRef(onto, ontoTip);

    const own = await listPicks(ontoTip, row.tip, row.base, options);
    await rewrites.note(own.map(({ commit }) => commit));
    const outcome = await run(branch, 'branch', 'restack', `--branch=${branch}`);
    for (const line of [...outcome.notes, ...outcome.warnings]) request.log(`git-spice: ${line}`);
    if (!outcome.ok) {
      const conflict = await readConflict(copy, branch, onto, signal);
      if (!conflict) throw odd(`restack ${branch}`, outcome);
      const aborted = await spice('rebase', 'abort');
      if (!aborted.ok) throw odd(`abort the rebase of ${branch}`, aborted);
      request.log(`git-spice: ${branch}: conflict at ${conflict.commit} in ${conflict.files.length} files`);
      heldBack.set(branch, conflict);
      continue;
    }
    const after = await gitText(['rev-parse', `refs/heads/${branch}`], options);
    // It can skip a branch and still exit with 0.
    if (!(await isAncestor(ontoTip, after))) throw odd(`restack ${branch}`, outcome);
    tips.set(branch, after);
    moved.push({ row, onto, ontoTip, after, own, made: await listPicks(ontoTip, after, ontoTip, options) });
  }

  const outcome = await describeMoves(copy, moved, await rewrites.read(), signal);
  return {
    ...outcome,
    heldBack: [...heldBack].map(([branch, reason]): HeldBack => ({ branch, reason })),
    warnings: [...outcome.warnings, ...warnings],
  };
}

/** Sets up the branches that matter, checks one out, and makes git-spice know the repository. */
async function start(copy: DisposableClone, spice: Spice, { trunk, branches, targets, signal }: PlanRequest) {
  const needed = new Set(targets.flatMap(({ branch, onto }) => [branch, onto]));
  const refs = [trunk, ...branches.filter(({ name }) => needed.has(name))];
  const input = refs.map(({ name, tip }) => `create refs/heads/${name} ${tip}\n`).join('');
  await git(['update-ref', '--stdin'], { ...copy.options, signal, input });
  await git(['checkout', '--quiet', '--detach', trunk.tip], { ...copy.options, signal });
  const outcome = await spice('repo', 'init', `--trunk=${trunk.name}`);
  if (!outcome.ok) throw odd('set up the repository', outcome);
}

function known<T>(of: Map<string, T>, branch: string): T {
  const value = of.get(branch);
  if (value === undefined) throw new Error(`the request has no branch ${branch}`);
  return value;
}
