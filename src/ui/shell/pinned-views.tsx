'use client';

import { Pin } from 'lucide-react';
import Link from 'next/link';
import { visible } from '@/text/visible';
import { usePinned } from '../stack/find/pinned';

/** The views of a repo's stack that are pinned in this browser. Loaded after the page. */
export default function PinnedViews({ repoId }: { repoId: string }) {
  const views = usePinned().filter((each) => each.repoId === repoId);
  return views.map(({ name, query }) => (
    <Link
      key={query}
      href={`/repos/${repoId}?${query}`}
      className="touch ml-4 flex items-center gap-2 rounded-control px-2 py-0.5 text-muted hover:bg-hover hover:text-text"
    >
      <Pin size={12} aria-hidden className="shrink-0" />
      <span className="min-w-0 truncate">{visible(name)}</span>
    </Link>
  ));
}
