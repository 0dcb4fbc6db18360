import { useMemo, useState } from 'react';
import type { Entry } from '../entries';

/** The places that rows have on the screen. */
export interface Places {
  entries: Entry[];
  /** Names what the person has chosen to see. */
  view: string;
  /** Rows whose next change of place was asked for here. */
  expected: ReadonlySet<string>;
}

/** The names of the rows that came, went or got another place. Heads only follow the rows that they are above. */
export function structureChanges(before: Entry[], after: Entry[]): string[] {
  // So it is when the page is drawn first, which waits for nothing.
  if (before === after) return [];
  const placeOf = (entry: Entry) => JSON.stringify([entry.place !== null, entry.place && entry.branch?.parent]);
  const isRow = ({ head }: Entry) => head === undefined;
  const places = new Map(before.filter(isRow).map((entry) => [entry.name, placeOf(entry)]));
  const changed: string[] = [];
  for (const entry of after.filter(isRow)) {
    if (places.get(entry.name) !== placeOf(entry)) changed.push(entry.name);
    places.delete(entry.name);
  }
  return [...changed, ...places.keys()];
}

/**
 * The places that rows get now, and how many wait to get another one: they stand still while somebody is at them,
 * unless that somebody has asked for the change, or chosen to see something else. The same object where nothing
 * changes.
 * @param wanted the rows as they should be
 */
export function nextPlaces(
  places: Places,
  wanted: Entry[],
  view: string,
  held: boolean,
): { places: Places; waiting: number } {
  const changes = structureChanges(places.entries, wanted);
  // Where most of it changes, as with the first registration, it is a new picture and nobody's place is lost.
  const anew = changes.length * 2 > wanted.length;
  const { expected } = places;
  if (places.view === view && held && !anew && !changes.every((name) => expected.has(name)))
    return { places, waiting: changes.length };
  if (places.view === view && changes.length === 0) return { places, waiting: 0 };
  // A move that is under way has one more change to come.
  const over = expected.size > 0 && !wanted.some((entry) => entry.ghost);
  return { places: { entries: wanted, view, expected: over ? new Set() : expected }, waiting: 0 };
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

/** Rows that stand still while they are `held`: what they say changes, their places do not. */
export function useStillEntries(wanted: Entry[], view: string, held: boolean): StillEntries {
  const [shown, setShown] = useState<Places>({ entries: wanted, view, expected: new Set() });
  const { places, waiting } = useMemo(() => nextPlaces(shown, wanted, view, held), [shown, wanted, view, held]);
  if (places !== shown) setShown(places);
  return {
    entries: useMemo(() => (waiting > 0 ? withRows(shown.entries, wanted) : wanted), [waiting, shown, wanted]),
    waiting,
    show: () => setShown((now) => ({ ...now, entries: wanted, view })),
    expect: (...names) => setShown((now) => ({ ...now, expected: new Set([...now.expected, ...names]) })),
  };
}

/** The places of the one with what the rows of the other say. */
function withRows(places: Entry[], rows: Entry[]): Entry[] {
  const byName = new Map(rows.map((entry) => [entry.name, entry]));
  return places.map((entry) => {
    const { branch = null, head } = byName.get(entry.name) ?? {};
    return { ...entry, branch: branch ?? entry.branch, ...(entry.head && head ? { head } : {}) };
  });
}
