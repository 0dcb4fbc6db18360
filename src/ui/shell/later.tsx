'use client';

import { usePathname } from 'next/navigation';
import { Suspense, useEffect, useRef, useState } from 'react';
import { laterPart } from '../later/later-part';
import { useStable } from '../stable';
import { NoticeButton } from '../tells/notice-button';
import { useGo } from './go';
import { HeldPage } from './held-page';
import { useKeptFocus } from './kept-focus';
import { followsG, isTyped, pageAfterG } from './key-targets';
import { ThemeButton } from './theme';
import { Tips } from './tips';

const KeysHelp = laterPart(() => import('./keys-help'), { what: 'The list of keys', leave: ({ close }) => close });

/** The keys of every page: `?` shows them all, `g` and a letter go to a page of the repo that one is at. */
function Keys() {
  const [help, setHelp] = useState(false);
  const go = useGo();
  const path = usePathname();
  const g = useRef<number | null>(null);
  const pressed = useStable((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyped(event.target)) return;
    if (event.key === '?') {
      event.preventDefault();
      setHelp(true);
      return;
    }
    const now = performance.now();
    const waits = followsG(g.current, now);
    g.current = event.key === 'g' && !waits ? now : null;
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
 * what is said of what one points at, and where the focus goes when its place is gone.
 */
export default function Later() {
  useKeptFocus();
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
