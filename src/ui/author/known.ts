import { useSyncExternalStore } from 'react';

const KEY = 'spicerack-author';

let known: string | null | undefined;
const listeners = new Set<() => void>();

/** Which author of commits somebody is who looks in this browser; null where nobody has said it. */
export function knownAuthor(): string | null {
  if (known === undefined) {
    try {
      known = localStorage.getItem(KEY);
    } catch {
      // Storage is switched off.
      known = null;
    }
  }
  return known;
}

/** Keeps it; null forgets it. */
export function keepAuthor(author: string | null): void {
  known = author;
  try {
    if (author === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, author);
  } catch {
    // Storage is switched off: it is known until the page is loaded anew.
  }
  for (const told of listeners) told();
}

/** The same in every part of the page. */
export function useAuthor(): string | null {
  return useSyncExternalStore(subscribe, knownAuthor, () => null);
}

function subscribe(told: () => void): () => void {
  const elsewhere = (event: StorageEvent) => {
    if (event.key !== KEY) return;
    known = undefined;
    told();
  };
  listeners.add(told);
  window.addEventListener('storage', elsewhere);
  return () => {
    listeners.delete(told);
    window.removeEventListener('storage', elsewhere);
  };
}
