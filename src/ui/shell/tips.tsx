'use client';

import { Suspense, useEffect, useState } from 'react';
import { laterPart } from '../later/later-part';
import { useStable } from '../stable';
import { saysItself, tipAt } from './tip-at';

const Tip = laterPart(() => import('./tip'));

/** How long a mouse rests, or a finger stays, before it is told. Milliseconds. */
const REST_MS = 450;

/**
 * What `data-tip` says of an element, shown to a mouse that rests on it, to the keys that have come to it, and to a
 * finger that stays on it or taps what cannot be pressed: the browser's own `title` reaches only the mouse.
 */
export function Tips() {
  const [at, setAt] = useState<HTMLElement | null>(null);
  const [used, setUsed] = useState(false);
  const show = useStable((element: HTMLElement | null) => {
    // It would only lie over what is below.
    const told = element && !saysItself(element) ? element : null;
    setAt(told);
    if (told) setUsed(true);
  });
  useEffect(() => {
    // While the server is away most of what cannot be done is told so, and no code comes then.
    Tip.ahead();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let under: HTMLElement | null = null;
    const later = (element: HTMLElement | null) => {
      clearTimeout(timer);
      if (element) timer = setTimeout(() => show(element), REST_MS);
    };
    const on = <K extends keyof DocumentEventMap>(type: K, listener: (event: DocumentEventMap[K]) => void) => {
      document.addEventListener(type, listener, true);
      return () => document.removeEventListener(type, listener, true);
    };
    const off = [
      on('pointerover', ({ target, pointerType }) => {
        if (pointerType !== 'mouse') return;
        const element = tipAt(target);
        // What is said may be read with the mouse on it.
        if (element === under || (target instanceof Element && target.closest('[data-tips]'))) return;
        under = element;
        show(null);
        later(element);
      }),
      on('pointerdown', ({ target, pointerType }) => {
        show(null);
        later(pointerType === 'touch' ? tipAt(target) : null);
      }),
      on('pointerup', ({ target, pointerType }) => {
        if (pointerType !== 'touch') return;
        clearTimeout(timer);
        const element = tipAt(target);
        if (element && !element.closest('a, button, [role=row]')) show(element);
      }),
      on('pointercancel', () => later(null)),
      on('focusin', ({ target }) => {
        const element = target instanceof Element && target.matches(':focus-visible') ? tipAt(target) : null;
        later(null);
        show(element);
      }),
      on('keydown', () => {
        later(null);
        show(null);
      }),
    ];
    return () => {
      clearTimeout(timer);
      for (const each of off) each();
    };
  }, [show]);
  return used ? (
    <Suspense>
      <Tip at={at} close={() => setAt(null)} />
    </Suspense>
  ) : null;
}
