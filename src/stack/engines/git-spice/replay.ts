import { formatCommit, subjectOf } from '@/git/commit';
import type { DisposableClone } from '@/git/disposable-clone';
import type { Quarantine } from '@/git/objects';
import { listPicks, type Pick } from '@/git/picks';
import { git, gitText } from '@/git/run';
import type { PlanRequest, Warning } from '@/stack/plan';
import type { Replayed, Replayer } from '../git/replay';
import type { CommitSource } from '../git/selection';
import { inPlace, type Outcome, type Place } from '../outcome';
import { readConflict } from './conflict';
import { odd, type Spice, type SpiceOutcome } from './driver';
import { recordRewrites } from './rewrites';

/** The tools of one plan. */
export interface Workshop {
  quarantine: Quarantine;
  copy: DisposableClone;
  spice: Spice;
  /** Reads a commit. */
  commit: CommitSource;
  /** Explains conflicts. */
  replayer: Replayer;
  /** `Name <email> seconds zone` */
  committer: string;
}

/**
 * Replays the targets one by one, bottom up, in a fresh copy, and reads off what became of them.
 *
 * git-spice hears of a branch only when its turn comes: nothing is tracked above it yet, so `upstack onto` moves
 * this one branch and no other. A restack is a move onto the same parent.
 *
 * From below git-spice bounds a replay by one commit, the recorded base (`git rebase --onto PARENT BASE branch`;
 * read and tried: v0.31.2). Left to itself it brings back what the parent took and reverted, and, where the
 * parent was rewritten, replays trunk commits that were merged into the branch. The `git` engine's rule has two
 * bounds, what the parent has and what the base has. So the base that it is given is a throw-away merge of
 * these two, as the tip of a helper branch on which the branch is tracked; then both engines replay the same.
 *
 * Where they differ and stay so: git-spice converts messages to `i18n.commitEncoding`, and a branch that has no
 * history in common with its parent is an error.
 *
 * @throws GitError with git-spice's own words when it does anything but replay or conflict.
 */
export async function replayAll(
  { quarantine, copy, spice, commit: readCommit, replayer, committer }: Workshop,
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
  const helper = unusedName(request);
  /** Points the helper branch at the bound of a replay. */
  const setBound = async (onto: string, base: string) => {
    const { tree } = await readCommit(onto);
    const merge = { tree, parents: [onto, base], author: committer, encoding: null, message: '' };
    const bound = quarantine.write('commit', formatCommit(merge, committer));
    await git(['update-ref', `refs/heads/${helper}`, bound], options);
    if (!tracked.has(helper)) await track(helper, trunk.name);
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
    const { name, tip: before, base } = branch;
    if (base === onto.tip || ((await isAncestor(base, onto.tip)) && (await isAncestor(onto.tip, before)))) {
      outcomes.push({ branch, onto, result: inPlace(branch) });
      continue;
    }
    // A parent that is not moved: where git-spice thinks it to stand is of no matter.
    if (!tracked.has(onto.name)) await track(onto.name, trunk.name);
    await setBound(onto.tip, base);
    await track(name, helper);

    const own = await listPicks(onto.tip, before, base, options);
    await rewrites.note(own.map(({ commit }) => commit));
    const move = await run(name, 'upstack', 'onto', `--branch=${name}`, onto.name);
    for (const line of [...move.notes, ...move.warnings]) request.log(`git-spice: ${line}`);
    if (!move.ok) {
      const conflict = await readConflict(copy, name, onto.name, replayer, signal);
      if (!conflict) throw odd(`move ${name} onto ${onto.name}`, move);
      const abort = await spice('rebase', 'abort');
      if (!abort.ok) throw odd(`abort the rebase of ${name}`, abort);
      const { commit, subject, files } = conflict;
      outcomes.push({
        branch,
        onto,
        result: { heldBack: { kind: 'conflict', commit, subject, files, onto: onto.tip } },
      });
      places.set(name, null);
      continue;
    }
    const tip = await gitText(['rev-parse', `refs/heads/${name}`], options);
    // It can skip a branch and exit with 0.
    if (!(await isAncestor(onto.tip, tip))) throw odd(`move ${name} onto ${onto.name}`, move);
    const made = await listPicks(onto.tip, tip, onto.tip, options);
    outcomes.push({ branch, onto, result: await compare(own, made, tip, await rewrites.read(), readCommit) });
    places.set(name, { name, tip });
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

/** A name for the helper branch that no branch has, as a name or as a folder of names. */
function unusedName({ branches, trunk }: PlanRequest): string {
  let name = 'spicerack-bound';
  while ([...branches, trunk].some((branch) => `${branch.name}/`.startsWith(`${name}/`))) name += '-';
  return name;
}

/** What became of a branch's own commits, by those that it has over its parent before and after. */
async function compare(
  own: Pick[],
  made: Pick[],
  tip: string,
  rewrites: ReadonlyMap<string, string>,
  readCommit: CommitSource,
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
    const commit = await readCommit(id);
    if (merge) result.merges.push(id);
    else if (!replayed.has(id)) result.dropped.push({ commit: id, subject: subjectOf(commit) });
    else if (commit.signed) result.signed.push(id);
  }
  return result;
}
