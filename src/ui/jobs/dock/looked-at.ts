import { useEffect, useState } from 'react';

/** Of each repo the newest job whose result was looked at in this browser. */
const KEY = 'spicerack.looked-at';

interface Job {
  repoId: string;
  seq: number;
}

/** Which results somebody has looked at in this browser: everything up to the newest of a repo that was. */
export function useLookedAt(): { isLookedAt: (job: Job) => boolean; lookAt: (job: Job) => void } {
  // Nothing is shown before the browser was asked.
  const [known, setKnown] = useState<Record<string, number> | null>(null);
  useEffect(() => setKnown(stored()), []);
  return {
    isLookedAt: ({ repoId, seq }) => known === null || (known[repoId] ?? 0) >= seq,
    lookAt: (job) => setKnown(note(job)),
  };
}

/** Notes that a result is looked at, and what is known then. */
export function note({ repoId, seq }: Job): Record<string, number> {
  const known = stored();
  const next = { ...known, [repoId]: Math.max(known[repoId] ?? 0, seq) };
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch (error) {
    // A browser that keeps nothing for us shows it again the next time.
    console.debug('What was looked at is not kept', error);
  }
  return next;
}

function stored(): Record<string, number> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    return Object.fromEntries(entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
  } catch (error) {
    console.debug('What was looked at is not known', error);
    return {};
  }
}
