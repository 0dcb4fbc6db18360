'use client';

import { usePathname } from 'next/navigation';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useStable } from '../stable';
import { NoticeButton } from '../tells/notice-button';
import { useGo } from './go';
import { HeldPage } from './held-page';
import { isTyped, pageAfterG } from './key-targets';
import { ThemeButton } from './theme';
import { Tips } from './tips';

const KeysHelp = lazy(() => import('./keys-help'));

/** How long `g` waits for the letter of a page. Milliseconds. */
const PATIENCE_MS = 1200;

/** The keys of every page: `?` shows them all, `g` and a letter go to a page of the repo that one is at. */
function Keys() {
  const [help, setHelp] = useState(false);
  const go = useGo();
  const path = usePathname();
  const g = useRef(0);
  const pressed = useStable((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyped(event.target)) return;
    if (event.key === '?') {
      event.preventDefault();
      setHelp(true);
      return;
    }
    const waits = performance.now() - g.current < PATIENCE_MS;
    g.current = event.key === 'g' && !waits ? performance.now() : 0;
    const page = waits ? pageAfterG(event.key, path) : null;
    if (page === null) return;
    event.preventDefault();
    event.stopPropagation();
    go(page);
  });
  useEffect(() => {
    // Before the tree, which has other plans for the same letters.
    window.addEventListener('keydown', pressed, true);
    return () => window.removeEventListener('keydown', pressed, true);
  }, [pressed]);
  return help ? (
    <Suspense>
      <KeysHelp close={() => setHelp(false)} />
    </Suspense>
  ) : null;
}

/**
 * What of the page's frame nobody needs at once: the keys of every page, the switch of the theme, the page that waits,
 * and what is said of what one points at.
 */
export default function Later() {
  return (
    <>
      <NoticeButton />
      <ThemeButton />
      <Keys />
      <HeldPage />
      <Tips />
    </>
  );
}
