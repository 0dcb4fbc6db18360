import type { BranchRow } from '@/db/schema';
import type { StackPicture } from './layout';
import type { Held } from './move/hand';
import { movedWith } from './move/rules';
import { type Chosen, canBeSelected } from './tree/selection';

/** What the strip below the tree is about. */
export type StripSubject =
  | ({ kind: 'move' } & Held)
  | ({ kind: 'selection' } & Chosen)
  /** A branch whose Restack is looked at, and how many stand on it; null is only the keys. */
  | { kind: 'preview'; branch: string | null; above: number; keys: boolean };

/** What the page knows of what somebody is doing with the tree. */
export interface Doing {
  held: Held | null;
  chosen: Chosen;
  /** The branch whose button is pointed at; null where none is. */
  preview: string | null;
  /** The row that the keys act on, and whether the tree has them. */
  active: string | null;
  focused: boolean;
}

/** What the strip shows: the move in hand before the selection, and that before what is looked at. */
export function stripSubject(doing: Doing, branches: BranchRow[], picture: StackPicture): StripSubject | null {
  const { held, chosen, preview, active, focused } = doing;
  if (held) return { kind: 'move', ...held };
  if (chosen.restack.length + chosen.register.length > 0) return { kind: 'selection', ...chosen };
  const looked = branches.find(({ name }) => name === (preview ?? (focused ? active : null)));
  const branch = looked?.tracked && canBeSelected(looked) ? looked.name : null;
  if (branch === null && !focused) return null;
  return { kind: 'preview', branch, above: branch === null ? 0 : movedWith(branch, picture).length - 1, keys: focused };
}
