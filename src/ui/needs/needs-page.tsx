'use client';

import type { RepoRow } from '@/db/schema';
import { OfRepo } from '../repos/of-repo';
import type { Overview } from '../repos/overview';
import { FurtherPage } from '../repos/repo-nav';
import { useStates } from '../repos/use-states';
import { NeedsList } from './needs-list';
import { NothingWanted } from './nothing-wanted';
import { countNeeds, titleOf, useNeeds } from './use-needs';

/** What one repo wants of a person. */
export function NeedsPage({ repoId }: { repoId: string }) {
  return <OfRepo repoId={repoId}>{(overview, repo) => <Needs overview={overview} repo={repo} />}</OfRepo>;
}

function Needs({ overview, repo }: { overview: Overview; repo: RepoRow }) {
  // What is said of the branches is renewed while somebody looks.
  const { renewing, problem } = useStates(overview);
  const count = countNeeds(useNeeds(), repo.id);
  return (
    <FurtherPage
      overview={overview}
      repo={repo}
      title="Needs you"
      pageTitle={titleOf(count, `Needs you · ${repo.name} · Spicerack`)}
    >
      <div className="mx-auto w-full max-w-240 p-4">
        <p role="status" className="min-h-5 text-xs text-muted">
          {problem !== null ? (
            <span className="text-conflict">No forecast: {problem}</span>
          ) : (
            renewing && 'renewing the forecast…'
          )}
        </p>
        <NeedsList
          repoId={repo.id}
          empty={problem === null ? <NothingWanted repos={[repo]} /> : 'What a Restack would move is not known.'}
        />
      </div>
    </FurtherPage>
  );
}
