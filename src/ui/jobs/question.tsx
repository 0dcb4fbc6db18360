import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { besideButton, buttonLooks } from '../controls';
import { TO_READ_MS } from './ask/to-read';

/**
 * Asks right below the button, or `above` it, whether it shall be done. Loaded when it is first asked.
 * @param ready whether it can be answered with yes: not before what is to be said of it is known
 */
export default function Question({
  words,
  label,
  ready = true,
  above = false,
  confirm,
  leave,
}: {
  /** What is asked; where nothing is any more, what the button does is. */
  words: ReactNode;
  label: string;
  ready?: boolean;
  above?: boolean;
  confirm: () => void;
  leave: () => void;
}) {
  const yes = useRef<HTMLButtonElement>(null);
  const told = useRef<HTMLSpanElement>(null);
  const hasChanged = useChangedLately(told);
  const isReady = ready && !hasChanged;
  useEffect(() => {
    const before = document.activeElement;
    yes.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Esc works wherever the focus is in it
    <span
      data-question
      onKeyDown={(event) => event.key === 'Escape' && leave()}
      className={`z-30 flex-col ${besideButton(above)}`}
    >
      <span ref={told} className="flex min-w-0 flex-col gap-1 break-words">
        {words ?? `${label}?`}
      </span>
      <span className="flex justify-end gap-2">
        <button type="button" className={`touch h-7 px-2 ${buttonLooks.plain}`} onClick={leave}>
          Cancel
        </button>
        <button
          ref={yes}
          type="button"
          aria-disabled={!isReady || undefined}
          className={`touch min-h-7 min-w-0 px-2 break-words ${buttonLooks.primary} ${isReady ? '' : 'opacity-60'}`}
          onClick={() => isReady && confirm()}
        >
          Yes, {label.charAt(0).toLowerCase()}
          {label.slice(1)}
        </button>
      </span>
    </span>
  );
}

function useChangedLately(told: RefObject<HTMLElement | null>): boolean {
  const [lately, setLately] = useState(false);
  useEffect(() => {
    if (!told.current) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new MutationObserver(() => {
      setLately(true);
      clearTimeout(timer);
      timer = setTimeout(() => setLately(false), TO_READ_MS);
    });
    observer.observe(told.current, { subtree: true, childList: true, characterData: true });
    return () => {
      observer.disconnect();
      clearTimeout(timer);
    };
  }, [told]);
  return lately;
}
