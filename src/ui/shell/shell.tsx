'use client';

import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { Fragment, type ReactNode, Suspense } from 'react';
import { laterPart } from '../later/later-part';
import { useMay, useMe } from '../me';
import { countNeeds, useNeeds } from '../needs/use-needs';
import { PaletteButton } from '../palette/palette-button';
import { useApi } from '../providers';
import { repoListQuery } from '../repos/repo-list';
import { RepoMark } from '../repos/repo-mark';
import { repoState } from '../repos/repo-state';
import { ConnectionBanner, ConnectionDot } from './connection';

const Later = laterPart(() => import('./later'));
const PinnedViews = laterPart(() => import('./pinned-views'));

/** What is around every page: the name, the repos, and how the page stands to the server. */
export function Shell({ children }: { children: ReactNode }) {
  const me = useMe();
  const mayAdminister = useMay('administer');
  return (
    <div className="flex min-h-dvh flex-col">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-30 focus:bg-raised focus:p-2">
        Skip to the page
      </a>
      <header className="group/shell sticky top-0 z-20 flex h-12 items-center gap-3 border-b border-hairline bg-surface px-4">
        <Link href="/" className="flex items-center gap-2 rounded-chip text-base font-semibold">
          <Mark />
          Spicerack
        </Link>
        <span className="flex min-w-0 flex-1 justify-center">
          <ConnectionBanner />
        </span>
        <PaletteButton />
        {mayAdminister && (
          <Link href="/access" prefetch={false} className={HEADER_LINK}>
            Access
          </Link>
        )}
        <Link href="/status" prefetch={false} className={HEADER_LINK}>
          Status
        </Link>
        {me.name === null && !mayAdminister && (
          // A page of the door's own, beside the app.
          <a href="/api/sign-in" className={HEADER_LINK}>
            Sign in
          </a>
        )}
        <Suspense fallback={<span className="h-7 w-17 max-sm:hidden" />}>
          <Later />
        </Suspense>
        <ConnectionDot />
      </header>
      <div className="flex flex-1">
        <RepoRail />
        <main id="main" className="min-w-0 flex-1">
          {children}
        </main>
      </div>
    </div>
  );
}

const HEADER_LINK =
  'touch flex items-center rounded-control px-2 text-muted hover:text-text max-sm:group-has-data-banner/shell:hidden';

function RepoRail() {
  const mayAdd = useMay('administer');
  const list = useQuery(repoListQuery(useApi()));
  const path = usePathname();
  const needs = useNeeds();
  return (
    <nav
      aria-label="Repositories"
      className="sticky top-12 hidden h-[calc(100dvh-48px)] w-52 shrink-0 flex-col gap-1 overflow-y-auto border-r border-hairline bg-surface p-3 md:flex"
    >
      <h2 className="px-2 text-xs font-medium text-muted">Repositories</h2>
      {list.data?.repos.map((repo) => {
        const here = path === `/repos/${repo.id}` || path.startsWith(`/repos/${repo.id}/`);
        const { mark, words } = repoState(repo);
        const wanted = countNeeds(needs, repo.id);
        return (
          <Fragment key={repo.id}>
            <Link
              href={`/repos/${repo.id}`}
              prefetch={false}
              aria-current={here ? (path === `/repos/${repo.id}` ? 'page' : true) : undefined}
              data-tip={[repo.url, ...words].join('\n')}
              className={`flex items-center gap-2 rounded-control px-2 py-1 ${here ? 'bg-selected font-medium' : 'hover:bg-hover'}`}
            >
              <RepoMark mark={mark} />
              <span className="min-w-0 flex-1 truncate">{repo.name}</span>
              {wanted > 0 && (
                <span data-tip="Things that need you" className="text-xs font-normal text-muted tabular-nums">
                  {wanted}
                </span>
              )}
              <span className="sr-only">{words.join(', ')}</span>
            </Link>
            <Suspense>
              <PinnedViews repoId={repo.id} />
            </Suspense>
          </Fragment>
        );
      })}
      {mayAdd && (
        <Link
          href="/"
          prefetch={false}
          className="flex items-center gap-1 rounded-control px-2 py-1 text-muted hover:bg-hover hover:text-text"
        >
          <Plus size={14} aria-hidden /> Add a repository
        </Link>
      )}
    </nav>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden className="text-accent">
      <g stroke="currentColor" strokeWidth="1.6" fill="none" strokeLinecap="round">
        <path d="M5 3v10M5 6c0 3 6 1 6 5" />
      </g>
      <g fill="currentColor">
        <circle cx="5" cy="3" r="2" />
        <circle cx="5" cy="13" r="2" />
        <circle cx="11" cy="11.5" r="2" />
      </g>
    </svg>
  );
}
