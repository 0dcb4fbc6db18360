'use client';

import { Pin } from 'lucide-react';
import Link from 'next/link';
import { visible } from '@/text/visible';
import { viewName, viewOf } from '../stack/filter';
import { useKept } from '../stack/find/kept';
import { usePinned } from '../stack/find/pinned';

/** How many branches a view keeps, where the repo's branches are at hand. */
function Kept({ repoId, query }: { repoId: string; query: string }) {
  const kept = useKept(repoId, query);
  return (
    kept !== null && (
      <span className="text-xs tabular-nums">
        {kept}
        <span className="sr-only"> {kept === 1 ? 'branch' : 'branches'}</span>
      </span>
    )
  );
}

/** The views of a repo's stack that are pinned in this browser. Loaded after the page. */
export default function PinnedViews({ repoId }: { repoId: string }) {
  const views = usePinned().filter((each) => each.repoId === repoId);
  return views.map(({ query }) => (
    <Link
      key={query}
      href={`/repos/${repoId}?${query}`}
      prefetch={false}
      className="touch ml-4 flex items-center gap-2 rounded-control px-2 py-0.5 text-muted hover:bg-hover hover:text-text"
    >
      <Pin size={12} aria-hidden className="shrink-0" />
      <span className="min-w-0 flex-1 truncate">{visible(viewName(viewOf(new URLSearchParams(query))))}</span>
      <Kept repoId={repoId} query={query} />
    </Link>
  ));
}
