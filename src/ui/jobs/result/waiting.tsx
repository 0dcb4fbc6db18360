'use client';

import { useQuery } from '@tanstack/react-query';
import { restackRefusal } from '@/repos/state-words';
import { visible } from '@/text/visible';
import { useMay } from '../../me';
import { useApi } from '../../providers';
import { overviewQuery } from '../../repos/overview';
import { statesOf } from '../../repos/use-states';
import { useForecast } from '../../stack/forecast';
import { outlineQuestion } from '../../stack/groups/question';
import { isLive, NO_STATE } from '../../stack/state';
import { lookAtRemote } from '../../sync/look';
import { expectedOf } from '../ask/expected';
import { JobButton } from '../job-button';
import { StatusShape } from '../status';

/** Beside the commands for a terminal: it waits for the push that they end with, and is then the Restack of it. */
export function Waiting({
  repoId,
  branch,
  tip,
}: {
  repoId: string;
  branch: string;
  /** Where the branch was when its conflict was found. */
  tip: string;
}) {
  const api = useApi();
  const mayAct = useMay('act');
  const overview = useQuery(overviewQuery(api, repoId)).data;
  const row = overview?.branches.find(({ name }) => name === branch);
  const pushed = row !== undefined && row.tip !== tip;
  const foreseen = useForecast(
    pushed && isLive(row) ? { repoId, kind: 'restack_subtree', branch } : null,
    'would move',
  );
  if (!overview || !row || !isLive(row)) return null;
  const { jobs } = overview;
  if (!pushed) {
    return (
      <p className="flex flex-wrap items-center gap-2 text-xs text-muted" role="status">
        <span className="text-queued">
          <StatusShape status="waiting" />
        </span>
        Waiting for your push to {visible(branch)}…
        {mayAct && (
          <JobButton
            label="Look now"
            dense
            job={jobs.find(({ job }) => job.kind === 'sync_repo') ?? null}
            jobs={jobs}
            press={(key) => lookAtRemote(api, repoId, key)}
            className="w-44"
          />
        )}
      </p>
    );
  }
  const moves = foreseen?.state === 'ready' ? foreseen.outline.moves.filter((move) => move.moves).length : null;
  return (
    <p className="flex flex-wrap items-center gap-2 text-xs" role="status">
      <span className="text-completed">
        <StatusShape status="completed" />
      </span>
      {visible(branch)} was pushed.
      {moves === 0 ? (
        <span className="text-muted">
          {restackRefusal(statesOf(overview).get(branch) ?? NO_STATE, 0) ?? 'Nothing is left to move.'}
        </span>
      ) : (
        <JobButton
          label={moves === null ? 'Restack' : `Restack ${moves}`}
          look="primary"
          dense
          job={jobs.find(({ job }) => job.kind === 'restack_subtree' && job.branch === branch) ?? null}
          jobs={jobs}
          question={() => (foreseen?.state === 'ready' ? outlineQuestion(foreseen.outline, overview.branches) : null)}
          press={(idempotencyKey) =>
            api.jobs.run.mutate({
              ...{ repoId, kind: 'restack_subtree', branch, idempotencyKey },
              ...expectedOf('restack_subtree', overview),
            })
          }
          className="w-44"
        />
      )}
    </p>
  );
}
