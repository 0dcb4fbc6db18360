import { keptHere } from '../kept-here';

/** More than this are forgotten, the oldest first. */
const MOST = 5;

const kept = keptHere<string[]>(
  'spicerack-recent',
  (stored) => (Array.isArray(stored) ? stored.filter((each) => typeof each === 'string') : []),
  [],
);

/** The keys of what was chosen last in this browser, the newest first. */
export const useRecent = kept.use;

export function noteChosen(key: string): void {
  kept.put([key, ...kept.get().filter((each) => each !== key)].slice(0, MOST));
}
