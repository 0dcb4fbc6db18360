import { useEffect, useState } from 'react';

/** By repo, which results somebody has looked at in this browser. */
const KEY = 'spicerack.looked-at';

/** By repo, since when this tab shows it: it goes on over reloads and other pages, and ends with the tab. */
const SINCE_KEY = 'spicerack.opened';

/** Results that are told one by one of a repo, the newest; what is older counts as looked at. */
const KEPT = 50;

interface Job {
  repoId: string;
  seq: number;
}

/** What was looked at of a repo: everything up to a number, and some beyond it. */
export interface LookedAt {
  upTo: number;
  beyond: readonly number[];
}

/**
 * What was looked at of a repo in this browser, and what notes that a result is.
 * @param now by the server's clock, in milliseconds
 * @returns `looked` is null before the browser was asked, and undefined where nothing of the repo was looked at; `since`
 *   is when the repo was first opened in this tab, which is what is new there
 */
export function useLookedAt(
  repoId: string,
  now: number,
): { looked: LookedAt | undefined | null; since: number; lookAt: (job: Job, oldest?: number) => void } {
  const [known, setKnown] = useState<Record<string, LookedAt> | null>(null);
  const [opened] = useState(now);
  const [since, setSince] = useState(opened);
  useEffect(() => {
    setKnown(stored());
    setSince(firstOpened(repoId, opened));
  }, [repoId, opened]);
  return { looked: known === null ? null : known[repoId], since, lookAt: (job, oldest) => setKnown(note(job, oldest)) };
}

/** When the repo was first opened in this tab, which is now where it was not yet. */
export function firstOpened(repoId: string, now: number): number {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(SINCE_KEY) ?? '{}');
    const known = new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
    const first: unknown = known.get(repoId);
    // The clock may have been set back since.
    if (typeof first === 'number' && first <= now) return first;
    sessionStorage.setItem(SINCE_KEY, JSON.stringify(Object.fromEntries(known.set(repoId, now))));
  } catch (error) {
    // A tab that keeps nothing for us is a new one after a reload.
    console.debug('Since when it is open is not kept', error);
  }
  return now;
}

/** Notes that a result is looked at, and returns what is known then. */
export function note({ repoId, seq }: Job, oldest?: number): Record<string, LookedAt> {
  const known = stored();
  const next = { ...known, [repoId]: lookedAtAlso(known[repoId], seq, oldest) };
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch (error) {
    // A browser that keeps nothing for us shows it again the next time.
    console.debug('What was looked at is not kept', error);
  }
  return next;
}

/**
 * The same, and one more. Who looks for the first time has nothing left to see of what is older.
 * @param oldest of the results that are told at the time, which are not looked at with this one
 */
export function lookedAtAlso(looked: LookedAt | undefined, seq: number, oldest = seq): LookedAt {
  if (!looked) return oldest < seq ? { upTo: oldest - 1, beyond: [seq] } : { upTo: seq, beyond: [] };
  if (isIn(looked, seq)) return looked;
  const [...beyond] = [...looked.beyond, seq].sort((a, b) => b - a);
  const upTo = Math.max(looked.upTo, beyond[KEPT] ?? 0);
  return { upTo, beyond: beyond.slice(0, KEPT) };
}

export function isIn({ upTo, beyond }: LookedAt, seq: number): boolean {
  return seq <= upTo || beyond.includes(seq);
}

function stored(): Record<string, LookedAt> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    return Object.fromEntries(
      entries.flatMap(([repoId, each]) => {
        const looked = read(each);
        return looked ? [[repoId, looked]] : [];
      }),
    );
  } catch (error) {
    console.debug('What was looked at is not known', error);
    return {};
  }
}

/** One entry, which earlier versions wrote as the number alone. */
function read(entry: unknown): LookedAt | null {
  if (typeof entry === 'number') return { upTo: entry, beyond: [] };
  if (typeof entry !== 'object' || entry === null || !('upTo' in entry) || !('beyond' in entry)) return null;
  const { upTo, beyond } = entry;
  if (typeof upTo !== 'number' || !Array.isArray(beyond)) return null;
  return { upTo, beyond: beyond.filter((seq) => typeof seq === 'number') };
}
