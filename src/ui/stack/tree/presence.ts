import { type FocusEvent, type PointerEvent, type RefObject, useReducer } from 'react';

/** Whether somebody is at the tree. */
export interface Presence {
  /** A mouse points into it. (A finger is nowhere once it has tapped.) */
  pointed: boolean;
  /** The focus is in it, be it on a button of a row. */
  inside: boolean;
  /** It has the focus itself, and so the keys. */
  focused: boolean;
}

/** What changes when the focus comes to the tree. @param self to itself, not to something in it */
export const focusCame = (self: boolean) => ({ inside: true, focused: self });

/** What changes when the focus goes. @param stays to something else in the tree */
export const focusWent = (stays: boolean) => ({ inside: stays, focused: false });

/**
 * Who is at the tree, what changes that, and the handlers which do: those of what holds the tree and all that lies
 * over it, so that whoever goes from a row to what asks about the rows has not left.
 */
export function usePresence(tree: RefObject<HTMLElement | null>) {
  const [presence, change] = useReducer((now: Presence, news: Partial<Presence>): Presence => ({ ...now, ...news }), {
    pointed: false,
    inside: false,
    focused: false,
  });
  return {
    presence,
    change,
    watching: {
      onPointerEnter: ({ pointerType }: PointerEvent) => pointerType === 'mouse' && change({ pointed: true }),
      onPointerLeave: () => change({ pointed: false }),
      onFocus: ({ target }: FocusEvent) => change(focusCame(target === tree.current)),
      onBlur: ({ currentTarget, relatedTarget }: FocusEvent) =>
        change(focusWent(currentTarget.contains(relatedTarget))),
    },
  };
}
