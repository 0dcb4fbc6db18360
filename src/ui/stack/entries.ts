import { useMemo, useState } from 'react';
import type { BranchRow } from '@/db/schema';
import type { FilteredStack } from './filter';
import type { StackRow } from './layout';

/** A row of the tree. The first one is the trunk's: it has no branch, and neither has a ghost. */
export interface Entry {
  name: string;
  branch: BranchRow | null;
  /** The branch whose old place this is, while it is about to move from there. */
  ghost?: string;
  /** Where it is in the picture; null for the trunk and for what stands in no stack. */
  place: StackRow | null;
  dimmed: boolean;
  /** For who hears the tree: how deep it is, and which one of how many on the same parent. From 1. */
  level: number;
  position: number;
  siblings: number;
}

/** The rows of a picture from top to bottom. */
export function entriesOf({ rows, beside, dimmed }: FilteredStack, trunk: string | null): Entry[] {
  const top = 1 + beside.length;
  return [
    { name: trunk ?? '', branch: null, place: null, dimmed: false, level: 1, position: 1, siblings: top },
    ...rows.map((place) => ({
      name: place.branch.name,
      branch: place.branch,
      place,
      dimmed: dimmed.has(place.branch.name),
      level: place.level + 1,
      position: place.position,
      siblings: place.siblings,
    })),
    ...beside.map((branch, i) => ({
      name: branch.name,
      branch,
      place: null,
      dimmed: false,
      level: 1,
      position: i + 2,
      siblings: top,
    })),
  ];
}

/** The names of the rows that came, went or got another place. */
export function structureChanges(before: Entry[], after: Entry[]): string[] {
  const placeOf = (entry: Entry) => JSON.stringify([entry.place !== null, entry.place && entry.branch?.parent]);
  const places = new Map(before.map((entry) => [entry.name, placeOf(entry)]));
  const changed: string[] = [];
  for (const entry of after) {
    if (places.get(entry.name) !== placeOf(entry)) changed.push(entry.name);
    places.delete(entry.name);
  }
  return [...changed, ...places.keys()];
}

export interface StillEntries {
  entries: Entry[];
  /** How many rows wait to get another place. */
  waiting: number;
  /** Gives them their places. */
  show: () => void;
  /** The next change of these rows' places was asked for here, and need not wait. */
  expect: (...names: string[]) => void;
}

/**
 * Rows that stand still while they are `held`: what they say changes, their places do not.
 * @param view names what the person has chosen to see; where that changes, so do the places
 */
export function useStillEntries(wanted: Entry[], view: string, held: boolean): StillEntries {
  const [shown, setShown] = useState({ entries: wanted, view });
  const [expected, setExpected] = useState<ReadonlySet<string>>(new Set());
  const changes = useMemo(() => structureChanges(shown.entries, wanted), [shown.entries, wanted]);
  // Where most of it changes, as with the first registration, it is a new picture and nobody's place is lost.
  const anew = changes.length * 2 > wanted.length;
  const free = !held || anew || shown.view !== view || changes.every((name) => expected.has(name));
  if (shown.view !== view || (changes.length > 0 && free)) {
    setShown({ entries: wanted, view });
    // A move that is under way has one more change to come.
    if (expected.size > 0 && !wanted.some((entry) => entry.ghost)) setExpected(new Set());
  }
  const waits = changes.length > 0 && !free;
  return {
    entries: waits ? withRows(shown.entries, wanted) : wanted,
    waiting: waits ? changes.length : 0,
    show: () => setShown({ entries: wanted, view }),
    expect: (...names) => setExpected((known) => new Set([...known, ...names])),
  };
}

/** The places of the one with the branch rows of the other. */
function withRows(places: Entry[], rows: Entry[]): Entry[] {
  const branches = new Map(rows.map((entry) => [entry.name, entry.branch]));
  return places.map((entry) => ({ ...entry, branch: branches.get(entry.name) ?? entry.branch }));
}
