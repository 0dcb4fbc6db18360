import { disposableClone } from '@/git/clone/disposable-clone';
import type { Quarantine } from '@/git/objects/objects';
import { listCommits } from '@/git/objects/rev-list';
import { git, gitText } from '@/git/process/run';
import type { PlanRequest } from '../engine';
import type { Outcome, Place } from '../outcome';
import { spiceIn } from './driver';

/** Branches that stand on one commit that stays, straight or on each other, bottom up. */
export interface WholeStacks {
  root: Place;
  branches: WholeBranch[];
}

interface WholeBranch {
  name: string;
  /** The branch below it; the root's name at the bottom. */
  parent: string;
  base: string;
  before: string;
  /** Where the `git` engine puts it. */
  after: string;
}

/**
 * What git-spice can restack by `repo restack`, a call for each commit that stacks stand on. These are branches that
 * stay on their parents and of which nothing is to be said: each of their commits becomes one, by the `git` engine's
 * outcomes, and each stands on its parent's tip, for that is how `downstack track` finds out what stands on what.
 * Stacks of which none moves are left out.
 */
export function wholeStacks(request: PlanRequest, outcomes: readonly Outcome[]): WholeStacks[] {
  const tips = new Map([...request.branches, request.trunk].map(({ name, tip }) => [name, tip]));
  const asked = new Set(request.targets.map(({ branch }) => branch));
  const stacks = new Map<string, WholeStacks>();
  const stackOf = new Map<string, WholeStacks>();
  const taken = new Set<string>();
  for (const { branch, onto, result } of outcomes) {
    const { name, parent, base, tip: before } = branch;
    if (!onto || onto.name !== parent || !('tip' in result)) continue;
    if (result.dropped.length > 0 || result.merges.length > 0 || before === base) continue;
    const isBottom = !asked.has(parent);
    const root = tips.get(parent);
    if (isBottom ? root === undefined : base !== root) continue;
    const stack = isBottom
      ? (stacks.get(parent) ?? { root: { name: parent, tip: root ?? '' }, branches: [] })
      : stackOf.get(parent);
    // Two names of one commit: which stands on which cannot be told from the commits.
    if (!stack || taken.has(before) || before === stack.root.tip) continue;
    taken.add(before);
    if (isBottom) stacks.set(parent, stack);
    stackOf.set(name, stack);
    stack.branches.push({ name, parent, base, before, after: result.tip });
  }
  return [...stacks.values()].filter(({ branches }) => branches.some(({ before, after }) => before !== after));
}

/** So many branches are worth a copy with its files of their own; and so many copies are made at once. */
const SHARE = 100;
const SHARES = 2;

/** The same stacks in as many parts as are worth it: git-spice works on one branch after another. */
export function sharesOf({ root, branches }: WholeStacks): WholeStacks[] {
  const count = Math.max(1, Math.min(SHARES, Math.floor(branches.length / SHARE)));
  const shares: WholeStacks[] = Array.from({ length: count }, () => ({ root, branches: [] }));
  const shareOf = new Map<string, WholeStacks>();
  for (const branch of branches) {
    const smallest = shares.reduce((least, share) => (share.branches.length < least.branches.length ? share : least));
    const share = shareOf.get(branch.parent) ?? smallest;
    shareOf.set(branch.name, share);
    share.branches.push(branch);
  }
  return shares.filter(({ branches }) => branches.length > 0);
}

/** The branch that stacks stand on, as git-spice hears of it. */
const ROOT = 'root';

/**
 * Lets git-spice restack stacks, in a copy of their own. Others may be restacked at the same time.
 * @returns the branches that it has put where the `git` engine puts them, commit for commit; the others are to be
 *   looked at one by one
 * @throws the signal's reason when it is aborted
 */
export async function restackWhole(
  quarantine: Quarantine,
  program: string,
  stacks: WholeStacks,
  request: PlanRequest,
): Promise<Set<string>> {
  const { root } = stacks;
  const { signal, log } = request;
  const copy = await disposableClone(quarantine, root.tip.length, signal);
  try {
    const options = { ...copy.options, signal };
    const branches = await forkedBelow(stacks, request);
    const refs = new Map(branches.map(({ name }, i) => [name, `branch-${i}`]));
    const parents = new Set(branches.map(({ parent }) => parent));
    const tops = branches.filter(({ name }) => !parents.has(name));
    const updates = branches.map(({ name, before }) => `update refs/heads/${refs.get(name)} ${before}\n`);
    const input = [`update refs/heads/${ROOT} ${root.tip}\n`, ...updates].join('');
    await git(['update-ref', '--stdin'], { ...options, input });
    await git(['checkout', '--quiet', ROOT], options);
    const spice = spiceIn(copy, program, request);
    const commands = [
      ['repo', 'init', `--trunk=${ROOT}`],
      ...tops.map(({ name }) => ['downstack', 'track', refs.get(name) ?? '']),
      ['repo', 'restack'],
    ];
    const inWords = (text: string) => text.replace(/\bbranch-(\d+)\b/g, (ref, i) => branches[Number(i)]?.name ?? ref);
    for (const command of commands) {
      const { ok, words } = await spice(...command);
      // What of it is done counts all the same.
      if (!ok) log(inWords(`git-spice ${command.join(' ')}: ${words}`));
    }
    const listed = await gitText(['for-each-ref', '--format=%(refname:lstrip=2) %(objectname)', 'refs/heads'], options);
    const seen = new Set(listed.split('\n'));
    return new Set(branches.flatMap(({ name, after }) => (seen.has(`${refs.get(name)} ${after}`) ? [name] : [])));
  } finally {
    await copy.remove();
  }
}

/** Without the stacks whose base their root has lost: git-spice would take what both had since for theirs. */
async function forkedBelow({ root, branches }: WholeStacks, { gitDir, signal }: PlanRequest): Promise<WholeBranch[]> {
  const bases = branches.flatMap(({ parent, base }) => (parent === root.name ? [base] : []));
  const { commits } = await listCommits(gitDir, bases, [root.tip], signal);
  const lost = new Set(commits.map(({ id }) => id));
  const kept = new Set([root.name]);
  return branches.filter(({ name, parent, base }) => {
    if (!kept.has(parent) || (parent === root.name && lost.has(base))) return false;
    kept.add(name);
    return true;
  });
}
