import { useState } from 'react';
import type { Entry } from '../entries';

/**
 * The row that a step leads to, as far as there are rows; null where there are none. The old place of a branch that
 * is about to move is passed over: nothing can be done there.
 * @param at the row that one is at; -1 is none
 * @param by how many rows further down; may be infinite
 * @param aiming whether one looks for what a branch can stand on: no head
 */
export function rowFrom(entries: Entry[], at: number, by: number, aiming = false): Entry | null {
  const wish = Math.max(0, Math.min(entries.length - 1, at + by));
  const nearest = (way: 1 | -1) => {
    let index = wish;
    while (entries[index]?.ghost || (aiming && entries[index]?.head)) index += way;
    return entries[index];
  };
  return (by < 0 ? (nearest(-1) ?? nearest(1)) : (nearest(1) ?? nearest(-1))) ?? null;
}

/** The head that is so many stacks further down; null where there is none. */
export function headFrom(entries: Entry[], at: number, by: 1 | -1): Entry | null {
  for (let index = at + by; index >= 0 && index < entries.length; index += by)
    if (entries[index]?.head) return entries[index] ?? null;
  return null;
}

/** The row that the keys act on. */
export interface Cursor {
  /** Its name, whether or not there is such a row now; null before somebody came to the tree. */
  active: string | null;
  /** Which of the entries it is; -1 is none. */
  at: number;
  current: Entry | null;
  put: (name: string | null) => void;
}

export function useCursor(entries: Entry[]): Cursor {
  const [active, put] = useState<string | null>(null);
  const at = entries.findIndex((entry) => entry.name === active);
  return { active, at, current: entries[at] ?? null, put };
}
