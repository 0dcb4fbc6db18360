'use client';

import type { RepoRow } from '@/db/schema';
import { Freshness } from '../repos/freshness';
import { OfRepo } from '../repos/of-repo';
import { RepoHeader } from '../repos/repo-nav';
import { NeedsList } from './needs-list';
import { titleOf, useNeeds } from './use-needs';

/** What one repo wants of a person. */
export function NeedsPage({ repoId }: { repoId: string }) {
  return <OfRepo repoId={repoId}>{(_overview, repo) => <Needs repo={repo} />}</OfRepo>;
}

function Needs({ repo }: { repo: RepoRow }) {
  const count = useNeeds().items.filter((item) => item.repo.id === repo.id).length;
  return (
    <>
      <RepoHeader repo={repo} title="Needs you" pageTitle={titleOf(count, `Needs you · ${repo.name} · Spicerack`)} />
      <div className="mx-auto max-w-240 p-4">
        <NeedsList
          repoId={repo.id}
          empty={
            <>
              All in place · <Freshness repo={repo} />
            </>
          }
        />
      </div>
    </>
  );
}
