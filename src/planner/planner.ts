import { inTurns } from '@/breather';
import type { BranchRow } from '@/db/schema';
import { remoteBranches } from '@/git/clone/for-each-ref';
import { commitIdentities } from '@/git/objects/identities';
import type { Committer } from '@/git/objects/identity';
import { isAncestor } from '@/git/objects/is-ancestor';
import { newestCommits } from '@/git/objects/rev-list';
import { subjects } from '@/git/objects/subjects';
import { OUT_OF_MEMORY } from '@/git/process/reasons';
import { isShallow } from '@/git/remote/fetch';
import {
  type AdoptedCommit,
  type HeldBack,
  isOnNoBranch,
  type LeftCommit,
  type Move,
  type Plan,
  type Registered,
} from '@/model/plan';
import { type KnownLanding, landedCommits, landingsUnder, withLanded } from '@/projection/landings';
import { namedBase } from '@/projection/named-base';
import { registrationBases } from '@/projection/registration';
import { type Failure, failure, refusalHint } from '@/queue/failure';
import { type ByHand, commandsByHand, isMergesOwn, linesByHand } from '@/repos/by-hand';
import { Graph } from '@/repos/graph';
import { shallowWords } from '@/repos/left-out';
import { account } from '@/stack/conservation';
import type { PlanBranch, PlannedObjects, Target } from '@/stack/engines/engine';
import type { PickedEngine } from '@/stack/engines/pick';
import { History } from '@/stack/history';
import { type Action, planBranches, type Registration, targetsFor } from '@/stack/targets';
import { counted } from '@/text/words';
import { broughtToTrunk } from './brought-by';

/** What an action is planned on: the branch rows as they are, and the clone that has their commits. */
export interface PlanInput {
  action: Action;
  gitDir: string;
  trunk: { name: string; tip: string };
  rows: BranchRow[];
  /** Tips that each branch, and trunk, was seen at before, newest first; asked for where a base has to be found. */
  branchTips: () => Promise<Map<string, string[]>>;
  /** All that is known to have landed. */
  landings: KnownLanding[];
  engine: PickedEngine;
  /** Asked for where commits are replayed. */
  committer: () => Promise<Committer>;
  /** Branches that the remote does not let move, with its words. */
  refused: ReadonlyMap<string, string>;
  signal: AbortSignal;
  log: (line: string) => void;
}

/** What an action comes to. Where there is a `failure` nothing may be moved: the plan only says why. */
export interface PlannedAction extends PlannedObjects {
  registered: Registered[];
  left: LeftCommit[];
  adopted: AdoptedCommit[];
  failure: Failure | null;
}

/**
 * The one planner, of jobs and of forecasts: it touches no ref and changes no row. Discard the answer in the end.
 * @throws GitError; the signal's reason when it is aborted.
 */
export async function planAction(input: PlanInput): Promise<PlannedAction> {
  const { action, rows, trunk, refused, engine: picked, gitDir, signal, log } = input;
  const scope = targetsFor(action, rows, trunk.name);
  if (!scope.ok) return withoutObjects({}, scope.refusal);
  if (action.kind === 'register_existing_branch') return planRegistrations(input, scope.register);
  if ('error' in picked) return withoutObjects({}, picked.error);
  const { allowed, heldBack } = withoutRefused(scope.targets, refused);
  const outOfReach = [...scope.heldBack, ...heldBack];
  if (allowed.length === 0) return withoutObjects({ heldBack: outOfReach }, ownFailure(action, outOfReach));
  const branches = await withWhatLandedInOldParent(input, allowed, planBranches(rows, trunk.name));
  const committer = await input.committer();
  const planned = await picked.engine.plan({ gitDir, trunk, branches, targets: allowed, committer, signal, log });
  const plan = { ...planned.plan, heldBack: [...outOfReach, ...planned.plan.heldBack] };
  const { left, lost } = await accounts(input, planned);
  return { ...planned, plan, registered: [], left, adopted: [], failure: lost ?? ownFailure(action, plan.heldBack) };
}

/**
 * What of a branch has landed in its parent stays with that parent. A branch that is reparented leaves it, so it takes
 * those commits along as its own, unless the new parent has them too.
 */
async function withWhatLandedInOldParent(
  { action, rows, landings, trunk, gitDir, signal }: PlanInput,
  targets: Target[],
  branches: PlanBranch[],
): Promise<PlanBranch[]> {
  const row = rows.find(({ name }) => name === action.branch);
  const parent = new Graph(rows, trunk.name).effectiveParent(action.branch ?? '');
  const onto = targets.find(({ branch }) => branch === action.branch)?.onto;
  if (action.kind !== 'reparent_branch' || !row || row.baseNamed || onto === undefined || onto === parent) {
    return branches;
  }
  const ontoTip = onto === trunk.name ? trunk.tip : (rows.find(({ name }) => name === onto)?.tip ?? '');
  const there = landings.filter(({ branch, into, isVoid }) => branch === row.name && into === parent && !isVoid);
  const lasting = await Promise.all(there.map(({ at }) => isAncestor(gitDir, at, ontoTip, signal)));
  const left = there.filter((_, i) => !lasting[i]);
  const base = withLanded(row.base, left);
  return branches.map((branch) => (branch.name === row.name && base !== null ? { ...branch, base } : branch));
}

