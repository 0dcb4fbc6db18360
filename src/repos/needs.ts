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

/** The kinds in the order in which they are told. */
const ORDER = ['conflict', 'parent_gone', 'unrelated', 'too_large', 'restack', 'register', 'review'] as const;

/** What some stacks want, none of which stands on another that is not among them; `needsTogether` makes needs of it. */
export interface NeedsPart {
  /** With the branch that each is about; a stack that is to move has yet to get its name. */
  needs: ReadonlyArray<{ branch: string; need: VersionedNeed }>;
  /** Each stack by its bottom, and its branches, parents before children. */
  stacks: ReadonlyArray<{ bottom: string; names: readonly string[] }>;
  suggested: readonly string[];
}

/** What the repo wants of a person, by kind and then by name: every branch of theirs stands as `states` says. */
export function needsOf(rows: readonly NeedBranch[], trunk: string | null, states: BranchStates): VersionedNeed[] {
  return needsTogether([needsIn(rows, trunk, states)]);
}

/** What all parts of a repo want of a person, by kind and then by name. */
export function needsTogether(parts: readonly NeedsPart[]): VersionedNeed[] {
  const stacks = parts.flatMap((part) => part.stacks);
  const called = stackNames(stacks.map(({ names }) => names));
  const nameOf = new Map(stacks.map(({ bottom }, at) => [bottom, called[at] ?? bottom]));
  const of = new Map<VersionedNeed['kind'], Array<NeedsPart['needs'][number]>>(ORDER.map((kind) => [kind, []]));
  for (const part of parts) for (const each of part.needs) of.get(each.need.kind)?.push(each);
  const suggested = inOrder(
    parts.flatMap((part) => part.suggested),
    (name) => name,
  );
  if (suggested.length > 0) {
    const need: Need = { kind: 'register', branches: suggested.length };
    of.get('register')?.push({ branch: '', need: { ...need, version: short(suggested.join(' ')) } });
  }
  return ORDER.flatMap((kind) =>
    inOrder(of.get(kind) ?? [], ({ branch }) => branch).map(({ need }) =>
      need.kind === 'restack' ? { ...need, name: nameOf.get(need.branch) ?? need.name } : need,
    ),
  );
}

function inOrder<T>(list: readonly T[], nameOf: (each: T) => string): T[] {
  return [...list].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

/**
 * The same of some stacks alone.
 * @param rows with every row that is connected with one of them by parents
 */
export function needsIn(rows: readonly NeedBranch[], trunk: string | null, states: BranchStates): NeedsPart {
  const graph = new Graph(rows, trunk ?? '');
  const blocked = new Map<string, number>();
  for (const state of states.values())
    if (state.is === 'blocked') blocked.set(state.by, (blocked.get(state.by) ?? 0) + 1);
  const stacks = new Map<
    string,
    { names: string[]; tips: string[]; moved: NeedBranch[]; heldBack: number; conflicts: number }
  >();
  const bottomOf = stackBottoms(graph);
  const needs: Array<{ branch: string; need: VersionedNeed }> = [];
  const add = (branch: string, need: Need, version: string) =>
    needs.push({ branch, need: { ...need, version: short(version) } });

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
  for (const { name, tip } of rows) {
    const state = states.get(name);
    if (state?.is === 'conflict') {
      const onto = graph.effectiveParent(name);
      const files = state.files.slice(0, FILES);
      const need: Need = { kind: 'conflict', branch: name, onto, files, blocks: blocked.get(name) ?? 0 };
      add(name, need, [tip, onto, ...state.files].join(' '));
    } else if (state?.is === 'parent_gone') {
      const { parent } = state;
      add(name, { kind: 'parent_gone', branch: name, parent, onto: below(graph, parent) }, `${tip} ${parent}`);
    } else if (state?.is === 'unrelated') {
      add(name, { kind: 'unrelated', branch: name, parent: state.parent }, `${tip} ${state.parent}`);
    } else if (state?.is === 'too_large') {
      add(name, { kind: 'too_large', branch: name, blocks: blocked.get(name) ?? 0 }, tip);
    }
  }
  for (const [branch, { names, tips, moved, heldBack, conflicts }] of stacks) {
    const moves = moved.length;
    if (moves === 0) continue;
    const lost = lostBy(names, states);
    add(
      branch,
      {
        ...{ kind: 'restack', branch, name: branch, branches: names.length, moves, heldBack, conflicts },
        cost: { ...pushCost(moved), ...(lost > 0 ? { lost } : {}) },
      },
      `${moves} ${lost > 0 ? `-${lost} ` : ''}${tips.join('')}`,
    );
  }
  for (const { name, prState, prNumber: number, prUrl: url, review, ci, merged, gone } of rows) {
    if ((prState !== 'open' && prState !== 'draft') || number === null || url === null || merged || gone) continue;
    const changesRequested = review === 'changes_requested';
    const failed = ci === 'failure';
    if (!changesRequested && !failed) continue;
    add(name, { kind: 'review', branch: name, number, url, changesRequested, failed }, `${number} ${review} ${ci}`);
  }
  return {
    needs,
    stacks: [...stacks].map(([bottom, { names }]) => ({ bottom, names })),
    suggested: rows.filter(isSuggested).map(({ name }) => name),
  };
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
