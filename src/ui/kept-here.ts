import { useSyncExternalStore } from 'react';

/** A value that this browser keeps: the same in every part of the page, and in every tab. */
export interface KeptHere<T> {
  get: () => T;
  put: (value: T) => void;
  /** The value in a component, and `none` in the server's HTML. */
  use: () => T;
}

/**
 * @param read what the stored JSON means, whatever it is: somebody else may have written it
 * @param none where nothing is stored, or storage is switched off
 */
export function keptHere<T>(key: string, read: (stored: unknown) => T, none: T): KeptHere<T> {
  let known: { value: T } | null = null;
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const told of listeners) told();
  };
  const stored = (): T => {
    try {
      const text = localStorage.getItem(key);
      return text === null ? none : read(JSON.parse(text));
    } catch {
      // Storage is switched off, or holds what is no JSON.
      return none;
    }
  };
  const get = () => {
    known ??= { value: stored() };
    return known.value;
  };
  const subscribe = (told: () => void) => {
    const elsewhere = (event: StorageEvent) => {
      if (event.key !== key) return;
      known = null;
      told();
    };
    listeners.add(told);
    window.addEventListener('storage', elsewhere);
    return () => {
      listeners.delete(told);
      window.removeEventListener('storage', elsewhere);
    };
  };
  return {
    get,
    put(value) {
      known = { value };
      try {
        localStorage.setItem(key, JSON.stringify(value));
      } catch {
        // Storage is switched off or full: it is known until the page is loaded anew.
      }
      tell();
    },
    use: () => useSyncExternalStore(subscribe, get, () => none),
  };
}
