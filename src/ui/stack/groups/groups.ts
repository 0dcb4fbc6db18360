import type { BranchRow } from '@/db/schema';
import { isHeldBack, lostBy } from '@/repos/branch-state';
import { isKept, isSuggested } from '@/repos/kept';
import { stackNames } from '@/repos/shared-name';
import { order } from '../../order';
import type { Entry, Head } from '../entries';
import type { StackOrder, States } from '../filter';
import { layoutStack, type StackRow } from '../layout';
import { isLive, NO_STATE } from '../state';

/**
 * The name of a head's row: no branch is called so, for git allows no space in a name.
 * @param owner whose head it is under; null where it is under none
 */
function headName({ kind, root, title }: Head, owner: string | null): string {
  if (root !== null) return `stack of ${root.name}`;
  if (kind === 'owner') return `all of ${title}`;
  return `all ${kind}${owner === null ? '' : ` of ${owner}`}`;
}

const TITLES = {
  stack: '',
  single: 'Single branches',
  suggested: 'Suggested',
  untracked: 'Untracked',
  long_lived: 'Long-lived',
  ended: 'Merged and gone',
  owner: '',
} as const;

/** Whether what is under such a head stands on nothing that is shown: no line leads to it. */
export function standsApart(kind: Head['kind']): boolean {
  return kind === 'untracked' || kind === 'long_lived' || kind === 'ended';
}

/** Whether somebody has folded a group, or unfolded it, by the name of its head; else it is as its kind begins. */
export type Folds = ReadonlyMap<string, boolean>;

/** Rows under a head: those that it is above, or groups with a head each. */
interface Group {
  head: Head;
  rows: Entry[];
  groups?: Group[];
}

/**
 * The rows with a head above each group: the stacks in their order, then what stands alone, then what stands in none.
 * By owner, each has a head above the heads of theirs. Where one group is all there is, it needs no head.
 * @param entries the trunk first, then the stacks, each from its bottom up, then what stands in none
 */
export function groupEntries(entries: Entry[], states: States, folds: Folds, by: StackOrder): Entry[] {
  const [trunk, ...others] = entries;
  if (!trunk) return entries;
  const stacks: Entry[][] = [];
  /** What is about to leave the trunk has no stack any more. */
  const leaving: Entry[] = [];
  const beside: Entry[] = [];
  for (const entry of others) {
    if (entry.place === null) beside.push(entry);
    else if (entry.ghost && stacks.length === 0) leaving.push(entry);
    else if (entry.place.level === 1 && !entry.ghost) stacks.push([entry]);
    else stacks.at(-1)?.push(entry);
  }
  const besideWhere = (keeps: (branch: BranchRow) => boolean) =>
    beside.filter(({ branch }) => branch !== null && keeps(branch));
  const groups = [
    ...(by === 'owner' ? byOwner(stacks, states) : ofStacks(stacks, states, by)),
    group('suggested', suggestedTree(besideWhere(isSuggested)), states),
    group(
      'untracked',
      besideWhere((branch) => isLive(branch) && !isSuggested(branch) && !isKept(branch)),
      states,
    ),
    group(
      'long_lived',
      besideWhere((branch) => isLive(branch) && isKept(branch)),
      states,
    ),
    group(
      'ended',
      besideWhere((branch) => !isLive(branch)),
      states,
    ),
  ].filter(({ rows }) => rows.length > 0);
  const [only, second] = groups;
  if (only && !second && only.head.kind !== 'stack' && only.head.kind !== 'owner')
    return [trunk, ...leaving, ...only.rows];
  return [{ ...trunk, siblings: groups.length + 1 }, ...leaving, ...underHeads(groups, folds)];
}

/** @param owner whose groups they are; null for those of the whole tree, which the trunk stands before */
function underHeads(groups: Group[], folds: Folds, owner: string | null = null): Entry[] {
  const [level, before] = owner === null ? [1, 1] : [2, 0];
  return groups.flatMap(({ head, rows, groups: inner }, index): Entry[] => {
    const name = headName(head, owner);
    const folded = folds.get(name) ?? head.kind === 'ended';
    const place = { name, branch: null, place: null, dimmed: false, level, position: index + 1 + before };
    const under = inner
      ? underHeads(inner, folds, head.title)
      : rows.map((row) => (owner === null ? row : { ...row, level: row.level + 1 }));
    return [{ ...place, siblings: groups.length + before, head: { ...head, folded } }, ...(folded ? [] : under)];
  });
}

/** The stacks of several branches, and then all that are one branch. */
function ofStacks(stacks: Entry[][], states: States, by: StackOrder): Group[] {
  const single = stacks.filter((rows) => rows.length === 1).flat();
  const several = stacks.filter((rows) => rows.length > 1);
  const called = stackNames(several.map(namesOf));
  return [
    ...several.map((rows, at) => group('stack', rows, states, called[at])).sort((a, b) => compare(a.head, b.head, by)),
    ...(single.length > 0 ? [group('single', single, states)] : []),
  ];
}

