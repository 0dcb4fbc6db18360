import { useCallback, useLayoutEffect, useRef } from 'react';

/** The same function for ever, which does what the newest one does. For what happens later, never while drawing. */
export function useStable<A extends unknown[], R>(newest: (...args: A) => R): (...args: A) => R {
  const latest = useRef(newest);
  useLayoutEffect(() => {
    latest.current = newest;
  });
  return useCallback((...args: A) => latest.current(...args), []);
}
