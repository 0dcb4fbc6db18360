'use client';

import { Sprout } from 'lucide-react';
import { Suspense, useMemo, useState } from 'react';
import type { JobDetail } from '@/api/jobs';
import type { BranchRow, RepoRow } from '@/db/schema';
import { isSuggested } from '@/repos/kept';
import { Button } from '../../controls';
import { isActive } from '../../jobs/active';
import { JobButton, useRequest } from '../../jobs/job-button';
import { errorStands } from '../../jobs/phase';
import { laterPart } from '../../later/later-part';
import { useMay } from '../../me';
import { useApi } from '../../providers';
import { branchesWord } from '../counts';

const RegisterAll = laterPart(() => import('./register-all'), {
  what: 'The list to review',
  leave: ({ close }) => close,
});

/** One bar over the branches that nobody tracks and that seem to stand somewhere: see the stacks they make, or register all. */
export function Suggested({ repo, branches, jobs }: { repo: RepoRow; branches: BranchRow[]; jobs: JobDetail[] }) {
  const api = useApi();
  const mayAct = useMay('act');
  const request = useRequest();
  const [asking, setAsking] = useState(false);
  const count = useMemo(() => branches.filter(isSuggested).length, [branches]);
  // In a repository where nothing is tracked it is what there is to do.
  const fresh = useMemo(() => !branches.some(({ tracked }) => tracked), [branches]);
  const job = jobs.find((each) => each.job.kind === 'register_existing_branch' && each.job.suggested) ?? null;
  const underWay =
    request.waiting ||
    request.jobId !== null ||
    request.problem !== null ||
    (job !== null && (isActive(job.job.status) || errorStands(job, jobs)));
  if (!underWay && !(count > 0 && mayAct)) return null;
  const label = count > 0 ? `Register ${count}` : 'Register';
  const press = (idempotencyKey: string) =>
    api.jobs.run.mutate({ repoId: repo.id, kind: 'register_existing_branch', suggested: true, idempotencyKey });
  return (
    <section
      aria-label="Suggested"
      className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-hairline bg-queued-tint px-4 py-2 max-sm:py-1"
    >
      <p className="flex min-w-0 flex-1 items-center gap-2 sm:basis-60">
        <Sprout size={14} aria-hidden className="shrink-0 text-muted" />
        <span>
          <span className="font-medium">{count} suggested</span>
          <span className="text-muted max-sm:sr-only">
            : {branchesWord(count)} that nobody tracks, where {count === 1 ? 'it seems' : 'they seem'} to stand
          </span>
        </span>
      </p>
      <span className="flex gap-2">
        <Button aria-haspopup="dialog" onClick={() => setAsking(true)} className="max-sm:px-2">
          Review
        </Button>
        <JobButton
          label={label}
          look={fresh ? 'primary' : 'plain'}
          job={job}
          jobs={jobs}
          press={press}
          request={request}
          className="w-32 sm:w-48"
        />
      </span>
      {asking && (
        <Suspense>
          <RegisterAll
            trunk={repo.trunk}
            branches={branches}
            confirm={() => void request.send(label, press)}
            close={() => setAsking(false)}
          />
        </Suspense>
      )}
    </section>
  );
}
