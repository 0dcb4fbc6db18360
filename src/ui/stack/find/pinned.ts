import { keptHere } from '../../kept-here';

/** A view of a repo's stack that somebody has pinned in this browser. */
export interface PinnedView {
  repoId: string;
  /** The query of its address, without the question mark. */
  query: string;
}

/** More than this are forgotten, the oldest first. */
const MOST = 50;

const kept = keptHere<PinnedView[]>(
  'spicerack-views',
  (stored) => (Array.isArray(stored) ? stored.filter(isView) : []),
  [],
);

/** The pinned views, the last one last. */
export const usePinned = kept.use;

/** Pins a view, or unpins it where it is pinned. */
export function togglePinned(view: PinnedView): void {
  const others = kept.get().filter((each) => !isSame(each, view));
  kept.put(others.length < kept.get().length ? others : [...others.slice(1 - MOST), view]);
}

export function isSame(a: Pick<PinnedView, 'repoId' | 'query'>, b: Pick<PinnedView, 'repoId' | 'query'>): boolean {
  return a.repoId === b.repoId && a.query === b.query;
}

function isView(each: unknown): each is PinnedView {
  if (typeof each !== 'object' || each === null) return false;
  const { repoId, query } = each as Record<string, unknown>;
  return typeof repoId === 'string' && typeof query === 'string';
}
