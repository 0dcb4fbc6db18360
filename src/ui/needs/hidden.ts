import { keptHere } from '../kept-here';

/** What somebody has hidden in this browser: by the key of each need the version that it had. */
type Hidden = Readonly<Record<string, string>>;

/** More than this are forgotten, the oldest first. */
const MOST = 1000;

const kept = keptHere<Hidden>('spicerack-hidden-needs', read, {});

/** The needs that are hidden, the same in every part of the page. */
export const useHidden = kept.use;

/** Hides a need until it changes. */
export function hide(key: string, version: string): void {
  const { [key]: _, ...others } = kept.get();
  kept.put({ ...Object.fromEntries(Object.entries(others).slice(1 - MOST)), [key]: version });
}

/** Shows again what was hidden of it. */
export function unhide(keys: readonly string[]): void {
  kept.put(Object.fromEntries(Object.entries(kept.get()).filter(([key]) => !keys.includes(key))));
}

function read(stored: unknown): Hidden {
  const entries = typeof stored === 'object' && stored !== null ? Object.entries(stored) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
