import { type RefObject, useEffect, useRef } from 'react';
import { useStable } from '../../stable';
import type { Entry } from '../entries';

/** Where the row of an opened branch is: among those that are drawn, or in a folded head, to be unfolded. */
export function placeOf(
  open: string,
  entries: readonly Entry[],
  wanted: readonly Entry[],
): { entry: Entry | undefined; foldedIn: string | undefined } {
  return {
    entry: entries.find(({ name }) => name === open),
    foldedIn: wanted.find(({ head }) => head?.folded && head.branches.includes(open))?.name,
  };
}

const NOWHERE: ReturnType<typeof placeOf> = { entry: undefined, foldedIn: undefined };

interface Tree {
  /** Those that are drawn, and those that would be if nothing stood still. */
  entries: Entry[];
  wanted: Entry[];
  active: string | null;
  goTo: (target: Entry) => void;
  goBy: (by: number) => void;
  put: (name: string) => void;
  unfold: (head: string) => void;
  /** Gives the tree the focus. */
  toTree: () => void;
}

/**
 * Keeps the tree with the branch that is opened beside it: its row is gone to, out of a folded head too, and when it is
 * closed the tree has the keys again.
 * @param walk is given what opens the branch so many rows further down
 */
export function useOpened(open: string | null, walk: RefObject<((by: number) => void) | null>, tree: Tree): void {
  const walkBy = useStable(tree.goBy);
  useEffect(() => {
    walk.current = walkBy;
  }, [walk, walkBy]);

  const { entry, foldedIn } = open === null ? NOWHERE : placeOf(open, tree.entries, tree.wanted);
  const arrive = useStable((branch: string) => {
    if (entry && branch !== tree.active) tree.goTo(entry);
    if (foldedIn === undefined) return;
    tree.unfold(foldedIn);
    tree.put(branch);
  });
  const leave = useStable(tree.toTree);
  const wasOpen = useRef<string | null>(null);
  const isArriving = useRef(false);
  useEffect(() => {
    if (open === null && wasOpen.current !== null) leave();
    if (open !== wasOpen.current) isArriving.current = open !== null;
    wasOpen.current = open;
    if (open === null || !isArriving.current) return;
    // A head may be in another one that is folded; what somebody folds later stays so.
    isArriving.current = foldedIn !== undefined;
    arrive(open);
  }, [open, foldedIn, arrive, leave]);
}
