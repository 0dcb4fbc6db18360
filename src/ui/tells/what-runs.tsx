'use client';

import { Suspense } from 'react';
import type { JobDetail } from '@/api/jobs';
import type { RepoRow } from '@/db/schema';
import { type Docked, dockedOf } from '../jobs/dock/docked';
import { useLookedAt } from '../jobs/dock/looked-at';
import { laterPart } from '../later/later-part';
import { useNow } from '../providers';
import type { Overview } from '../repos/overview';
import type { States } from '../stack/filter';

const Tells = laterPart(() => import('./tells'));
const Dock = laterPart(() => import('../jobs/dock/dock'), { what: 'What runs' });

/** What is told of a repo's jobs on each of its pages, and what takes a result away that somebody has looked at. */
export interface Told {
  docked: Docked | null;
  lookAt: (job: JobDetail['job']) => void;
}

/** @param jobs of the repo, newest first */
export function useTold(repoId: string, jobs: JobDetail[]): Told {
  // What had ended when the page came is the past, however the clocks go.
  const ends = jobs.map(({ job }) => (job.finishedAt === null ? 0 : Date.parse(job.finishedAt) + 1));
  const { looked, since, lookAt } = useLookedAt(repoId, Math.max(useNow(false), ...ends));
  const docked = dockedOf(jobs, looked, since);
  // To take one away takes no other with it.
  return { docked, lookAt: (job) => lookAt(job, docked?.is === 'ended' ? docked.oldest : undefined) };
}

/** What runs and what came of it: at the page's bottom, and to who looks elsewhere by the tab's icon and by notices. */
export function WhatRuns({
  overview: { jobs, branches },
  repo,
  states,
  told: { docked, lookAt },
}: {
  overview: Overview;
  repo: RepoRow;
  states: States;
  told: Told;
}) {
  return (
    <>
      <Suspense>
        <Tells repo={repo} docked={docked} jobs={jobs} branches={branches} states={states} />
      </Suspense>
      {docked && (
        <Suspense>
          <Dock docked={docked} jobs={jobs} dismiss={lookAt} />
        </Suspense>
      )}
    </>
  );
}
