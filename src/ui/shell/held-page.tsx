'use client';

import { X } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { useConnection } from '../providers';
import { hold, useGo, useHeld } from './go';

/** Keeps links of ours from leaving for nowhere while the server is away, and opens the last one when it is back. */
export function HeldPage() {
  const { state } = useConnection();
  const router = useRouter();
  const go = useGo();
  const held = useHeld();
  const lost = state === 'lost';
  useEffect(() => {
    if (!lost) return;
    const onClick = (event: MouseEvent) => {
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const link = event.target instanceof Element ? event.target.closest('a') : null;
      if (!link?.href || link.target || link.origin !== window.location.origin || link.hash) return;
      event.preventDefault();
      event.stopPropagation();
      go(link.href);
    };
    // Before the links' own.
    document.addEventListener('click', onClick, true);
    return () => document.removeEventListener('click', onClick, true);
  }, [lost, go]);
  useEffect(() => {
    if (lost || held === null) return;
    hold(null);
    router.push(held);
  }, [lost, held, router]);
  if (held === null) return null;
  return (
    <div
      role="status"
      className="fixed right-3 bottom-12 z-30 flex items-center gap-2 rounded-popup border border-hairline bg-raised p-3 shadow-lg"
    >
      The page opens when connected.
      <button
        type="button"
        aria-label="Stay here"
        data-tip="Stay here"
        className="touch text-muted hover:text-text"
        onClick={() => hold(null)}
      >
        <X size={14} aria-hidden />
      </button>
    </div>
  );
}
