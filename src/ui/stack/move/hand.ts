import { useReducer } from 'react';
import { visible } from '@/text/visible';
import { dropProblem, movedWith, pickUpProblem, type WholeStack } from './rules';

/** A branch that was picked up, with all that stands on it, and where it is held. */
export interface MoveInHand {
  branch: string;
  /** What it would stand on; null while it is over nothing. */
  target: string | null;
  /** Dropped: it waits for the confirmation. */
  dropped: boolean;
}

/** A move in hand with what is to be said of it. */
export interface Held {
  hand: MoveInHand;
  /** The branches that move, from bottom to top. */
  moved: string[];
  /** Why it cannot be dropped where it is; null where it can, or is over nothing. */
  problem: string | null;
}

export type HandEvent =
  | { is: 'picked_up'; branch: string }
  | { is: 'over'; target: string | null }
  | { is: 'dropped'; target: string | null }
  | { is: 'left' };

/** What is in hand after an event. A drop where it cannot be puts the branch back. */
export function nextHand(hand: MoveInHand | null, event: HandEvent, stack: WholeStack): MoveInHand | null {
  switch (event.is) {
    case 'picked_up':
      return { branch: event.branch, target: null, dropped: false };
    case 'over':
      // Dropped, it waits where it is.
      return hand && !hand.dropped ? { ...hand, target: event.target } : hand;
    case 'dropped': {
      const { target } = event;
      return hand && target && !dropProblem(hand.branch, target, stack) ? { ...hand, target, dropped: true } : null;
    }
    case 'left':
      return null;
  }
}

/** Whether a row can be picked up, and what is said of that. */
export function pickUpWords(name: string, { branches, picture }: WholeStack): { can: boolean; words: string } {
  const branch = branches.find((each) => each.name === name);
  const problem = branch ? pickUpProblem(branch) : 'It is the trunk';
  if (problem) return { can: false, words: `${visible(name)} cannot be moved. ${problem}.` };
  const above = movedWith(name, picture).length - 1;
  const what = above > 0 ? `${visible(name)} and ${above} above` : visible(name);
  return { can: true, words: `Picked up ${what}. Aim with j and k, drop with Enter, leave it with Escape.` };
}

export interface Hand {
  held: Held | null;
  /** Picks up a row by a key, or says why not. */
  pickUp: (name: string) => void;
  /** Drops what is in hand, or says why not. */
  drop: (target: string | null) => void;
  tell: (event: HandEvent) => void;
}

/** The move that somebody has in hand. */
export function useHand(stack: WholeStack, say: (words: string) => void): Hand {
  const [hand, tell] = useReducer((now: MoveInHand | null, event: HandEvent) => nextHand(now, event, stack), null);
  const problemAt = (target: string | null) => (hand && target ? dropProblem(hand.branch, target, stack) : null);
  return {
    held: hand && { hand, moved: movedWith(hand.branch, stack.picture), problem: problemAt(hand.target) },
    pickUp: (name) => {
      const { can, words } = pickUpWords(name, stack);
      say(words);
      if (can) tell({ is: 'picked_up', branch: name });
    },
    drop: (target) => {
      const problem = problemAt(target);
      if (problem) say(`${problem}.`);
      tell({ is: 'dropped', target });
    },
    tell,
  };
}
