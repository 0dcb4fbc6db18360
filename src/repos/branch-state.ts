import type { BranchCounts } from '@/model/counts';
import type { BranchForecast, RestackOutline } from '@/model/forecast';
import { type HeldBackReason, isOnNoBranch } from '@/model/plan';
import { Graph, type GraphBranch } from './graph';
import { canCarry, isKept, type KeptBranch } from './kept';

/** How a branch stands. Every place that shows, counts or filters branches takes it from `branchStates`. */
export type BranchState =
  | { is: 'in_place' | 'moving' | 'untracked' | 'long_lived' | 'merged' | 'gone' | 'too_large' }
  /**
   * A Restack of the whole repo moves it; `with` is the lowest branch below that moves as well, null where none does:
   * then a Restack of this one alone comes out as that of the whole repo.
   * `leaves` are commits that no branch has then, but for those that their author has rewritten.
   */
  | { is: 'will_move'; with: string | null; leaves?: string[] }
  | { is: 'conflict'; files: string[] }
  /** It would be left where it is, because of the branch `by` below it. */
  | { is: 'blocked'; by: string }
  /** What it stands on is no longer on the remote, or carries nothing any more. */
  | { is: 'parent_gone'; parent: string }
  /** It has no commit in common with what it stands on: its history was replaced, or the remote is too shallow. */
  | { is: 'unrelated'; parent: string };

export type StateName = BranchState['is'];

/** By name. */
export type BranchStates = ReadonlyMap<string, BranchState>;

/** What the state of a branch depends on. Branch rows are of this kind. */
export interface StateBranch extends GraphBranch, KeptBranch {
  tip: string;
  base: string | null;
  needsRestack: boolean;
  forecast: Pick<BranchForecast, 'outcome' | 'files'> | null;
}

/** All that is known of a repo's branches. */
export interface Known {
  rows: readonly StateBranch[];
  trunk: string | null;
  /** What a Restack of the whole repo would do, as it was last computed; null where it never was. */
  restack: { outline: RestackOutline; stale: boolean } | null;
  /** Branches that a running job is about to move: `movedNow`. */
  moving?: ReadonlySet<string>;
}

/** What of a job says which branches it is about to move. */
interface Mover {
  job: { status: string };
  moves: ReadonlyArray<{ branch: string; before: string | null; after: string | null; state: string }>;
}

/** The branches that the running ones of these jobs have planned to move, and have not pushed yet. */
export function movedNow(jobs: readonly Mover[]): Set<string> {
  const planned = jobs.flatMap(({ job, moves }) => (job.status === 'running' ? moves : []));
  return new Set(
    planned.flatMap(({ branch, before, after, state }) => (state === 'planned' && before !== after ? [branch] : [])),
  );
}

/**
 * The state of every branch, by name. An outline for the branches as they are has the last word. One for branches as
 * they were says on what it said of each that stands where it stood then; of the others, and where there is none, the
 * rows say themselves what they know: what stands on a branch that moves, conflicts or has lost its parent is never
 * in place.
 */
export function branchStates({ rows, trunk, restack, moving }: Known): Map<string, BranchState> {
  const graph = new Graph(rows, trunk ?? '');
  const outline = restack && !restack.outline.failure ? restack.outline : null;
  const said = outline && saidOf(outline);
  const states = new Map<string, BranchState>();

  function tracked(row: StateBranch): BranchState {
    const parent = graph.effectiveParent(row.name);
    const held = said?.heldBack.get(row.name);
    if (held && (!restack?.stale || stillHeld(row, parent, held))) return heldState(held);
    const below = states.get(parent);
    const willMove = (leaves?: string[]): BranchState => ({
      is: 'will_move',
      with: below?.is === 'will_move' ? (below.with ?? parent) : null,
      ...(leaves ? { leaves } : {}),
    });
    const move = said?.moves.get(row.name);
    if (move && (!restack?.stale || move.from === row.tip)) return willMove(said?.leaving.get(row.name));
    if (outline && !restack?.stale) return { is: 'in_place' };
    if (parent !== trunk && !canCarry(graph.get(parent))) return { is: 'parent_gone', parent };
    if (row.base === null) return { is: 'unrelated', parent };
    if (below && isHeldBack(below)) return { is: 'blocked', by: below.is === 'blocked' ? below.by : parent };
    if (row.forecast?.outcome === 'conflict') return { is: 'conflict', files: row.forecast.files };
    if (row.forecast?.outcome === 'too_large' && row.needsRestack) return { is: 'too_large' };
    return row.needsRestack || below?.is === 'will_move' ? willMove() : { is: 'in_place' };
  }

  /** Whether what was said of branches as they were is still to be said of this one. */
  function stillHeld(row: StateBranch, parent: string, reason: HeldBackReason): boolean {
    if (reason.kind === 'conflict')
      return !reason.byHand || (reason.byHand.tip === row.tip && reason.byHand.parent === parent);
    if (reason.kind === 'parent_gone') return reason.parent === parent;
    if (reason.kind === 'unrelated') return reason.parent === parent && row.base === null;
    const below = reason.kind === 'below' ? states.get(parent) : undefined;
    return reason.kind !== 'below' || (reason.branch === parent && below !== undefined && isHeldBack(below));
  }

  function heldState(reason: HeldBackReason): BranchState {
    switch (reason.kind) {
      case 'conflict':
        return { is: 'conflict', files: reason.files.map(({ path }) => path) };
      case 'parent_gone':
        return { is: 'parent_gone', parent: reason.parent };
      case 'unrelated':
        return { is: 'unrelated', parent: reason.parent };
      case 'below': {
        const below = states.get(reason.branch);
        return { is: 'blocked', by: below?.is === 'blocked' ? below.by : reason.branch };
      }
      case 'too_large':
        return { is: 'too_large' };
      // A rule of the remote is known when it refuses a push, so no forecast holds back for one.
      case 'protected':
        return { is: 'will_move', with: null };
    }
  }

  for (const row of graph.bottomUp()) if (!settled(row)) states.set(row.name, tracked(row));
  for (const row of rows) states.set(row.name, settled(row) ?? states.get(row.name) ?? { is: 'in_place' });
  for (const name of moving ?? []) {
    const state = states.get(name);
    if (state && (isHeldBack(state) || state.is === 'in_place' || state.is === 'will_move'))
      states.set(name, { is: 'moving' });
  }
  return states;
}

