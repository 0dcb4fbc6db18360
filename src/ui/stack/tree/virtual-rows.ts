import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useLayoutEffect, useState, useSyncExternalStore } from 'react';
import type { Entry } from '../entries';

const ROW = 32;
/** Where a finger points and a line has too little room. */
const TALL_ROW = 52;
/** What covers the rows at the window's top and bottom: the page's header with the filters, the strip and the dock. */
const COVERED = { scrollPaddingStart: 96, scrollPaddingEnd: 92 };

/** A row that is on the page. */
export interface DrawnRow {
  entry: Entry;
  index: number;
  /** Where it begins below the tree's top. Pixels. */
  top: number;
}

export interface VirtualRows {
  drawn: DrawnRow[];
  /** Of one row, and of all of them. Pixels. */
  height: number;
  total: number;
  /** Scrolls as far as it needs to be seen. */
  show: (entry: Entry) => void;
}

/**
 * Only the rows that can be seen, and a few around them.
 * @param kept indexes of rows that must not leave the page; -1 is none
 * @param gone whether the tree is not there now
 */
export function useVirtualRows(
  tree: RefObject<HTMLElement | null>,
  entries: Entry[],
  kept: number[],
  gone: boolean,
): VirtualRows {
  const height = useNarrow() ? TALL_ROW : ROW;
  const top = useTop(tree, gone);
  const virtual = useWindowVirtualizer({
    count: entries.length,
    estimateSize: () => height,
    overscan: 8,
    scrollMargin: top,
    ...COVERED,
    getItemKey: (index) => entries[index]?.name ?? '',
    rangeExtractor: (range) => withKept(defaultRangeExtractor(range), kept),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: sizes are measured again when the height changes
  useLayoutEffect(() => virtual.measure(), [height, virtual]);
  return {
    drawn: virtual.getVirtualItems().flatMap(({ index, start }) => {
      const entry = entries[index];
      return entry ? [{ entry, index, top: start - top }] : [];
    }),
    height,
    total: virtual.getTotalSize(),
    show: (entry) => virtual.scrollToIndex(entries.indexOf(entry), { align: 'auto' }),
  };
}

/** The indexes of a range with those that are kept, each once, in order. */
export function withKept(range: number[], kept: number[]): number[] {
  return [...new Set([...range, ...kept])].filter((index) => index >= 0).sort((a, b) => a - b);
}

/**
 * How far below the page's top an element begins, in pixels. Measured when the page's size changes, and never while
 * it scrolls: that would lay the page out twice a frame.
 * @param gone whether the element is not there now
 */
function useTop(element: RefObject<HTMLElement | null>, gone: boolean): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    if (gone) return;
    const measure = () => {
      const box = element.current?.getBoundingClientRect();
      if (box) setTop(Math.round(box.top + window.scrollY));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [element, gone]);
  return top;
}

/** A row has two lines (below `md`). */
const narrow = '(max-width: 899px)';

function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const query = matchMedia(narrow);
      query.addEventListener('change', listener);
      return () => query.removeEventListener('change', listener);
    },
    () => matchMedia(narrow).matches,
    () => false,
  );
}
