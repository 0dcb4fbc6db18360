import { useEffect, useRef } from 'react';
import { buttonLooks } from '../controls';

/** Asks right below the button, or `above` it, whether it shall be done. Loaded when it is first asked. */
export default function Question({
  words,
  label,
  above = false,
  confirm,
  leave,
}: {
  words: string;
  label: string;
  above?: boolean;
  confirm: () => void;
  leave: () => void;
}) {
  const yes = useRef<HTMLButtonElement>(null);
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
      className={`fixed inset-x-3 bottom-3 z-30 flex flex-col gap-2 rounded-popup border border-hairline bg-raised p-3 text-left whitespace-normal shadow-lg sm:absolute sm:inset-x-auto sm:right-0 sm:w-72 ${above ? 'sm:bottom-full sm:mb-1' : 'sm:top-full sm:bottom-auto sm:mt-1'}`}
    >
      <span>{words}</span>
      <span className="flex justify-end gap-2">
        <button type="button" className={`touch h-7 px-2 ${buttonLooks.plain}`} onClick={leave}>
          Cancel
        </button>
        <button ref={yes} type="button" className={`touch h-7 px-2 ${buttonLooks.primary}`} onClick={confirm}>
          Yes, {label.toLowerCase()}
        </button>
      </span>
    </span>
  );
}