/** What leaves the branches of a plan. A plan that would lose a commit of a branch's own is no plan. */
async function accounts(
  { gitDir, trunk, rows, landings, signal, log }: PlanInput,
  { plan, history: read }: PlannedObjects,
): Promise<{ left: LeftCommit[]; lost: Failure | null }> {
  const moved = plan.moves.filter(({ before, after }) => before !== after);
  if (moved.length === 0) return { left: [], lost: null };
  // A merged branch has its commits as long as its ref is there; so do branches that nobody has registered.
  const refs = await remoteBranches(gitDir, signal);
  refs.delete(trunk.name);
  const tips = new Map([...refs].map(([name, { tip }]) => [name, tip]));
  for (const { name, tip, merged, gone } of rows) if (!merged && !gone) tips.set(name, tip);
  const under = landingsUnder(
    moved.map(({ branch }) => branch),
    rows,
    landings,
  );
  const history = await read([...tips.values(), ...under.map(({ upTo }) => upTo)], [trunk.tip]);
  for (const { branch, after } of moved) tips.set(branch, after);
  const landed = landedCommits(history, under);
  const { left, more, lost } = await account(history, plan.moves, plan, tips, trunk.tip, landed);
  const [first] = lost;
  if (first) {
    const words = `The plan would lose commits of a branch’s own: ${first.commit.slice(0, 8)} of ${first.branch}.`;
    return { left: [], lost: failure('INTERNAL', words, 'This is a mistake of Spicerack: please report it.') };
  }
  for (const [branch, count] of more) log(`${counted(count, 'older commit')} of what was below ${branch} leave it too`);
  if (left.length === 0) return { left: [], lost: null };
  // What a parent's author amended or rebased by hand is there under another id, or has landed under it: no news for anybody.
  const origin = new Map(plan.moves.flatMap(({ rewritten }) => rewritten.map(({ from, to }) => [to, from])));
  const parentOf = new Map(moved.map(({ branch, parentAfter }) => [branch, tips.get(parentAfter) ?? '']));
  const alone = left.filter(({ on }) => on === null);
  const onTrunk = alone.length > 0 ? await newestCommits(gitDir, trunk.tip, { count: LOOKED_AT }, signal) : [];
  const anywhere = alone.length > 0 ? [...onTrunk, ...landed] : [];
  const below = new Map<string, string[]>();
  await inTurns(new Set(alone.map(({ branch }) => parentOf.get(branch) ?? '')), (parent) => {
    const newest = history.newestCommits(parent, LOOKED_AT);
    below.set(
      parent,
      newest.map((id) => origin.get(id) ?? id),
    );
  });
  const asked = new Set([...left.map(({ commit }) => commit), ...anywhere]);
  for (const line of below.values()) for (const id of line) asked.add(id);
  const identities = await commitIdentities(gitDir, [...asked], signal);
  const authorOf = (id: string) => identities.get(id)?.author;
  /** By author's line the first of these. */
  const byAuthor = (ids: string[]) => new Map(ids.flatMap((id) => [[authorOf(id), id] as const]).reverse());
  const inTrunk = byAuthor(anywhere);
  const inParent = new Map<string, ReturnType<typeof byAuthor>>();
  await inTurns(below, ([parent, line]) => inParent.set(parent, byAuthor(line)));
  const told = await inTurns(left, (one): LeftCommit => {
    const { author, subject = '' } = identities.get(one.commit) ?? {};
    const again = inParent.get(parentOf.get(one.branch) ?? '')?.get(author) ?? inTrunk.get(author);
    return { ...one, subject, replacedBy: (one.on === null && again) || null };
  });
  const nowhere = new Set(told.flatMap((one) => (isOnNoBranch(one) ? [one.commit] : [])));
  const brought = await broughtToTrunk(gitDir, trunk.tip, nowhere, signal);
  return {
    left: told.map((one) => ({ ...one, replacedBy: one.replacedBy ?? brought.get(one.commit) ?? null })),
    lost: null,
  };
}

/** How many commits of a parent, and of trunk, are looked at for what its author has made of one that left. */
const LOOKED_AT = 200;

/** A plan that makes no commit. */
function withoutObjects(
  {
    moves = [],
    heldBack = [],
    registered = [],
    adopted = [],
  }: Partial<Pick<PlannedAction, 'registered' | 'adopted'> & Pick<Plan, 'moves' | 'heldBack'>>,
  failed: Failure | null,
): PlannedAction {
  return {
    plan: { moves, heldBack, dropped: [], warnings: [] },
    registered,
    left: [],
    adopted,
    failure: failed,
    history: async () => new History([]),
    take: async () => undefined,
    trees: async () => new Map(),
    discard: async () => undefined,
  };
}

/** As many own commits of a branch are told. */
const OWN_TOLD = 50;

