import type { ErrorCode } from '@/model/errors';
import type { ActionKind } from '@/model/kinds';
import type { HeldBack } from '@/model/plan';
import { isLongLived, notTracked, unknownBranch, wouldStandOnItself } from '@/repos/branch-words';
import { Graph, type GraphBranch } from '@/repos/graph';
import { canCarry, isKept, isSuggested, type KeptBranch } from '@/repos/kept';
import { keptWords } from '@/repos/kept-words';
import type { PlanBranch, Target } from './engines/engine';

/** What a job asks for. Trunk is never `branch`. */
export interface Action {
  kind: ActionKind;
  branch?: string | null | undefined;
  /** For `restack_subtree` and `register_existing_branch`: several branches, in the place of `branch`. */
  branches?: readonly string[] | null | undefined;
  parent?: string | null | undefined;
  /** For `register_existing_branch`: every untracked branch that has a suggested parent. */
  suggested?: boolean | undefined;
  /** For `register_existing_branch`: the commit that the branch is to stand on, as it was given. */
  base?: string | null | undefined;
  /** For `sync_repo`: false where it is only to read. */
  move?: boolean | undefined;
}

/** What the choice needs of a branch row. */
export interface TargetBranch extends GraphBranch, KeptBranch {
  tip: string;
  base: string | null;
  suggestedParent: string | null;
}

/** A branch to track from now on. */
export interface Registration {
  branch: string;
  parent: string;
}

export interface Targets {
  /** What is to be replayed, bottom up. */
  targets: Target[];
  /**
   * What the action would cover, but may not move: branches whose parent is gone, or with which they have no commit in
   * common, and all above them. Bottom up.
   */
  heldBack: HeldBack[];
  /** What is to be tracked, parents before children. */
  register: Registration[];
}

/** Why an action cannot be done on these rows. */
export interface Refusal {
  code: Extract<ErrorCode, 'BRANCH_NOT_FOUND' | 'NOT_TRACKED' | 'CYCLE' | 'KEPT'>;
  message: string;
  hint: string;
}

export type TargetsResult = ({ ok: true } & Targets) | { ok: false; refusal: Refusal };

/**
 * Which branches an action moves, and onto what, from fresh branch rows.
 * - `sync_repo`: what stood on merged branches, onto what those stood on, and all above; nothing where it only reads.
 *   What stood on a gone branch is held back, and what has no commit in common with its parent, so that every sync says
 *   it until somebody sees to it.
 * - `restack_repo`: every tracked branch onto its parent.
 * - `restack_subtree`: the branch and all above it; of several branches those that can move, the others are held back.
 * - `rebase_branch`: the branch alone.
 * - `reparent_branch`: the branch onto the new parent, and all above it.
 * - `register_existing_branch`: moves nothing; says what to track. A suggested parent that is itself untracked is
 *   registered with its own suggestion, and so on down. Of several branches, all or none.
 *
 * Wherever a branch that moves stood on a merged one, it goes onto what that stood on. A long-lived branch is moved by
 * none of them, and refused where it is named.
 */
export function targetsFor(action: Action, rows: TargetBranch[], trunk: string): TargetsResult {
  const graph = new Graph(rows, trunk);
  switch (action.kind) {
    case 'sync_repo': {
      const all = move(
        graph,
        withAllAbove(graph, (row) => row.base === null || hasLostParent(graph, row)),
      );
      return action.move === false && all.ok ? { ...all, targets: [] } : all;
    }
    case 'restack_repo':
      return move(graph, graph.bottomUp());
    case 'restack_subtree':
      return action.branches ? moveThese(graph, action.branches) : moveOne(graph, action.branch ?? '');
    case 'rebase_branch':
      return moveOne(graph, action.branch ?? '', true);
    case 'reparent_branch':
      return reparent(graph, action.branch ?? '', action.parent ?? '');
    case 'register_existing_branch':
      if (action.branches) return registerThese(graph, action.branches);
      return action.suggested ? registerAll(graph, rows) : registerOne(graph, action.branch ?? '', action.parent);
  }
}

/**
 * The branches that an engine may have to know: neither merged nor gone, and tracked, or long-lived.
 * @param trunk its name; a long-lived branch that nobody tracks is shown there, with no commit of its own, and so is one
 *   whose base is not known: what stands on it may still be moved onto it
 */
export function planBranches(rows: TargetBranch[], trunk: string): PlanBranch[] {
  return rows.flatMap((row): PlanBranch[] => {
    const { name, tip, parent, base, tracked } = row;
    if (!isAlive(row)) return [];
    if (tracked && parent !== null && base !== null) return [{ name, tip, parent, base }];
    return tracked || isKept(row) ? [{ name, tip, parent: trunk, base: tip }] : [];
  });
}