/** What an outline says of each branch. */
interface Said {
  heldBack: ReadonlyMap<string, HeldBackReason>;
  moves: ReadonlyMap<string, RestackOutline['moves'][number]>;
  leaving: ReadonlyMap<string, string[]>;
}

/** Each is gone through once, however many of the repo's stacks are asked for one by one. */
const saidBefore = new WeakMap<RestackOutline, Said>();

function saidOf(outline: RestackOutline): Said {
  const known = saidBefore.get(outline);
  if (known) return known;
  const leaving = new Map<string, string[]>();
  for (const { branch, commit } of outline.left?.filter(isOnNoBranch) ?? []) {
    const commits = leaving.get(branch);
    if (commits) commits.push(commit);
    else leaving.set(branch, [commit]);
  }
  const said: Said = {
    heldBack: new Map(outline.heldBack.map(({ branch, reason }) => [branch, reason])),
    moves: new Map(outline.moves.flatMap((move) => (move.moves ? [[move.branch, move]] : []))),
    leaving,
  };
  saidBefore.set(outline, said);
  return said;
}

/** The state of what no Restack concerns. */
function settled(row: StateBranch): BranchState | null {
  if (row.merged) return { is: 'merged' };
  if (row.gone) return { is: 'gone' };
  if (isKept(row)) return { is: 'long_lived' };
  return row.tracked ? null : { is: 'untracked' };
}

/** Whether a Restack leaves it, and all that stands on it, where it is, until somebody sees to it. */
export function isHeldBack({ is }: BranchState): boolean {
  return HELD_BACK.has(is);
}
const HELD_BACK: ReadonlySet<StateName> = new Set(['conflict', 'blocked', 'parent_gone', 'unrelated', 'too_large']);

/**
 * The branches that a Restack of one moves, parents before children: itself, and what stands on it. What only goes along
 * with a branch further down moves with a Restack of that one.
 */
export function restackedBy(name: string, rows: readonly StateBranch[], states: BranchStates): string[] {
  const names = new Set(
    above(rows)
      .subtree(name)
      .map((row) => row.name),
  );
  return [...names].filter((each) => {
    const state = states.get(each);
    return state?.is === 'will_move' && (state.with === null || names.has(state.with));
  });
}

/** What stands above a branch, for which the trunk makes no difference. */
function above(rows: readonly StateBranch[]): Graph<StateBranch> {
  return new Graph(rows, '');
}

/** How many commits no branch has any more once these have moved. */
export function lostBy(names: Iterable<string>, states: BranchStates): number {
  const lost = new Set<string>();
  for (const name of names) {
    const state = states.get(name);
    if (state?.is === 'will_move') for (const commit of state.leaves ?? []) lost.add(commit);
  }
  return lost.size;
}

/** How many those are, of every branch that stands in a stack. */
export function restackCounts(rows: readonly StateBranch[], states: BranchStates): Map<string, number> {
  const graph = above(rows);
  const moves = new Map<string, number>();
  const sum = (counts: ReadonlyMap<string, number>, name: string) =>
    graph.childrenOf(name).reduce((all, child) => all + (counts.get(child.name) ?? 0), 0);
  // Of what moves at all above a branch, and it too, all moves where it does so by itself.
  const all = new Map<string, number>();
  for (const { name } of graph.bottomUp().toReversed()) {
    const state = states.get(name);
    all.set(name, sum(all, name) + (state?.is === 'will_move' ? 1 : 0));
    moves.set(name, (state?.is === 'will_move' && state.with === null ? all.get(name) : sum(moves, name)) ?? 0);
  }
  return moves;
}

/** Which branches a filter of the stack keeps. */
export const STATE_FILTERS = {
  all: () => true,
  active: ({ is }) => is !== 'merged' && is !== 'gone',
  needs_restack: ({ is }) => is === 'will_move',
  conflicts: ({ is }) => is === 'conflict',
  held_back: (state) => isHeldBack(state) && state.is !== 'conflict',
  untracked: ({ is }) => is === 'untracked',
  merged: ({ is }) => is === 'merged',
} satisfies Record<string, (state: BranchState) => boolean>;
export type StateFilter = keyof typeof STATE_FILTERS;
export const stateFilters = Object.keys(STATE_FILTERS) as [StateFilter, ...StateFilter[]];

/** How many branches each filter keeps. */
export function filterCounts(states: BranchStates): Record<StateFilter, number> {
  const counts = { all: 0, active: 0, needs_restack: 0, conflicts: 0, held_back: 0, untracked: 0, merged: 0 };
  for (const state of states.values())
    for (const filter of stateFilters) if (STATE_FILTERS[filter](state)) counts[filter]++;
  return counts;
}

/** The same in the words of a list of repos. */
export function branchCounts(counts: Record<StateFilter, number>): BranchCounts {
  return {
    branches: counts.active,
    needRestack: counts.needs_restack,
    wouldConflict: counts.conflicts,
    heldBack: counts.held_back,
    untracked: counts.untracked,
  };
}
