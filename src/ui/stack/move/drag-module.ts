import { useEffect, useState } from 'react';
import { useConnection } from '../../providers';
import { useStable } from '../../stable';
import type { HandEvent } from './hand';

/** Dragging of rows, loaded once the page stands. What it does to the tree is the tree's. */
export type DragModule = typeof import('./drag');

/**
 * The drag module once the page stands: it is no part of the first load. Every drag of a row is told to the hand.
 * @returns null until it is loaded
 */
export function useDragModule(
  tell: (event: HandEvent) => void,
  dropOn: (target: string | null) => void,
): DragModule | null {
  const [drag, setDrag] = useState<DragModule | null>(null);
  const lost = useConnection().state === 'lost';
  useEffect(() => {
    if (lost || drag) return;
    let gone = false;
    // Where it cannot come it is asked for when the server is back; keys and menus move branches until then.
    import('./drag').then(
      (module) => gone || setDrag(module),
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [lost, drag]);
  const drop = useStable(dropOn);
  useEffect(
    () =>
      drag?.watchDrags({
        start: (branch) => tell({ is: 'picked_up', branch }),
        over: (target) => tell({ is: 'over', target }),
        drop,
      }),
    [drag, drop, tell],
  );
  return drag;
}