function withAllAbove(graph: Graph<TargetBranch>, isChosen: (row: TargetBranch) => boolean): TargetBranch[] {
  const chosen = new Set<string>();
  return graph.bottomUp().filter((row) => {
    const take = !isKept(row) && (isChosen(row) || chosen.has(row.parent ?? ''));
    if (take) chosen.add(row.name);
    return take;
  });
}

/** Whether the branch has to find another parent: its own is merged, or no longer there. */
function hasLostParent(graph: Graph<TargetBranch>, row: TargetBranch): boolean {
  if (row.parent === graph.trunk) return false;
  const parent = graph.get(row.parent ?? '');
  return !parent || parent.merged || parent.gone;
}

/** Turns rows, bottom up, into targets; `onto` says where one of them goes that does not follow its row. */
function move(graph: Graph<TargetBranch>, rows: TargetBranch[], onto: Map<string, string> = new Map()): TargetsResult {
  const targets: Target[] = [];
  const heldBack: HeldBack[] = [];
  const held = new Set<string>();
  for (const row of rows) {
    if (row.merged || row.gone || isKept(row)) continue;
    const parent = onto.get(row.name) ?? graph.effectiveParent(row.name);
    const missing = parent !== graph.trunk && !canCarry(graph.get(parent));
    if (missing) heldBack.push({ branch: row.name, reason: { kind: 'parent_gone', parent } });
    // What its own commits are, it is held against what it stands on now.
    else if (row.base === null)
      heldBack.push({ branch: row.name, reason: { kind: 'unrelated', parent: graph.effectiveParent(row.name) } });
    else if (held.has(parent)) heldBack.push({ branch: row.name, reason: { kind: 'below', branch: parent } });
    else {
      targets.push({ branch: row.name, onto: parent });
      continue;
    }
    held.add(row.name);
  }
  return { ok: true, targets, heldBack, register: [] };
}

type Covered = { rows: TargetBranch[] } | { refusal: Refusal };

/** The branches that an action on this one covers. Of a merged branch there is only what stands on it. */
function coveredBy(graph: Graph<TargetBranch>, name: string, alone: boolean): Covered {
  const row = graph.get(name);
  const refusal = refuseBranch(row, name);
  if (refusal || !row) return { refusal: refusal ?? notFound(name, row) };
  const rows = alone ? [row] : graph.subtree(name);
  return rows.some((each) => !each.merged) ? { rows } : { refusal: merged(name) };
}

function moveOne(graph: Graph<TargetBranch>, branch: string, alone = false): TargetsResult {
  const covered = coveredBy(graph, branch, alone);
  if ('refusal' in covered) return { ok: false, refusal: covered.refusal };
  const refusal = refuseGoneParent(graph, graph.get(branch));
  return refusal ? { ok: false, refusal } : move(graph, covered.rows);
}

/** Of several branches, one whose parent is gone holds up only what stands on it. */
function moveThese(graph: Graph<TargetBranch>, branches: readonly string[]): TargetsResult {
  const chosen = new Set<TargetBranch>();
  for (const branch of branches) {
    const covered = coveredBy(graph, branch, false);
    if ('refusal' in covered) return { ok: false, refusal: covered.refusal };
    for (const row of covered.rows) chosen.add(row);
  }
  return move(
    graph,
    graph.bottomUp().filter((row) => chosen.has(row)),
  );
}

function reparent(graph: Graph<TargetBranch>, branch: string, parent: string): TargetsResult {
  const row = graph.get(branch);
  const refusal = refuseBranch(row, branch) ?? refuseParent(graph, branch, parent);
  if (refusal) return { ok: false, refusal };
  if (row?.merged) return { ok: false, refusal: merged(branch) };
  return move(graph, graph.subtree(branch), new Map([[branch, live(graph, parent)]]));
}

function registerOne(graph: Graph<TargetBranch>, branch: string, parent: string | null | undefined): TargetsResult {
  const row = graph.get(branch);
  const refusal = refuseMissing(row, branch) ?? refuseKept(row) ?? (row?.merged ? merged(branch) : null);
  if (refusal || !row) return { ok: false, refusal: refusal ?? notFound(branch, row) };
  if (parent) {
    const refused = refuseParent(graph, branch, parent);
    if (refused) return { ok: false, refusal: refused };
    return register([{ branch, parent: live(graph, parent) }]);
  }
  if (row.tracked && row.parent !== null) return register([{ branch, parent: row.parent }]);
  const chain: Registration[] = [];
  let next: TargetBranch | undefined = row;
  while (next && !canCarry(next) && !chain.some((known) => known.branch === next?.name)) {
    const registration = suggested(graph, next);
    chain.unshift(registration);
    next = graph.get(registration.parent);
  }
  return register(chain);
}

