'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { RepoRow } from '@/db/schema';
import { useMay } from '../me';
import { useNeeds } from '../needs/use-needs';

const PAGES = [
  ['Needs you', '/needs'],
  ['Stack', ''],
  ['Activity', '/activity'],
] as const;
const SETTINGS = ['Settings', '/settings'] as const;

/** The pages of one repo. */
export function RepoNav({ repoId }: { repoId: string }) {
  const path = usePathname();
  const needs = useNeeds().items.filter(({ repo }) => repo.id === repoId).length;
  const maySet = useMay('administer');
  return (
    <nav aria-label="Pages of the repository" className="-mx-2 flex flex-wrap">
      {[...PAGES, ...(maySet ? [SETTINGS] : [])].map(([name, end]) => {
        const href = `/repos/${repoId}${end}`;
        return (
          <Link
            key={name}
            href={href}
            // An open branch stands beside the stack.
            aria-current={path === href ? 'page' : end === '' && path.startsWith(`${href}/branches`) ? true : undefined}
            className="touch flex items-center justify-center rounded-control px-2 py-0.5 whitespace-nowrap text-muted hover:bg-hover hover:text-text aria-[current]:font-medium aria-[current]:text-text"
          >
            {name}
            {end === '/needs' && needs > 0 && <span className="ml-1 text-xs tabular-nums">{needs}</span>}
          </Link>
        );
      })}
    </nav>
  );
}

/** The head of a repo's further pages. */
export function RepoHeader({
  repo,
  title,
  pageTitle = `${title} · ${repo.name} · Spicerack`,
}: {
  repo: Pick<RepoRow, 'id' | 'name'>;
  title: string;
  /** The browser's tab, where it says more. */
  pageTitle?: string;
}) {
  return (
    <header className="flex flex-wrap items-baseline gap-x-6 gap-y-1 border-b border-hairline bg-surface px-4 py-3">
      <title>{pageTitle}</title>
      <h1 className="text-lg font-semibold break-words">
        {repo.name} <span className="font-normal text-muted">{title}</span>
      </h1>
      <RepoNav repoId={repo.id} />
    </header>
  );
}
