import type { BranchRow } from '@/db/schema';
import { subjects } from '@/git/objects/subjects';
import type { HeldBack, Move, Plan, Registered } from '@/model/plan';
import { namedBase } from '@/projection/named-base';
import { registrationBases } from '@/projection/registration';
import { type Failure, failure, TOO_LARGE_HINT } from '@/queue/failure';
import { type ByHand, commandsByHand } from '@/repos/by-hand';
import type { Committer, PlanBranch, PlannedObjects, Target } from '@/stack/engines/engine';
import type { PickedEngine } from '@/stack/engines/pick';
import { type Action, planBranches, type Registration, targetsFor } from '@/stack/targets';

/** What an action is planned on: the branch rows as they are, and the clone that has their commits. */
export interface PlanInput {
  action: Action;
  gitDir: string;
  trunk: { name: string; tip: string };
  rows: BranchRow[];
  /** Tips that each branch, and trunk, was seen at before, newest first; asked for where a base has to be found. */
  branchTips: () => Promise<Map<string, string[]>>;
  engine: PickedEngine;
  committer: Committer;
  /** Branches that the remote does not let move, with its words. */
  refused: ReadonlyMap<string, string>;
  signal: AbortSignal;
  log: (line: string) => void;
}

/** What an action comes to. Where there is a `failure` nothing may be moved: the plan only says why. */
export interface PlannedAction extends PlannedObjects {
  registered: Registered[];
  failure: Failure | null;
}

/**
 * The one planner, of jobs and of forecasts: it touches no ref and changes no row. Discard the answer in the end.
 * @throws GitError; the signal's reason when it is aborted.
 */
export async function planAction(input: PlanInput): Promise<PlannedAction> {
  const { action, rows, trunk, refused, engine: picked, gitDir, committer, signal, log } = input;
  const scope = targetsFor(action, rows, trunk.name);
  if (!scope.ok) return withoutObjects({}, scope.refusal);
  if (action.kind === 'register_existing_branch') return planRegistrations(input, scope.register);
  if ('error' in picked) return withoutObjects({}, picked.error);
  const { allowed, heldBack } = withoutRefused(scope.targets, refused);
  const branches = planBranches(rows, trunk.name);
  const planned = await picked.engine.plan({ gitDir, trunk, branches, targets: allowed, committer, signal, log });
  const onto = new Map(allowed.map((target) => [target.branch, target.onto]));
  const met = planned.plan.heldBack.map((held) => withWayOut(held, branches, onto));
  const plan = { ...planned.plan, heldBack: [...scope.heldBack, ...heldBack, ...met] };
  return { ...planned, plan, registered: [], failure: ownFailure(action, plan.heldBack) };
}

/** A plan that makes no commit. */
function withoutObjects(
  { moves = [], registered = [] }: { moves?: Move[]; registered?: Registered[] },
  failed: Failure | null,
): PlannedAction {
  return {
    plan: { moves, heldBack: [], dropped: [], warnings: [] },
    registered,
    failure: failed,
    take: async () => undefined,
    trees: async () => new Map(),
    discard: async () => undefined,
  };
}

/** As many own commits of a branch are told. */
const OWN_TOLD = 50;

async function planRegistrations(input: PlanInput, registrations: Registration[]): Promise<PlannedAction> {
  const { action, gitDir, trunk, rows, signal } = input;
  const branchTips = await input.branchTips();
  const bases = await registrationBases({ gitDir, trunk, rows, branchTips, registrations, signal });
  const moves: Move[] = [];
  const registered: Registered[] = [];
  for (const { branch, parent, base: found } of bases) {
    const row = rows.find((candidate) => candidate.name === branch);
    if (!row) continue;
    const parentTip = parent === trunk.name ? trunk.tip : rows.find(({ name }) => name === parent)?.tip;
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
      return withoutObjects(
        {},
        failure('NOT_TRACKED', words, 'Choose another parent, or rebase the branch by hand first.'),
      );
    }
    const tracking = { parentBefore: row.parent, parentAfter: parent, baseBefore: row.base, baseAfter: base };
    moves.push({ branch, before: row.tip, after: row.tip, ...tracking, rewritten: [] });
    // Of a registration of all suggestions that would be a long list.
    const below = parentTip ? [base, parentTip] : [base];
    const own = action.branch ? { own: await subjects(gitDir, row.tip, below, OWN_TOLD, signal) } : {};
    registered.push({ branch, parent, ...own });
  }
  return withoutObjects({ moves, registered }, null);
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

/** A conflict with what one needs to solve it by hand. */
function withWayOut(held: HeldBack, branches: PlanBranch[], onto: ReadonlyMap<string, string>): HeldBack {
  const row = branches.find(({ name }) => name === held.branch);
  const parent = onto.get(held.branch);
  if (held.reason.kind !== 'conflict' || !row || !parent) return held;
  return { ...held, reason: { ...held.reason, byHand: { parent, tip: row.tip, base: row.base } } };
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
      return failure('PUSH_REJECTED', words, 'Change the rule on the remote, or ask whoever may.');
    case 'too_large':
      return failure('TOO_LARGE', words, TOO_LARGE_HINT);
    case 'below':
    case 'parent_gone':
      return failure('BRANCH_NOT_FOUND', words, 'Move the branch onto another parent (reparent_branch).');
  }
}

/** What to do, in a line, and then the commands. */
function conflictHint(branch: string, byHand: ByHand | undefined): string {
  const lines = byHand ? commandsByHand(branch, byHand) : [];
  return ['Solve the conflict on your machine, push, and sync.', ...lines].join('\n');
}

/** One line for a person on why a branch stays where it is. */
export function reasonText({ reason }: HeldBack): string {
  switch (reason.kind) {
    case 'conflict': {
      const files = reason.files.map((file) => file.path).join(', ');
      return `${reason.commit.slice(0, 8)} (${reason.subject}) conflicts in ${files || 'a way that git cannot merge'}`;
    }
    case 'below':
      return `${reason.branch} below it is held back`;
    case 'protected':
      return `the remote does not let it move: ${reason.message}`;
    case 'too_large':
      return `it is too large to be compared (${reason.message})`;
    case 'parent_gone':
      return `${reason.parent}, which it stands on, is gone from the remote; reparent it`;
  }
}
