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
    const next = new Map([...folds].filter(([key]) => key !== name).slice(1 - MOST));
    next.set(name, folded);
    setFolds(next);
    try {
      localStorage.setItem(keyOf(repoId), JSON.stringify([...next]));
    } catch {
      // Storage is switched off or full: it is folded until the page is loaded anew.
    }
  });
  return [folds, fold];
}

function stored(repoId: string): Folds {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(keyOf(repoId)) ?? '[]');
    const isFold = (each: unknown): each is [string, boolean] =>
      Array.isArray(each) && typeof each[0] === 'string' && typeof each[1] === 'boolean';
    return new Map(Array.isArray(value) ? value.filter(isFold) : []);
  } catch {
    // Storage is switched off, or holds what we did not write: groups are as they begin.
    return new Map();
  }
}
