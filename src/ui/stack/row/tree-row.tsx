import type { MouseEvent, ReactNode } from 'react';
import type { Entry } from '../entries';
import type { Held } from '../move/hand';
import { keepTextUnchosen } from '../tree/clicks';

const ACTIVE =
  'group-focus-visible/tree:z-1 group-focus-visible/tree:outline-2 group-focus-visible/tree:-outline-offset-2 group-focus-visible/tree:outline-accent';

/** Its tint says nothing where the reader chooses all colours. */
const CARRIED =
  'bg-running-tint forced-colors:z-1 forced-colors:outline-2 forced-colors:-outline-offset-2 forced-colors:outline-dotted';

/** How a row looks to the move in hand: whether it is aimed at, and whether it is carried. */
function looksIn(held: Held, name: string): { aim: string; tint: string } {
  const { hand, moved, problem } = held;
  const aim =
    hand.target !== name || hand.branch === name
      ? ''
      : problem
        ? 'z-1 outline-2 -outline-offset-2 outline-line outline-dashed'
        : 'z-1 bg-selected outline-2 -outline-offset-2 outline-accent';
  return { aim, tint: moved.includes(name) ? CARRIED : '' };
}

/** A row of the tree in its place, with what it says to who hears the tree. */
export function TreeRow({
  id,
  entry,
  index,
  label,
  height,
  top,
  active,
  selected,
  held,
  onClick,
  children,
}: {
  id: string;
  entry: Entry;
  index: number;
  /** What it is, and how it stands, for who hears the tree. */
  label: string;
  height: number;
  top: number;
  /** Whether the keys act on it. */
  active: boolean;
  /** Undefined where it cannot be. */
  selected: boolean | undefined;
  held: Held | null;
  onClick: (event: MouseEvent) => void;
  children: ReactNode;
}) {
  const { aim, tint } = held ? looksIn(held, entry.name) : { aim: '', tint: '' };
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus
    // biome-ignore lint/a11y/useSemanticElements: rows are placed by hand, which no table can be
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys
    <div
      id={id}
      role="row"
      aria-label={label}
      data-branch={entry.head ? undefined : entry.name}
      data-head={entry.head ? entry.name : undefined}
      aria-expanded={entry.head ? !entry.head.folded : undefined}
      data-dimmed={entry.dimmed || undefined}
      aria-level={entry.level}
      aria-posinset={entry.position}
      aria-setsize={entry.siblings}
      aria-rowindex={index + 1}
      aria-selected={selected}
      className={`absolute left-0 w-full ${aim || (active ? ACTIVE : '')} ${tint}`}
      // Not by a transform, within which nothing of a row could stand above the other rows.
      style={{ height, top }}
      onMouseDown={keepTextUnchosen}
      onClick={onClick}
    >
      {children}
    </div>
  );
}