function registerThese(graph: Graph<TargetBranch>, names: readonly string[]): TargetsResult {
  const registrations = new Map<string, Registration>();
  for (const name of names) {
    const one = registerOne(graph, name, null);
    if (!one.ok) return one;
    for (const registration of one.register) registrations.set(registration.branch, registration);
  }
  return register([...registrations.values()]);
}

function registerAll(graph: Graph<TargetBranch>, rows: TargetBranch[]): TargetsResult {
  const open = rows.filter((row) => row.name !== graph.trunk && isSuggested(row));
  const known = new Set(open);
  const canStandOn = (row: TargetBranch | undefined) => canCarry(row) || (row !== undefined && known.has(row));
  // Seen as tracked already, they have an order.
  const asTracked = open.map((row) => ({ ...row, tracked: true, parent: suggested(graph, row, canStandOn).parent }));
  const byName = new Map(asTracked.map((row) => [row.name, row]));
  const after = new Graph(
    rows.map((row) => byName.get(row.name) ?? row),
    graph.trunk,
  );
  return register(
    after.bottomUp().flatMap(({ name, parent }) => (byName.has(name) && parent ? [{ branch: name, parent }] : [])),
  );
}

function register(registrations: Registration[]): TargetsResult {
  return { ok: true, targets: [], heldBack: [], register: registrations };
}

/** The row's suggested parent, as far as one can stand on it; else trunk. */
function suggested(
  graph: Graph<TargetBranch>,
  row: TargetBranch,
  canStandOn: (row: TargetBranch | undefined) => boolean = isAlive,
): Registration {
  const parent = row.suggestedParent === null ? graph.trunk : live(graph, row.suggestedParent);
  const usable = parent === graph.trunk || (canStandOn(graph.get(parent)) && !graph.wouldCycle(row.name, parent));
  return { branch: row.name, parent: usable ? parent : graph.trunk };
}

/** The branch itself, or what it stood on where it is merged. */
function live(graph: Graph<TargetBranch>, name: string): string {
  return graph.get(name)?.merged ? graph.effectiveParent(name) : name;
}

function isAlive(row: TargetBranch | undefined): boolean {
  return row !== undefined && !row.merged && !row.gone;
}

function refuseBranch(row: TargetBranch | undefined, name: string): Refusal | null {
  return refuseMissing(row, name) ?? refuseKept(row) ?? (row?.tracked ? null : untracked(name));
}

function refuseMissing(row: TargetBranch | undefined, name: string): Refusal | null {
  return !row || row.gone ? notFound(name, row) : null;
}

function refuseKept(row: TargetBranch | undefined): Refusal | null {
  return row && isKept(row) ? { code: 'KEPT', ...isLongLived(row.name, keptWords(row)) } : null;
}

function refuseParent(graph: Graph<TargetBranch>, branch: string, parent: string): Refusal | null {
  if (graph.wouldCycle(branch, live(graph, parent))) return { code: 'CYCLE', ...wouldStandOnItself(branch, parent) };
  const target = live(graph, parent);
  if (target === graph.trunk) return null;
  const row = graph.get(target);
  if (!row || row.gone) return notFound(target, row);
  return canCarry(row) ? null : untracked(target);
}

function refuseGoneParent(graph: Graph<TargetBranch>, row: TargetBranch | undefined): Refusal | null {
  if (!row || row.merged) return null;
  const parent = graph.effectiveParent(row.name);
  if (parent === graph.trunk || canCarry(graph.get(parent))) return null;
  return {
    code: 'BRANCH_NOT_FOUND',
    message: `${parent}, on which ${row.name} stands, is not on the remote.`,
    hint: `Reparent ${row.name} onto another branch.`,
  };
}

function notFound(name: string, row: TargetBranch | undefined): Refusal {
  return { code: 'BRANCH_NOT_FOUND', ...unknownBranch(name, row !== undefined) };
}

function untracked(name: string): Refusal {
  return { code: 'NOT_TRACKED', ...notTracked(name) };
}

function merged(name: string): Refusal {
  return {
    code: 'BRANCH_NOT_FOUND',
    message: `${name} was merged: there is nothing left to move.`,
    hint: 'Sync the repo to move what stood on it.',
  };
}
