import { type FocusEvent, type PointerEvent, useState } from 'react';

/** Nobody is at them. */
const NOBODY: ReadonlySet<string> = new Set();

/**
 * The rows that stand in a list, and how many wait to: where somebody is about to press one, none comes above it. What
 * comes below them all moves none.
 * @param held the names of the rows that somebody is at
 */
export function stillRows<R>(
  rows: R[],
  held: ReadonlySet<string>,
  nameOf: (row: R) => string,
): { shown: R[]; waiting: number } {
  const last = rows.findLastIndex((row) => held.has(nameOf(row)));
  const shown = rows.filter((row, at) => at > last || held.has(nameOf(row)));
  return { shown, waiting: rows.length - shown.length };
}

/**
 * A list that holds still under a mouse and under the focus of the keys: what its rows say changes, and none comes
 * above them.
 * @param rowsOf the rows as they should be; it may keep those that are held, which would go otherwise
 */
export function useStill<R>(rowsOf: (held: ReadonlySet<string>) => R[], nameOf: (row: R) => string) {
  const [at, setAt] = useState({ pointed: false, focused: false });
  const [held, setHeld] = useState(NOBODY);
  const { shown, waiting } = stillRows(rowsOf(held), held, nameOf);
  const hold = () => {
    if (!shown.every((row) => held.has(nameOf(row)))) setHeld(new Set(shown.map(nameOf)));
  };
  const leave = (left: Partial<typeof at>) => {
    const still = { ...at, ...left };
    setAt(still);
    if (!still.pointed && !still.focused) setHeld(NOBODY);
  };
  return {
    ...{ shown, waiting },
    /** Shows what waits. The next move of the mouse holds all of it. */
    show: () => setHeld(NOBODY),
    watching: {
      onPointerMove: ({ pointerType }: PointerEvent) => {
        if (pointerType !== 'mouse') return;
        if (!at.pointed) setAt({ ...at, pointed: true });
        hold();
      },
      onPointerLeave: () => leave({ pointed: false }),
      onFocus: ({ target }: FocusEvent) => {
        // A button that a mouse has pressed keeps the focus, and nobody is at it any more.
        if (!target.matches(':focus-visible')) return;
        setAt({ ...at, focused: true });
        hold();
      },
      onBlur: ({ currentTarget, relatedTarget }: FocusEvent) => {
        if (!currentTarget.contains(relatedTarget)) leave({ focused: false });
      },
    },
  };
}
