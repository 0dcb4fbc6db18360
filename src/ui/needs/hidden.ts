import { useSyncExternalStore } from 'react';

/** What somebody has hidden in this browser: by the key of each need the version that it had. */
type Hidden = Readonly<Record<string, string>>;

const KEY = 'spicerack-hidden-needs';
const NOTHING: Hidden = {};

/** More than this are forgotten, the oldest first. */
const MOST = 1000;

let known: Hidden | null = null;
const listeners = new Set<() => void>();

/** The needs that are hidden, the same in every part of the page. */
export function useHidden(): Hidden {
  return useSyncExternalStore(subscribe, hidden, () => NOTHING);
}

/** Hides a need until it changes. */
export function hide(key: string, version: string): void {
  const { [key]: _, ...others } = hidden();
  put({ ...Object.fromEntries(Object.entries(others).slice(1 - MOST)), [key]: version });
}

/** Shows again what was hidden of it. */
export function unhide(keys: readonly string[]): void {
  put(Object.fromEntries(Object.entries(hidden()).filter(([key]) => !keys.includes(key))));
}

function put(next: Hidden): void {
  known = next;
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // Storage is switched off: it is hidden until the page is loaded anew.
  }
  for (const told of listeners) told();
}

function hidden(): Hidden {
  known ??= stored();
  return known;
}

function stored(): Hidden {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch {
    // Storage is switched off, or holds what we did not write: nothing is hidden.
    return NOTHING;
  }
}

function subscribe(told: () => void): () => void {
  const elsewhere = (event: StorageEvent) => {
    if (event.key !== KEY) return;
    known = null;
    told();
  };
  listeners.add(told);
  window.addEventListener('storage', elsewhere);
  return () => {
    listeners.delete(told);
    window.removeEventListener('storage', elsewhere);
  };
}
