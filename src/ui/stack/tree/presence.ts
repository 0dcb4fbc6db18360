import { type FocusEvent, type PointerEvent, type RefObject, useEffect, useReducer, useRef } from 'react';

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
  const byItself = useRef(false);
  // The keys are the tree's from the start, where nobody has gone elsewhere; a link that has led here still has the
  // focus, and nobody wants to go on from it. That is no sign that somebody is at the tree.
  useEffect(() => {
    const at = document.activeElement;
    if (at !== document.body && !at?.matches('a[aria-current=page]')) return;
    byItself.current = true;
    tree.current?.focus({ preventScroll: true });
    byItself.current = false;
  }, [tree]);
  const [presence, change] = useReducer((now: Presence, news: Partial<Presence>): Presence => ({ ...now, ...news }), {
    pointed: false,
    inside: false,
    focused: false,
  });
  return {
    presence,
    change,
    /** Whether the focus comes to the tree by itself just now, and not because somebody has brought it there. */
    isByItself: () => byItself.current,
    watching: {
      onPointerEnter: ({ pointerType }: PointerEvent) => pointerType === 'mouse' && change({ pointed: true }),
      onPointerLeave: () => change({ pointed: false }),
      onFocus: ({ target }: FocusEvent) => {
        if (!byItself.current) change(focusCame(target === tree.current));
      },
      onBlur: ({ currentTarget, relatedTarget }: FocusEvent) =>
        change(focusWent(currentTarget.contains(relatedTarget))),
    },
  };
}
