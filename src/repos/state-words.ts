import { visible, visibleInLine } from '@/text/visible';
import { counted, listed } from '@/text/words';
import type { BranchState } from './branch-state';

/** A state in a word, and what a person would want to know beside it; may be empty. */
export interface StateWords {
  word: string;
  detail: string;
}

/** The words of a branch's state, the same wherever it is shown. */
export function stateWords(
  { suggestedParent, renamedFrom }: { suggestedParent: string | null; renamedFrom: string | null },
  state: BranchState,
): StateWords {
  const { word, detail } = wordsOf(state);
  if (state.is !== 'untracked') return { word: visible(word), detail: visibleInLine(detail) };
  if (renamedFrom) return { word: 'renamed?', detail: visible(`${renamedFrom} seems to be this branch now`) };
  return { word, detail: suggestedParent ? visible(`stands on ${suggestedParent}`) : '' };
}

function wordsOf(state: BranchState): StateWords {
  switch (state.is) {
    case 'in_place':
      return { word: 'in place', detail: '' };
    case 'will_move':
      return {
        word: 'will move',
        detail: [
          ...(state.with === null ? [] : [`moves with ${state.with}`]),
          ...(state.leaves ? [`leaves ${counted(state.leaves.length, 'commit')} on no branch`] : []),
        ].join(' · '),
      };
    case 'conflict':
      return { word: 'conflict', detail: listed(state.files) };
    case 'blocked':
      return { word: `blocked by ${state.by}`, detail: '' };
    case 'parent_gone':
      return { word: 'parent gone', detail: `stood on ${state.parent}` };
    case 'unrelated':
      return { word: 'unrelated', detail: `has no commit in common with ${state.parent}` };
    case 'too_large':
      return { word: 'too large', detail: 'it changes more than can be compared' };
    case 'moving':
      return { word: 'moving', detail: '' };
    case 'untracked':
      return { word: 'untracked', detail: '' };
    case 'long_lived':
      return { word: 'long-lived', detail: '' };
    case 'merged':
      return { word: 'merged', detail: '' };
    case 'gone':
      return { word: 'gone', detail: 'deleted on the remote, not merged' };
  }
}

/** Why a Restack of a branch that stands so would move nothing, wherever it is asked for; null where it moves something. */
export function restackRefusal(state: BranchState, moves: number): string | null {
  if (moves > 0) return null;
  const why = whyNothingMoves(state);
  return why && visible(why);
}

function whyNothingMoves(state: BranchState): string | null {
  switch (state.is) {
    case 'in_place':
      return 'Nothing to move: it is in place.';
    case 'will_move':
      return `It moves with ${state.with} below it: restack that one.`;
    case 'conflict':
      return 'It conflicts: nothing moves until that is mended.';
    case 'parent_gone':
      return `${state.parent} below it is gone: move it onto another branch.`;
    case 'unrelated':
      return `It has no commit in common with ${state.parent}: register it on the branch that it is made from.`;
    case 'blocked':
      return `${state.by} below it is held back.`;
    case 'too_large':
      return 'It changes more than can be compared.';
    default:
      return null;
  }
}
