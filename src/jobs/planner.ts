import type { BranchRow } from '@/db/schema';
import type { KnownLanding } from '@/projection/landings';
import { registrationBases } from '@/projection/registration';
import type { PickedEngine } from '@/stack/engines/pick';
import type { Committer, HeldBack, Move, Plan, PlannedObjects, Target } from '@/stack/plan';
import { type Action, planBranches, type Registration, targetsFor } from '@/stack/targets';
import { type Failure, failure } from './failure';

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
  committer: Committer;
  /** Branches that the remote does not let move, with its words. */
  refused: ReadonlyMap<string, string>;
  signal: AbortSignal;
  log: (line: string) => void;
}

/** What an action comes to. Where there is a `failure` nothing may be moved: the plan only says why. */
export interface PlannedAction extends PlannedObjects {
  registered: Registration[];
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
  const branches = planBranches(rows);
  const planned = await picked.engine.plan({ gitDir, trunk, branches, targets: allowed, committer, signal, log });
  const plan = { ...planned.plan, heldBack: [...scope.heldBack, ...heldBack, ...planned.plan.heldBack] };
  return { ...planned, plan, registered: [], failure: ownFailure(action, plan.heldBack) };
}

/** A plan that makes no commit. */
function withoutObjects(
  { moves = [], registered = [] }: { moves?: Move[]; registered?: Registration[] },
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

async function planRegistrations(input: PlanInput, registrations: Registration[]): Promise<PlannedAction> {
  const { gitDir, trunk, rows, landings, signal } = input;
  const branchTips = await input.branchTips();
  const bases = await registrationBases({ gitDir, trunk, rows, branchTips, landings, registrations, signal });
  const moves: Move[] = [];
  for (const { branch, parent, base } of bases) {
    const row = rows.find((candidate) => candidate.name === branch);
    if (!row) continue;
    if (base === null) {
      const words = `${branch} has no commit in common with ${parent}.`;
      return withoutObjects(
        {},
        failure('NOT_TRACKED', words, 'Choose another parent, or rebase the branch by hand first.'),
      );
    }
    const tracking = { parentBefore: row.parent, parentAfter: parent, baseBefore: row.base, baseAfter: base };
    moves.push({ branch, before: row.tip, after: row.tip, ...tracking, rewritten: [] });
  }
  return withoutObjects(
    { moves, registered: moves.map(({ branch, parentAfter }) => ({ branch, parent: parentAfter })) },
    null,
  );
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
      return failure(
        'CONFLICT',
        words,
        `Resolve it locally: git rebase onto ${reason.onto.slice(0, 12)}, push ${own.branch}, then sync.`,
      );
    case 'protected':
      return failure('PUSH_REJECTED', words, 'Change the rule on the remote, or ask whoever may.');
    case 'below':
    case 'parent_gone':
      return failure('BRANCH_NOT_FOUND', words, 'Move the branch onto another parent (reparent_branch).');
  }
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
    case 'parent_gone':
      return `${reason.parent}, which it stands on, is gone from the remote; reparent it`;
  }
}
