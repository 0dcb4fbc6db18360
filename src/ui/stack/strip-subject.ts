import { visible } from '@/text/visible';
import { listed } from '@/text/words';
import type { States } from './filter';
import { bottomOf } from './groups/bottom';
import type { Held } from './move/hand';
import { movedWith, type WholeStack } from './move/rules';
import { type Chosen, canBeSelected } from './tree/selection';

/** What the strip below the tree is about. */
export type StripSubject =
  | ({ kind: 'move' } & Held)
  | ({ kind: 'selection'; along: string | null } & Chosen)
  /** A branch whose Restack is looked at, and how many stand on it; null is only the keys. */
  | {
      kind: 'preview';
      branch: string | null;
      above: number;
      keys: boolean;
      /** Whether the keys are those of who may act. */
      mayAct: boolean;
      along: Along | null;
      answer: string | null;
    };

/** Where a branch only moves with one below it, a Restack of it alone would move nothing: that is not what there is to say. */
export interface Along {
  words: string;
  /** How many a Restack of its whole stack moves, which the keys are at; null where they are not. */
  stack: number | null;
}

/** What the page knows of what somebody is doing with the tree. */
export interface Doing {
  held: Held | null;
  chosen: Chosen;
  /** The branch whose button is pointed at; null where none is. */
  preview: string | null;
  /** The row that the keys act on, and whether the tree has them. */
  active: string | null;
  focused: boolean;
  /** Whether there is a row of that name: what a view leaves out is neither pointed at nor acted on. */
  isShown: (row: string) => boolean;
  mayAct: boolean;
  /** What the last key has said, of the row that it was pressed at as that stood then; null where it has said nothing. */
  answer: { row: string | null; states: States; words: string } | null;
}

/** The stack, and how it stands. */
interface Standing extends WholeStack {
  states: States;
  /** By branch, how many a Restack of it moves. */
  moves: ReadonlyMap<string, number>;
}

/** What the strip shows: the move in hand before the selection, and that before what is looked at. */
export function stripSubject(doing: Doing, stack: Standing): StripSubject | null {
  const { held, chosen, focused, mayAct, answer } = doing;
  const { branches, trunk, picture, states, moves } = stack;
  if (held) return { kind: 'move', ...held };
  if (chosen.restack.length + chosen.register.length > 0)
    return { kind: 'selection', ...chosen, along: alongWords(chosen.restack, states) };
  const shown = (row: string | null) => (row !== null && doing.isShown(row) ? row : null);
  const [preview, active] = [shown(doing.preview), shown(doing.active)];
  const looked = branches.find(({ name }) => name === (preview ?? (focused ? active : null)));
  const branch = looked?.tracked && canBeSelected(looked) ? looked.name : null;
  if (branch === null && !focused) return null;
  const words = branch === null ? null : alongWords([branch], states);
  const hasKeys = mayAct && focused && branch === active;
  return {
    kind: 'preview',
    branch,
    above: branch === null ? 0 : movedWith(branch, picture).length - 1,
    keys: focused,
    mayAct,
    along:
      words === null || branch === null
        ? null
        : { words, stack: hasKeys ? (moves.get(bottomOf(branch, branches, trunk)) ?? 0) : null },
    answer: preview === null && answer?.row === active && answer.states === states ? answer.words : null,
  };
}

/** Which of these branches only move with others below them, and with which: `b moves with a`; null where none does. */
function alongWords(names: readonly string[], states: States): string | null {
  const along = names.flatMap((name) => {
    const state = states.get(name);
    return state?.is === 'will_move' && state.with !== null ? [{ name, below: state.with }] : [];
  });
  const [first] = along;
  if (!first) return null;
  const below = listed([...new Set(along.map((each) => each.below))]);
  return visible(along.length === 1 ? `${first.name} moves with ${below}` : `${along.length} move with ${below}`);
}
