import type { MouseEvent } from 'react';
import type { Entry } from '../entries';
import { canBeSelected } from './selection';

/** What takes a click in a row for itself. */
const IN_A_ROW = 'button, a, input, [data-question], [role="alert"], [role="dialog"], [role="menu"]';

/** Whether a click in a row is for something in it. */
export function isForPart({ target }: Pick<MouseEvent, 'target'>): boolean {
  return target instanceof Element && target.closest(IN_A_ROW) !== null;
}

/**
 * Shift and a press in a row choose rows: the browser would choose the text between as well. Without Shift a text is
 * chosen as anywhere. The tree takes the focus by the click itself.
 */
export function keepTextUnchosen(event: Pick<MouseEvent, 'shiftKey' | 'target' | 'preventDefault'>): void {
  if (event.shiftKey && !isForPart(event)) event.preventDefault();
}

/** What a click on a row stands for. */
export type Clicked =
  | { do: 'fold'; head: string; fold: boolean }
  /** Selects all of these. */
  | { do: 'extend'; entries: Entry[] }
  | { do: 'toggle'; branch: string }
  | { do: 'show'; branch: string }
  | { do: 'nothing' };

/**
 * What a click on the row at `index` stands for, as in any list: Shift selects from where one was, Ctrl or Command one
 * more. Who may only look selects nothing, and with a branch in hand none is opened.
 * @param at where one was; -1 is nowhere
 */
export function clicked(
  entries: readonly Entry[],
  index: number,
  { shiftKey, ctrlKey, metaKey }: Pick<MouseEvent, 'shiftKey' | 'ctrlKey' | 'metaKey'>,
  { at, mayAct, holds }: { at: number; mayAct: boolean; holds: boolean },
): Clicked {
  const entry = entries[index];
  if (!entry) return { do: 'nothing' };
  const { name, head, branch } = entry;
  if (head) return { do: 'fold', head: name, fold: !head.folded };
  if (shiftKey && at >= 0 && mayAct) {
    return { do: 'extend', entries: entries.slice(Math.min(at, index), Math.max(at, index) + 1) };
  }
  if (ctrlKey || metaKey) return mayAct && canBeSelected(branch) ? { do: 'toggle', branch: name } : { do: 'nothing' };
  return branch && !holds ? { do: 'show', branch: name } : { do: 'nothing' };
}
