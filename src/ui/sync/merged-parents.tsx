'use client';

import { Merge } from 'lucide-react';
import type { JobDetail } from '@/api/jobs';
import type { BranchRow, RepoRow } from '@/db/schema';
import type { ForecastOutline } from '@/model/forecast';
import { counted, named } from '@/text/words';
import { isActive } from '../jobs/active';
import { losesCommits } from '../jobs/ask/expected';
import { JobButton, useRequest } from '../jobs/job-button';
import { useApi } from '../providers';
import { type Foreseen, useForecast } from '../stack/forecast';
import { outlineQuestion } from '../stack/groups/question';
import { outlineWords } from '../stack/outline-words';
import { onMerged } from './on-merged';

/** Nothing is pushed before its forecast is there. */
function notNow(foreseen: Foreseen | null, moves: number | null): string | null {
  if (moves === 0) return 'Nothing of it can move as it is.';
  if (moves !== null) return null;
  if (foreseen === null) return 'A job is under way. What would move is known after it.';
  return foreseen.state === 'refused' ? foreseen.words : 'What would move is being looked at.';
}

/** What a sync has found merged, and the move of what stands on it, with its forecast. Loaded where there is some. */
export default function MergedParents({
  repo,
  branches,
  jobs,
}: {
  repo: RepoRow;
  branches: BranchRow[];
  jobs: JobDetail[];
}) {
  const api = useApi();
  const request = useRequest();
  const quiet = !jobs.some(({ job }) => isActive(job.status));
  const foreseen = useForecast(quiet ? { repoId: repo.id, kind: 'sync_repo' } : null, 'would move');
  const on = onMerged(branches);
  const { merged } = on;
  const above = on.above.length;
  const own = foreseen?.state === 'ready' ? outlineOf(foreseen.outline, on.above) : null;
  const job = jobs.find((each) => each.job.kind === 'sync_repo' && each.job.move && isActive(each.job.status)) ?? null;
  const moves = foreseen?.state === 'ready' ? foreseen.outline.moves.filter((move) => move.moves).length : null;
  return (
    <section
      aria-label="On merged branches"
      className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-hairline bg-queued-tint px-4 py-2 max-sm:py-1"
    >
      <p className="min-w-0 flex-1 break-words sm:basis-60">
        {/* A phone has room for the number. */}
        <span aria-hidden className="sm:hidden">
          {merged.length} merged
        </span>
        <span className="max-sm:sr-only">
          {counted(merged.length, 'branch', 'branches')} merged: {named(merged)}. {counted(above, 'branch', 'branches')}{' '}
          {above === 1 ? 'stands' : 'stand'} on {merged.length === 1 ? 'it' : 'them'}.
        </span>
        {/* Its line is always there, so that nothing below moves while a job runs. */}
        <span
          className={`block min-h-4 text-xs ${own !== null && (own.failure || own.heldBack.length > 0) ? 'text-conflict' : 'text-muted'}`}
        >
          {own ? outlineWords(own, 'would move') : foreseen?.words}
        </span>
      </p>
      <JobButton
        label={moves === null ? 'Move' : `Move ${moves}`}
        icon={<Merge size={14} aria-hidden />}
        look="primary"
        job={job}
        jobs={jobs}
        request={request}
        press={(idempotencyKey) =>
          api.jobs.run.mutate({
            ...{ repoId: repo.id, kind: 'sync_repo', idempotencyKey },
            ...(foreseen?.state === 'ready' && losesCommits(foreseen.outline) ? { expected: foreseen.tipsKey } : {}),
          })
        }
        question={() => (foreseen?.state === 'ready' ? outlineQuestion(foreseen.outline, branches) : null)}
        impossible={notNow(foreseen, moves)}
        className="w-32 sm:w-48"
      />
    </section>
  );
}

/** What a forecast says of these branches: a sync leaves others where they are too, of which this bar says nothing. */
function outlineOf(outline: ForecastOutline, branches: readonly string[]): ForecastOutline {
  const of = new Set(branches);
  return {
    ...outline,
    heldBack: outline.heldBack.filter(({ branch }) => of.has(branch)),
    left: (outline.left ?? []).filter(({ branch }) => of.has(branch)),
  };
}
