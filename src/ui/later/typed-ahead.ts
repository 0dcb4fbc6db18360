import { useEffect, useLayoutEffect } from 'react';
import { useStable } from '../stable';

/**
 * A place to type in that is loaded on first use is not there at once. What is typed meanwhile is for it, and not for the
 * page: there the same letters are keys, and some of them move branches.
 */

let typed = '';
/** Whether Enter was the last key. */
let entered = false;
let end: (() => void) | undefined;
/** Shows it in the place itself, which is drawn before it has the focus. */
let show: ((typed: string) => void) | undefined;

/**
 * While such a place is asked for, keeps for it what is typed until it is there.
 * @param giveUp called by Escape
 */
export function useTypedAhead(asked: boolean, giveUp: () => void): void {
  const stop = useStable(giveUp);
  useLayoutEffect(() => {
    if (!asked) return;
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (event.key === 'Escape') stop();
      else {
        typed = typedAfter(typed, event.key);
        entered = event.key === 'Enter';
        show?.(typed);
      }
    };
    typed = '';
    entered = false;
    show = undefined;
    end?.();
    window.addEventListener('keydown', pressed, { capture: true });
    end = () => window.removeEventListener('keydown', pressed, { capture: true });
    return end;
  }, [asked, stop]);
}

/** What stands there after one more key. Keys that lead somewhere lead nowhere yet. */
export function typedAfter(before: string, key: string): string {
  const characters = [...before];
  if (key === 'Backspace') return characters.slice(0, -1).join('');
  return [...key].length === 1 ? before + key : before;
}

/** What was typed before this place was there; for its first state. */
export function typedBefore(): string {
  return typed;
}

/** Whether Enter was pressed after it, which the place then does once it is there: told once. */
export function enteredBefore(): boolean {
  const was = entered;
  entered = false;
  return was;
}

/**
 * Called by the place itself: it gets the keys from when something in its dialog has the focus, and until then what is
 * typed is still kept for it.
 * @param setTyped the same function for ever
 */
export function useTypingHere(setTyped: (typed: string) => void): void {
  useEffect(() => {
    // Typed since this place was first drawn.
    if (typed) setTyped(typed);
    show = setTyped;
    const arrive = () => {
      window.removeEventListener('focusin', focused);
      end?.();
      end = undefined;
      show = undefined;
      typed = '';
    };
    const focused = ({ target }: FocusEvent) => {
      if (isInDialog(target)) arrive();
    };
    window.addEventListener('focusin', focused);
    if (isInDialog(document.activeElement)) arrive();
    return arrive;
  }, [setTyped]);
}

/** Called where such a place could not come: the keys are the page's again, and what was typed waits for the next try. */
export function typingEndsHere(): void {
  end?.();
  end = undefined;
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[role="dialog"]') !== null;
}
