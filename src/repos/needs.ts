import type { Need, VersionedNeed } from '@/model/needs';
import { type BranchStates, isHeldBack, lostBy, type StateBranch } from './branch-state';
import { Graph, stackBottoms } from './graph';
import { isKept, isSuggested } from './kept';
import { pushCost } from './push-cost';
import { stackNames } from './shared-name';

/** What the needs of a repo depend on. Branch rows are of this kind. */
export interface NeedBranch extends StateBranch {
  suggestedParent: string | null;
  prNumber: number | null;
  prState: 'open' | 'draft' | 'closed' | 'merged' | null;
  prUrl: string | null;
  review: string | null;
  ci: string | null;
}

/** Files that a conflict names. */
const FILES = 3;

/** What the repo wants of a person, by kind and then by name: every branch of theirs stands as `states` says. */
export function needsOf(rows: readonly NeedBranch[], trunk: string | null, states: BranchStates): VersionedNeed[] {
  const graph = new Graph(rows, trunk ?? '');
  const byName = [...rows].sort((a, b) => (a.name < b.name ? -1 : 1));
  const blocked = new Map<string, number>();
  for (const state of states.values())
    if (state.is === 'blocked') blocked.set(state.by, (blocked.get(state.by) ?? 0) + 1);
  const stacks = new Map<
    string,
    { names: string[]; tips: string[]; moved: NeedBranch[]; heldBack: number; conflicts: number }
  >();
  const bottomOf = stackBottoms(graph);
  const needs: VersionedNeed[] = [];
  const add = (need: Need, version: string) => needs.push({ ...need, version });

  for (const row of graph.bottomUp()) {
    const { name, tip } = row;
    const state = states.get(name);
    if (!state || state.is === 'merged' || state.is === 'gone' || state.is === 'long_lived') continue;
    const bottom = bottomOf(name);
    const stack = stacks.get(bottom) ?? { names: [], tips: [], moved: [], heldBack: 0, conflicts: 0 };
    stack.names.push(name);
    stack.tips.push(tip);
    if (state.is === 'will_move') stack.moved.push(row);
    if (isHeldBack(state)) stack.heldBack++;
    if (state.is === 'conflict') stack.conflicts++;
    stacks.set(bottom, stack);
  }
  for (const { name, tip } of byName) {
    const state = states.get(name);
    if (state?.is !== 'conflict') continue;
    const onto = graph.effectiveParent(name);
    add(
      { kind: 'conflict', branch: name, onto, files: state.files.slice(0, FILES), blocks: blocked.get(name) ?? 0 },
      [tip, onto, ...state.files].join(' '),
    );
  }
  for (const { name, tip } of byName) {
    const state = states.get(name);
    if (state?.is !== 'parent_gone') continue;
    add(
      { kind: 'parent_gone', branch: name, parent: state.parent, onto: below(graph, state.parent) },
      `${tip} ${state.parent}`,
    );
  }
  for (const { name, tip } of byName) {
    const state = states.get(name);
    if (state?.is !== 'unrelated') continue;
    add({ kind: 'unrelated', branch: name, parent: state.parent }, `${tip} ${state.parent}`);
  }
  for (const { name, tip } of byName) {
    if (states.get(name)?.is === 'too_large')
      add({ kind: 'too_large', branch: name, blocks: blocked.get(name) ?? 0 }, tip);
  }
  const called = stackNames([...stacks.values()].map(({ names }) => names));
  const named = [...stacks].map(([branch, stack], at) => ({ branch, name: called[at] ?? branch, ...stack }));
  for (const { branch, name, names, tips, moved, heldBack, conflicts } of named.sort((a, b) =>
    a.branch < b.branch ? -1 : 1,
  )) {
    const moves = moved.length;
    if (moves === 0) continue;
    const lost = lostBy(names, states);
    add(
      {
        ...{ kind: 'restack', branch, name, branches: names.length, moves, heldBack, conflicts },
        cost: { ...pushCost(moved), ...(lost > 0 ? { lost } : {}) },
      },
      `${moves} ${lost > 0 ? `-${lost} ` : ''}${tips.join('')}`,
    );
  }
  const suggested = byName.filter(isSuggested);
  if (suggested.length > 0) {
    const branches = suggested.length;
    add({ kind: 'register', branches }, suggested.map(({ name }) => name).join(' '));
  }
  for (const { name, prState, prNumber: number, prUrl: url, review, ci, merged, gone } of byName) {
    if ((prState !== 'open' && prState !== 'draft') || number === null || url === null || merged || gone) continue;
    const changesRequested = review === 'changes_requested';
    const failed = ci === 'failure';
    if (!changesRequested && !failed) continue;
    add({ kind: 'review', branch: name, number, url, changesRequested, failed }, `${number} ${review} ${ci}`);
  }
  return needs.map((need) => ({ ...need, version: short(need.version) }));
}

/** What carried the branch that is gone, as far as that is still there; else the trunk. */
function below(graph: Graph<NeedBranch>, gone: string): string {
  for (let at = graph.get(gone)?.parent, met = new Set<string>(); at && !met.has(at); at = graph.get(at)?.parent) {
    met.add(at);
    const row = graph.get(at);
    if (row && !row.merged && !row.gone && (row.tracked || isKept(row))) return at;
  }
  return graph.trunk;
}

/** A short name of a text: another text has, all but certainly, another one. FNV-1a, for a browser has no hash at hand. */
function short(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return `${text.length.toString(36)}.${hash.toString(36)}`;
}
