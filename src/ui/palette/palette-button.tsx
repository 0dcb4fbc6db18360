'use client';

import { Search } from 'lucide-react';
import { Suspense, useEffect, useState, useSyncExternalStore } from 'react';
import { laterPart } from '../later/later-part';
import { useTypedAhead } from '../later/typed-ahead';

const Palette = laterPart(() => import('./palette'), { what: 'The palette', leave: ({ close }) => close });

/** Opens the command palette, which ⌘K (or Ctrl K) does on every page. */
export function PaletteButton() {
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  useTypedAhead(open, close);
  const keys = useSyncExternalStore(never, keysHere, () => '');
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.shiftKey || event.altKey)
        return;
      event.preventDefault();
      setOpen((was) => !was);
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, []);
  return (
    <>
      <button
        type="button"
        aria-label="Find or do something"
        aria-haspopup="dialog"
        aria-keyshortcuts="Meta+K Control+K"
        onPointerEnter={() => Palette.ahead()}
        onClick={() => setOpen(true)}
        className="touch flex h-7 items-center justify-center gap-2 rounded-control px-2 text-xs text-muted hover:bg-hover hover:text-text sm:border sm:border-hairline"
      >
        <Search size={14} aria-hidden />
        <kbd className="hidden min-w-9 font-sans sm:inline">{keys}</kbd>
      </button>
      {open && (
        <Suspense>
          <Palette close={close} />
        </Suspense>
      )}
    </>
  );
}

function keysHere(): string {
  return /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘K' : 'Ctrl K';
}

const never = () => () => {};
