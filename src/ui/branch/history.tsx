'use client';

import { useQuery } from '@tanstack/react-query';
import type { inferRouterOutputs } from '@trpc/server';
import { useState } from 'react';
import type { AppRouter } from '@/api/router';
import type { BranchRow } from '@/db/schema';
import type { ChangedCommit } from '@/model/changes';
import { JobLink } from '../job-link';
import { intent } from '../jobs/words';
import { useApi } from '../providers';
import { When } from './commits';
import { historyQuery } from './history-query';
import { Part } from './part';
import RangeDiffView from './range-diff';
import { useCommits } from './use-changes';

/** Every tip that a branch was seen at, and how it came there. */
export function History({ repoId, branch }: { repoId: string; branch: BranchRow }) {
  const { data } = useQuery(historyQuery(useApi(), repoId, branch));
  const tips = data?.tips ?? [];
  const ids = [...new Set(tips.map(({ tip }) => tip))];
  const shown = useCommits(ids.length > 0 ? { repoId, ids } : null);
  const commits = new Map(shown.state === 'ready' ? shown.content.map((commit) => [commit.id, commit]) : []);
  return (
    <Part title="History">
      <ol>
        {tips.map((tip, at) => (
          <Tip
            key={`${tip.seenAt} ${tip.tip}`}
            repoId={repoId}
            tip={tip}
            commit={commits.get(tip.tip)}
            first={at === tips.length - 1}
          />
        ))}
      </ol>
      {data && tips.length === 0 && <p className="text-muted">No sync has seen it yet.</p>}
    </Part>
  );
}

type SeenTip = inferRouterOutputs<AppRouter>['branches']['history']['tips'][number];

function Tip({
  repoId,
  tip,
  commit,
  first,
}: {
  repoId: string;
  tip: SeenTip;
  /** Undefined until it is known, and where the clone lacks it. */
  commit: ChangedCommit | undefined;
  first: boolean;
}) {
  const [open, setOpen] = useState(false);
  const { job, before, baseBefore, baseAfter } = tip;
  const ask =
    before && baseBefore && baseAfter
      ? { repoId, before: { base: baseBefore, tip: before }, after: { base: baseAfter, tip: tip.tip } }
      : null;
  return (
    <li className="flex flex-wrap items-baseline gap-x-2 py-0.5">
      <code className="font-mono text-xs text-muted" data-tip={tip.tip}>
        {tip.tip.slice(0, 8)}
      </code>
      {job ? (
        <span>
          moved by{' '}
          <JobLink id={job.id} className="text-accent underline">
            #{job.seq} {intent(job)}
          </JobLink>
          , asked for by {job.requestedBy}
        </span>
      ) : (
        <span className="min-w-0 break-words">
          {first ? 'first seen' : 'pushed'}
          {commit && (
            <>
              {': '}
              {commit.subject} <span className="text-muted">by {commit.committer.name || commit.author.name}</span>
            </>
          )}
        </span>
      )}
      <span className="text-xs text-muted">
        <When iso={tip.seenAt} />
      </span>
      {ask && (
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="touch text-xs text-accent underline"
        >
          What changed?
        </button>
      )}
      {ask && open && <RangeDiffView ask={ask} />}
    </li>
  );
}
