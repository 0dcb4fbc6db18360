import { useState } from 'react';
import { useStable } from '../../stable';
import type { Folds } from './groups';

const keyOf = (repoId: string) => `spicerack-folds:${repoId}`;

/** More than this are forgotten, the oldest first. */
const MOST = 500;

/** The groups of a repo's stack that somebody has folded or unfolded in this browser, and what does so. */
export function useFolds(repoId: string): [Folds, (name: string, folded: boolean) => void] {
  const [folds, setFolds] = useState<Folds>(() => stored(repoId));
  const fold = useStable((name: string, folded: boolean) => {
    const next = withFold(folds, name, folded);
    setFolds(next);
    try {
      localStorage.setItem(keyOf(repoId), JSON.stringify([...next]));
    } catch {
      // Storage is switched off or full: it is folded until the page is loaded anew.
    }
  });
  return [folds, fold];
}

/** The same with one more, which is the newest. */
export function withFold(folds: Folds, name: string, folded: boolean): Folds {
  return new Map([...[...folds].filter(([key]) => key !== name).slice(1 - MOST), [name, folded]]);
}

/** What such a text of the browser's storage holds; what we did not write is nothing. */
export function foldsIn(text: string | null): Folds {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    const isFold = (each: unknown): each is [string, boolean] =>
      Array.isArray(each) && typeof each[0] === 'string' && typeof each[1] === 'boolean';
    return new Map(Array.isArray(value) ? value.filter(isFold) : []);
  } catch {
    return new Map();
  }
}

function stored(repoId: string): Folds {
  try {
    return foldsIn(localStorage.getItem(keyOf(repoId)));
  } catch {
    // Storage is switched off: groups are as they begin.
    return new Map();
  }
}
