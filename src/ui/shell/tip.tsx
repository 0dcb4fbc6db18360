'use client';

import { Tooltip } from '@base-ui/react/tooltip';
import { type ReactNode, useEffect, useId, useReducer } from 'react';

/** The words of an element beside it. Loaded when the first is to be shown. */
export default function Tip({ at, close }: { at: HTMLElement | null; close: () => void }): ReactNode {
  const id = useId();
  const [, saidAnew] = useReducer((times: number) => times + 1, 0);
  useEffect(() => {
    if (!at) return;
    // A button says something else when its job is over.
    const observer = new MutationObserver(saidAnew);
    observer.observe(at, { attributeFilter: ['data-tip'] });
    return () => observer.disconnect();
  }, [at]);
  useEffect(() => {
    // It may be described by other words already, or be called so.
    if (!at || at.hasAttribute('aria-describedby') || at.ariaLabel === at.dataset.tip) return;
    at.setAttribute('aria-describedby', id);
    return () => at.removeAttribute('aria-describedby');
  }, [at, id]);
  return (
    <Tooltip.Root open={at?.dataset.tip !== undefined} onOpenChange={(open) => !open && close()}>
      <Tooltip.Portal container={document.getElementById('main')}>
        <Tooltip.Positioner anchor={at} side="bottom" collisionPadding={8} data-tips className="z-40 py-1.5">
          <Tooltip.Popup
            id={id}
            role="tooltip"
            className="max-w-[min(26rem,90vw)] rounded-control border border-hairline bg-raised px-2 py-1 text-xs font-normal break-words whitespace-pre-line text-text shadow-lg"
          >
            {at?.dataset.tip}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