/** The same of each owner by name: a stack that several have worked on is with those of who has begun it. */
function byOwner(stacks: Entry[][], states: States): Group[] {
  const owned = new Map<string, Entry[][]>();
  for (const rows of stacks) {
    const owner = ownerOf(rows);
    owned.set(owner, [...(owned.get(owner) ?? []), rows]);
  }
  return [...owned]
    .sort(([a], [b]) => Number(a === '') - Number(b === '') || order(a.toLowerCase(), b.toLowerCase()) || order(a, b))
    .map(([owner, own]): Group => {
      const groups = ofStacks(own, states, 'name');
      const { head, rows } = group(
        'owner',
        groups.flatMap((each) => each.rows),
        states,
      );
      const byOthers = rows.filter(({ branch }) => branch && isLive(branch) && branch.author !== owner).length;
      const of = { head: { ...head, title: owner || 'No author known', owner: '', byOthers }, rows };
      const isNamed = ({ head: { kind } }: Group) => kind === 'single';
      // All of theirs that stand alone need no second head.
      if (groups.every(isNamed)) return of;
      const unsaid = (each: Group) =>
        each.head.owner === owner ? { ...each, head: { ...each.head, owner: '' } } : each;
      return { ...of, groups: groups.map(unsaid) };
    });
}

/** Whose the commits are, where they are one person's; else whose the first ones are. */
function ownerOf(rows: Entry[]): string {
  const authors = new Set(rows.flatMap(({ branch }) => branch?.author ?? []));
  const [first = ''] = authors;
  return authors.size === 1 ? first : (rows[0]?.branch?.author ?? '');
}

function namesOf(rows: Entry[]): string[] {
  return rows.flatMap(({ branch }) => branch?.name ?? []);
}

/** @param called where several are of its kind */
function group(kind: Head['kind'], rows: Entry[], states: States, called: string = TITLES[kind]): Group {
  const branches = rows.flatMap(({ branch }) => branch ?? []);
  const names = namesOf(rows);
  const root = kind === 'stack' ? (branches[0] ?? null) : null;
  const stand = names.map((name) => states.get(name) ?? NO_STATE);
  const conflicts = stand.filter(({ is }) => is === 'conflict').length;
  const authors = new Set(branches.map(({ author }) => author));
  const [owner = ''] = authors;
  const head: Head = {
    kind,
    root,
    restack: kind === 'stack' ? restackFrom(rows) : null,
    title: called,
    branches: names,
    count: kind === 'ended' ? names.length : branches.filter(isLive).length,
    moves: stand.filter(({ is }) => is === 'will_move').length,
    conflicts,
    heldBack: stand.filter(isHeldBack).length - conflicts,
    lost: lostBy(names, states),
    newest: branches.reduce<string | null>((newest, { committedAt }) => later(newest, committedAt), null),
    owner: authors.size === 1 ? owner : '',
    folded: false,
  };
  return { head, rows };
}

/** The bottom of a stack; where that is merged or may not move, the only branch that stands on it. */
function restackFrom(rows: Entry[]): BranchRow | null {
  const canMove = (branch: BranchRow) => branch.tracked && isLive(branch) && !isKept(branch);
  const [root, ...others] = rows;
  if (root?.branch && canMove(root.branch)) return root.branch;
  const [only, second] = others.flatMap(({ branch, place }) => (branch && place?.level === 2 ? [branch] : []));
  return only && !second && canMove(only) ? only : null;
}

function later(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b > a) ? b : a;
}

function compare(a: Head, b: Head, by: StackOrder): number {
  const byName = order(a.title, b.title) || order(a.root?.name ?? '', b.root?.name ?? '');
  switch (by) {
    case 'name':
    case 'owner':
      return byName;
    case 'recent':
      return order(b.newest ?? '', a.newest ?? '') || byName;
    case 'needs':
      return b.conflicts + b.heldBack - (a.conflicts + a.heldBack) || b.moves - a.moves || byName;
  }
}

/** Branches that nobody has registered, where they would stand then. */
function suggestedTree(entries: Entry[]): Entry[] {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const { rows } = layoutStack(
    entries.flatMap(({ branch }) => {
      if (!branch) return [];
      const parent = branch.suggestedParent;
      return { ...branch, tracked: true, parent: parent !== null && byName.has(parent) ? parent : null };
    }),
  );
  return rows.flatMap((row) => {
    const entry = byName.get(row.branch.name);
    if (!entry?.branch) return [];
    // Nothing stands on it yet, so nothing moves with it.
    const place: StackRow = { ...row, branch: entry.branch, above: 0, isSuggested: true };
    return { ...entry, place, level: row.level + 1, position: row.position, siblings: row.siblings };
  });
}

/** The rows, each with whether the trunk's line passes it: it goes as far as the last branch that stands on it. */
export function withTrunkLine(entries: Entry[]): Entry[] {
  let line: Entry['trunkLine'];
  return entries
    .toReversed()
    .map((entry): Entry => {
      const passing = line;
      const { place } = entry;
      const isRoot = place !== null && place.parentLane === 0;
      const folded = entry.head?.folded && !standsApart(entry.head.kind);
      if (isRoot) line = place.isSuggested && line !== 'solid' ? 'dashed' : 'solid';
      else if (folded) line ??= entry.head?.kind === 'suggested' ? 'dashed' : 'solid';
      return passing === undefined ? entry : { ...entry, trunkLine: passing };
    })
    .reverse();
}