async function planRegistrations(input: PlanInput, registrations: Registration[]): Promise<PlannedAction> {
  const { action, gitDir, trunk, rows, landings, signal } = input;
  const branchTips = await input.branchTips();
  const bases = await registrationBases({ gitDir, trunk, rows, branchTips, landings, registrations, signal });
  const moves: Move[] = [];
  const identities = await commitIdentities(
    gitDir,
    bases.flatMap(({ adopted }) => adopted),
    signal,
  );
  const adoptedBy = bases.flatMap(({ branch, adopted }) =>
    adopted.map((commit): AdoptedCommit => ({ branch, commit, subject: identities.get(commit)?.subject ?? '' })),
  );
  const registered: Registered[] = [];
  const byName = new Map(rows.map((row) => [row.name, row]));
  for (const { branch, parent, base: found } of bases) {
    const row = byName.get(branch);
    if (!row) continue;
    const parentTip = parent === trunk.name ? trunk.tip : byName.get(parent)?.tip;
    let base = found;
    if (action.base && branch === action.branch && parentTip) {
      const named = await namedBase({ gitDir, base: action.base, branch, tip: row.tip, parent, parentTip, signal });
      if ('problem' in named) {
        const hint = 'Name a commit of the branch, or leave the base out: it is found by itself.';
        return withoutObjects({}, failure('NOT_TRACKED', named.problem, hint));
      }
      base = named.base;
    }
    if (base === null) {
      const words = `${branch} has no commit in common with ${parent}.`;
      const hint = isShallow(gitDir) ? shallowWords : 'Choose another parent, or rebase the branch by hand first.';
      return withoutObjects({}, failure('NOT_TRACKED', words, hint));
    }
    const tracking = { parentBefore: row.parent, parentAfter: parent, baseBefore: row.base, baseAfter: base };
    moves.push({ branch, before: row.tip, after: row.tip, ...tracking, rewritten: [] });
    // Of a registration of all suggestions that would be a long list.
    const below = parentTip ? [base, parentTip] : [base];
    const own = action.branch ? { own: await subjects(gitDir, row.tip, below, OWN_TOLD, signal) } : {};
    registered.push({ branch, parent, ...own });
  }
  return withoutObjects({ moves, registered, adopted: adoptedBy }, null);
}

/** Leaves out what the remote refuses to move, and all above it. */
function withoutRefused(
  targets: Target[],
  refused: ReadonlyMap<string, string>,
): { allowed: Target[]; heldBack: HeldBack[] } {
  const allowed: Target[] = [];
  const heldBack: HeldBack[] = [];
  const out = new Set<string>();
  for (const target of targets) {
    const message = refused.get(target.branch);
    if (message === undefined && !out.has(target.onto)) {
      allowed.push(target);
      continue;
    }
    out.add(target.branch);
    heldBack.push({
      branch: target.branch,
      reason: message === undefined ? { kind: 'below', branch: target.onto } : { kind: 'protected', message },
    });
  }
  return { allowed, heldBack };
}

/** An action on one branch that cannot move that very branch fails, and moves nothing. */
function ownFailure(action: Action, heldBack: Plan['heldBack']): Failure | null {
  const own = heldBack.find((held) => held.branch === action.branch);
  if (!own) return null;
  const { reason } = own;
  const words = `${own.branch} cannot be moved: ${reasonText(own)}.`;
  switch (reason.kind) {
    case 'conflict':
      return failure('CONFLICT', words, conflictHint(own.branch, reason.byHand));
    case 'protected':
      return failure('PUSH_REJECTED', words, refusalHint(reason.message));
    case 'too_large':
      return failure('TOO_LARGE', words, OUT_OF_MEMORY.todo);
    case 'unrelated':
      return failure('NOT_TRACKED', words, unrelatedHint);
    case 'below':
    case 'parent_gone':
      return failure('BRANCH_NOT_FOUND', words, 'Move the branch onto another parent (reparent_branch).');
  }
}

const unrelatedHint =
  'Register it on the branch that it is made from, or name the commit above which its own work begins (register_existing_branch with parent or base).';

/** What to do, in a line, and then the commands. */
function conflictHint(branch: string, byHand: ByHand | undefined): string {
  const lines = byHand ? linesByHand(commandsByHand(branch, byHand)) : [];
  return ['Solve the conflict on your machine, push, and sync.', ...lines].join('\n');
}

/** One line for a person on why a branch stays where it is. */
export function reasonText({ reason }: HeldBack): string {
  switch (reason.kind) {
    case 'conflict': {
      const files = reason.files.map((file) => file.path).join(', ');
      const commit = `${reason.commit.slice(0, 8)} (${reason.subject})`;
      const what = isMergesOwn(reason) ? `what the merge ${commit} changed itself` : commit;
      return `${what} conflicts in ${files || 'a way that git cannot merge'}`;
    }
    case 'below':
      return `${reason.branch} below it is held back`;
    case 'protected':
      return `the remote does not let it move: ${reason.message}`;
    case 'too_large':
      return `it is too large to be compared (${reason.message})`;
    case 'parent_gone':
      return `${reason.parent}, which it stands on, is gone from the remote; reparent it`;
    case 'unrelated':
      return `it has no commit in common with ${reason.parent}, which it is to stand on`;
  }
}
