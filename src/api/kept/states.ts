import { breather } from '@/breather';
import type { RestackForecast } from '@/model/forecast';
import { type BranchState, type BranchStates, branchStates, filterCounts, stateFilters } from '@/repos/branch-state';
import type { NeedBranch } from '@/repos/needs';
import type { Kept } from './rows';

type Counts = ReturnType<typeof filterCounts>;

/** Branches that are connected by their parents: how one stands depends on no others. */
interface Group {
  readonly rows: readonly NeedBranch[];
  /** Null until it was asked for. */
  told: { states: BranchStates; counts: Counts } | null;
}

/** What the states depend on beside the rows. */
interface Given {
  trunk: string | null;
  restack: RestackForecast | null;
}

/** How all branches of a repo stand. */
export interface StatesAt {
  of(name: string): BranchState | undefined;
  counts: Counts;
  /** The same in parts, none of which is connected with another; the objects stay the same where nothing has changed. */
  parts: ReadonlyArray<{ rows: readonly NeedBranch[]; states: BranchStates }>;
}

interface Known {
  rows: readonly NeedBranch[];
  /** Of what is given beside them. */
  key: string;
  groups: readonly Group[];
  /** In which of them each branch is. */
  places: ReadonlyMap<string, number>;
}

type Breath = ReturnType<typeof breather>;

/** Rows between two breaths. */
const PIECE = 500;

/** For each repo, as long as its rows are kept. */
const known = new WeakMap<Kept, Known>();

/**
 * What `branchStates` and `filterCounts` say, group by group: others have their turn in between, and it is done again
 * only of the groups in which a branch has changed since the last time.
 * @param kept whose last answer is gone on from
 */
export async function statesAt(
  kept: Kept,
  { rows }: { rows: readonly NeedBranch[] },
  given: Given,
  moving: ReadonlySet<string>,
): Promise<StatesAt> {
  const breath = breather();
  const { trunk, restack } = given;
  const key = JSON.stringify([trunk, restack && [restack.id, restack.computedAt, restack.stale]]);
  const before = known.get(kept);
  const now =
    before?.key === key
      ? await goneOn(before, rows, trunk, breath)
      : { rows, key, ...(await grouped(rows, trunk, breath)) };
  known.set(kept, now);
  const { groups, places } = now;

  const movers = new Map<Group, Set<string>>();
  for (const name of moving) {
    const group = groups[places.get(name) ?? -1];
    if (group) movers.set(group, (movers.get(group) ?? new Set()).add(name));
  }
  const moved = new Map<Group, BranchStates>();
  const counts = filterCounts(new Map());
  const parts: Array<StatesAt['parts'][number]> = [];
  for (const group of groups) {
    if (!group.told) {
      await breath();
      const states = branchStates({ ...given, rows: group.rows });
      group.told = { states, counts: filterCounts(states) };
    }
    let { states, counts: its } = group.told;
    const here = movers.get(group);
    if (here) {
      states = branchStates({ ...given, rows: group.rows, moving: here });
      moved.set(group, states);
      its = filterCounts(states);
    }
    parts.push({ rows: group.rows, states });
    for (const filter of stateFilters) counts[filter] += its[filter];
  }
  await breath();
  return {
    counts,
    parts,
    of(name) {
      const group = groups[places.get(name) ?? -1];
      return group && (moved.get(group) ?? group.told?.states)?.get(name);
    },
  };
}

/** The groups of the rows as they are now, with what was told of those in which none has changed. */
async function goneOn(
  before: Known,
  rows: readonly NeedBranch[],
  trunk: string | null,
  breath: Breath,
): Promise<Known> {
  if (before.rows === rows) return before;
  const changed = rows.filter((row, i) => row !== before.rows[i]);
  const stand = rows.every(({ name, parent }, i) => {
    const was = before.rows[i];
    return was?.name === name && was.parent === parent;
  });
  if (stand && rows.length === before.rows.length) {
    const newest = new Map(changed.map((row) => [row.name, row]));
    const groups = [...before.groups];
    for (const place of new Set(changed.map(({ name }) => before.places.get(name) ?? -1))) {
      const group = groups[place];
      if (group) groups[place] = { rows: group.rows.map((row) => newest.get(row.name) ?? row), told: null };
    }
    return { ...before, rows, groups };
  }
  const { groups, places } = await grouped(rows, trunk, breath);
  for (const group of groups) {
    const was = before.groups[before.places.get(group.rows[0]?.name ?? '') ?? -1];
    const isSame = was?.rows.length === group.rows.length && was.rows.every((row, i) => row === group.rows[i]);
    if (isSame) group.told = was.told;
  }
  return { ...before, rows, groups, places };
}

/** The rows of each group in their own order. */
async function grouped(
  rows: readonly NeedBranch[],
  trunk: string | null,
  breath: Breath,
): Promise<Pick<Known, 'groups' | 'places'>> {
  const byName = new Map(rows.map((row) => [row.name, row]));
  const places = new Map<string, number>();
  const groups: Array<{ rows: NeedBranch[]; told: null }> = [];
  for (const [at, row] of rows.entries()) {
    if (at % PIECE === 0) await breath();
    const path: string[] = [];
    let place: number | undefined;
    for (let below: NeedBranch | undefined = row; below; ) {
      place = places.get(below.name);
      if (place !== undefined) break;
      path.push(below.name);
      // Parents may run in a circle: what is met again is of this very group.
      places.set(below.name, groups.length);
      below = below.parent === null || below.parent === trunk ? undefined : byName.get(below.parent);
    }
    if (place === undefined || place === groups.length) groups.push({ rows: [], told: null });
    else for (const name of path) places.set(name, place);
    groups[places.get(row.name) ?? -1]?.rows.push(row);
  }
  return { groups, places };
}
