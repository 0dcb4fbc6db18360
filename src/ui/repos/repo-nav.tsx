'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import type { RepoRow } from '@/db/schema';
import { titleMark } from '../jobs/dock/docked';
import { useMay } from '../me';
import { countNeeds, useNeeds } from '../needs/use-needs';
import { useTold, WhatRuns } from '../tells/what-runs';
import type { Overview } from './overview';
import { statesOf } from './use-states';

const PAGES = [
  ['Needs you', '/needs'],
  ['Stack', ''],
  ['Activity', '/activity'],
] as const;
const SETTINGS = ['Settings', '/settings'] as const;

/** The pages of one repo. */
export function RepoNav({ repoId, className = '' }: { repoId: string; className?: string }) {
  const maySet = useMay('administer');
  return (
    <nav aria-label="Pages of the repository" className={`-mx-2 flex flex-wrap ${className}`}>
      {[...PAGES, ...(maySet ? [SETTINGS] : [])].map((page) => (
        <PageLink key={page[0]} repoId={repoId} page={page} />
      ))}
    </nav>
  );
}

/** On a phone the parts of the repo's page and its other pages are one line: what is before the parts, and after them. */
export function PhoneLinks({ repoId, at }: { repoId: string; at: 'before' | 'after' }) {
  const maySet = useMay('administer');
  const [needs, , ...others] = PAGES;
  const pages = at === 'before' ? [needs] : [...others, ...(maySet ? [SETTINGS] : [])];
  return pages.map((page) => (
    <PageLink key={page[0]} repoId={repoId} page={page} className="shrink-0 max-sm:px-1.5 sm:hidden" />
  ));
}

function PageLink({
  repoId,
  page: [name, end],
  className = '',
}: {
  repoId: string;
  page: readonly [name: string, end: string];
  className?: string;
}) {
  const path = usePathname();
  const href = `/repos/${repoId}${end}`;
  return (
    <Link
      href={href}
      // An open branch stands beside the stack.
      aria-current={path === href ? 'page' : end === '' && path.startsWith(`${href}/branches`) ? true : undefined}
      className={`touch flex items-center justify-center rounded-control px-2 py-0.5 whitespace-nowrap text-muted hover:bg-hover hover:text-text aria-[current]:font-medium aria-[current]:text-text ${className}`}
    >
      {name}
      {end === '/needs' && <NeedsCount repoId={repoId} />}
    </Link>
  );
}

function NeedsCount({ repoId }: { repoId: string }) {
  const needs = countNeeds(useNeeds(), repoId);
  return needs > 0 && <span className="ml-1 text-xs tabular-nums">{needs}</span>;
}

/** A further page of a repo: its head, what it is about, and what runs. */
export function FurtherPage({
  overview,
  repo,
  title,
  pageTitle = `${title} · ${repo.name} · Spicerack`,
  children,
}: {
  overview: Overview;
  repo: RepoRow;
  title: string;
  /** The browser's tab, where it says more. */
  pageTitle?: string;
  children: ReactNode;
}) {
  const told = useTold(repo.id, overview.jobs);
  return (
    // As high as the window, so that what runs is told at its bottom.
    <div className="flex min-h-[calc(100dvh-48px)] flex-col">
      <header className="flex flex-wrap items-baseline gap-x-6 gap-y-1 border-b border-hairline bg-surface px-4 py-3">
        <title>{`${titleMark(told.docked)}${pageTitle}`}</title>
        <h1 className="text-lg font-semibold break-words">
          {repo.name} <span className="font-normal text-muted">{title}</span>
        </h1>
        <RepoNav repoId={repo.id} />
      </header>
      {children}
      <WhatRuns overview={overview} repo={repo} states={statesOf(overview)} told={told} />
    </div>
  );
}
