'use client';

import { useQuery } from '@tanstack/react-query';
import { ArrowRight } from 'lucide-react';
import Link from 'next/link';
import { memo, type ReactNode, Suspense, useEffect, useState } from 'react';
import type { JobDetail } from '@/api/jobs';
import type { MoveView } from '@/feed/events';
import type { ForecastCheck } from '@/model/forecast';
import type { JobResult } from '@/model/result';
import { compareUrl } from '@/repos/forge-url';
import { visible } from '@/text/visible';
import { problemOf } from '../api';
import { branchAddress } from '../branch/address';
import { LongList, PageSkeleton } from '../controls';
import { CopyButton } from '../copy';
import { JobLink } from '../job-link';
import { laterPart } from '../later/later-part';
import { Message } from '../message';
import { useApi, useNow } from '../providers';
import { branchesWord } from '../repos/counts';
import { overviewQuery } from '../repos/overview';
import { ago, duration, exactUtc } from '../time';
import { isActive } from './active';
import { note } from './dock/looked-at';
import { RetryButton } from './list/retry-button';
import { Log } from './log';
import { outcomeOf } from './outcome';
import { type JobPage as JobPageData, jobQuery } from './query';
import { ConflictView } from './result/conflict';
import { KeepCommit } from './result/keep-commit';
import { Commit, Name, ResultLists } from './result/result';
import { StatusChip, StatusShape } from './status';
import { Timeline } from './timeline';
import { UndoButton } from './undo-button';
import { firstLine, intentAmong } from './words';

const RangeDiff = laterPart(() => import('../branch/range-diff'), { what: 'What changed' });

/** One job, from who asked for it to what it moved. */
export function JobPage({ jobId }: { jobId: string }) {
  const api = useApi();
  const page = useQuery(jobQuery(api, jobId));
  if (page.error) {
    const { fields, message } = problemOf(page.error);
    return <Message title="This job cannot be shown" detail={fields.jobId ?? message ?? ''} />;
  }
  if (!page.data) return <PageSkeleton label="Loading the job" />;
  return <Job detail={page.data} />;
}

function Job({ detail }: { detail: JobPageData }) {
  const api = useApi();
  const { job } = detail;
  const overview = useQuery(overviewQuery(api, job.repoId));
  const jobs = overview.data?.jobs ?? [detail];
  const behind = jobs.find((other) => other.job.seq < job.seq && isActive(other.job.status));
  const retryOf = jobs.find((other) => other.job.id === job.retryOf);
  const { repoId, seq } = job;
  const ended = !isActive(job.status);
  const outcome = outcomeOf(job);
  // What has gone as it should is told, with its Undo, until somebody dismisses it.
  const isLookedAt = ended && outcome !== 'completed';
  useEffect(() => {
    if (isLookedAt) note({ repoId, seq });
  }, [isLookedAt, repoId, seq]);
  return (
    <div className="mx-auto flex max-w-240 flex-col gap-6 p-4 md:p-6">
      <title>{`#${job.seq} ${intentAmong(job, jobs)} · Spicerack`}</title>
      <header className="flex flex-col gap-2">
        <Link href={`/repos/${job.repoId}`} className="w-fit text-muted hover:underline">
          {overview.data?.repo?.name ?? 'Repository'}
        </Link>
        <div className="flex flex-wrap items-center gap-3">
          <h1 className="text-xl font-semibold break-words">
            <span className="text-muted">#{job.seq}</span> {intentAmong(job, jobs)}
          </h1>
          <StatusChip status={outcome} />
          <span className="flex-1" />
          {job.status !== 'completed' && <RetryButton detail={detail} jobs={jobs} />}
          <UndoButton detail={detail} jobs={jobs} known={detail.undo} />
        </div>
        {job.message && (
          <p className={`break-words whitespace-pre-line ${outcome === 'error' ? 'text-error' : ''}`}>{job.message}</p>
        )}
        {job.errorCode && (
          <p className={`rounded-control px-3 py-2 ${outcome === 'error' ? 'bg-error-tint' : 'bg-queued-tint'}`}>
            {outcome === 'error' && <code className="font-mono font-medium text-error">{job.errorCode}</code>}{' '}
            {firstLine(job.errorHint)}
          </p>
        )}
        <dl className="flex flex-wrap gap-x-6 gap-y-1 text-xs text-muted">
          <Fact name="Asked by">{job.requestedBy}</Fact>
          <Fact name="Accepted">
            <Time iso={job.createdAt} />
          </Fact>
          {job.startedAt && (
            <Fact name="Began">
              <Time iso={job.startedAt} />
            </Fact>
          )}
          {job.finishedAt && (
            <Fact name="Ended">
              <Time iso={job.finishedAt} />
            </Fact>
          )}
          {job.startedAt && (
            <Fact name="Took">
              <Took from={job.startedAt} to={job.finishedAt} />
            </Fact>
          )}
          <Fact name="Attempts">{job.attempt}</Fact>
          {job.engine && <Fact name="Engine">{job.engine}</Fact>}
          {job.executor && <Fact name="Executor">{job.executor}</Fact>}
          {job.retryOf && (
            <Fact name="Again after">
              <JobLink id={job.retryOf} className="text-accent underline">
                {retryOf ? `#${retryOf.job.seq}` : 'an earlier job'}
              </JobLink>
            </Fact>
          )}
        </dl>
      </header>
      <Result job={job} />
      <Timeline detail={detail} behind={behind?.job.seq ?? null} />
      <Moves repoId={repoId} moves={detail.moves} webUrl={overview.data?.repo?.webUrl ?? null} />
      <Log jobId={job.id} live={!ended} />
    </div>
  );
}

// A page of a thousand moves is drawn in parts, each anew only for what concerns it: every branch that changes and every
// job beside it changes what the head says, and the clock does so each second.

const Result = memo(function Result({ job }: Pick<JobDetail, 'job'>) {
  const result = useWholeResult(job);
  if (!result) return null;
  return (
    <>
      <section aria-label="Result" className="flex min-w-0 flex-col gap-3 has-[>h2:only-child]:hidden">
        <h2 className="text-base font-semibold">Result</h2>
        <ResultLists
          result={result}
          conflict={(branch, reason) => <ConflictView repoId={job.repoId} branch={branch} reason={reason} />}
          keep={(left) => <KeepCommit jobId={job.id} {...left} />}
        />
      </section>
      {result.forecast && <ForecastResult check={result.forecast} heldBack={result.heldBack} />}
    </>
  );
});

/** A job's whole result, for which the feed has no room. */
function useWholeResult({ id, result }: JobDetail['job']): JobDetail['job']['result'] {
  const api = useApi();
  const conflicts = (result?.heldBack ?? []).flatMap(({ branch, reason }) =>
    reason.kind === 'conflict' ? [{ branch, reason }] : [],
  );
  const lacks =
    result?.counts !== undefined || conflicts.some(({ reason }) => reason.files.some(({ text }) => text === null));
  const met = conflicts.map(({ branch, reason }) => `${branch} ${reason.commit} ${reason.onto}`);
  const whole = useQuery({
    queryKey: ['result', id, result?.counts, result?.notes, met],
    queryFn: async () => (await api.jobs.get.query({ jobId: id })).job.result,
    enabled: lacks,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (lacks && whole.data) || result;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex gap-1">
      <dt>{name}</dt>
      <dd className="text-text">{children}</dd>
    </div>
  );
}

function Time({ iso }: { iso: string }) {
  const now = useNow();
  return (
    <time dateTime={iso} data-tip={exactUtc(iso)}>
      {ago(iso, now)}
    </time>
  );
}

/** How long it took, or takes until now. */
function Took({ from, to }: { from: string; to: string | null }) {
  const now = useNow(to === null);
  return duration((to ? Date.parse(to) : now) - Date.parse(from));
}

function Section({ title, beside, children }: { title: string; beside?: ReactNode; children: ReactNode }) {
  return (
    <section className="flex min-w-0 flex-col gap-2" aria-label={title}>
      <div className="flex items-baseline gap-2">
        <h2 className="text-base font-semibold">{title}</h2>
        {beside && <span className="text-xs">{beside}</span>}
      </div>
      {children}
    </section>
  );
}

/** Whether the forecast that was known when it began came true. */
function ForecastResult({ check, heldBack }: { check: ForecastCheck; heldBack: JobResult['heldBack'] }) {
  // No forecast asks the remote what it takes.
  const isRefused = heldBack.some(({ reason }) => reason.kind === 'protected');
  return (
    <Section title="Forecast">
      {check.agreed ? (
        <p className="flex items-center gap-2 text-muted">
          <span className="text-completed">
            <StatusShape status="completed" />
          </span>
          It came out as the forecast said{isRefused && ', but for what the remote did not take'}.
        </p>
      ) : (
        <>
          <p className="text-restack">It came out otherwise than the forecast said:</p>
          <LongList items={check.differences} className="flex list-disc flex-col gap-1 pl-4">
            {(difference) => <li key={difference}>{difference}</li>}
          </LongList>
        </>
      )}
    </Section>
  );
}

const Moves = memo(function Moves({
  repoId,
  moves,
  webUrl,
}: {
  repoId: string;
  moves: MoveView[];
  webUrl: string | null;
}) {
  const shown = moves.filter((move) => move.state !== 'abandoned');
  if (shown.length === 0) return null;
  const text = shown.map(({ branch, before, after }) => `${branch} ${before ?? NONE} ${after ?? NONE}`).join('\n');
  return (
    <Section
      title="Moves"
      beside={
        <CopyButton text={text} label="all moves">
          {branchesWord(shown.length)}
        </CopyButton>
      }
    >
      <LongList items={shown} className="flex flex-col">
        {(move) => (
          <MoveLine
            key={move.id}
            repoId={repoId}
            move={move}
            compare={compareUrl({ webUrl }, move.before, move.after)}
          />
        )}
      </LongList>
    </Section>
  );
});

/** What git writes for a ref that is not there. */
const NONE = '0'.repeat(40);

const MoveLine = memo(function MoveLine({
  repoId,
  move,
  compare,
}: {
  repoId: string;
  move: MoveView;
  compare: string | null;
}) {
  const [open, setOpen] = useState(false);
  const { branch, before, after, parentBefore, parentAfter, baseBefore, baseAfter, state } = move;
  const ask =
    state === 'pushed' && before && after && baseBefore && baseAfter && before !== after
      ? { repoId, before: { base: baseBefore, tip: before }, after: { base: baseAfter, tip: after } }
      : null;
  return (
    <li
      data-move={branch}
      className="flex flex-wrap items-baseline gap-x-2 border-b border-hairline py-1 last:border-b-0"
    >
      <Link href={branchAddress(repoId, branch)} prefetch={false} className="hover:underline">
        <Name>{branch}</Name>
      </Link>
      <span className="flex items-center gap-1">
        {before ? (
          <CopiedCommit id={before} of={`${visible(branch)} before`} />
        ) : (
          <span className="text-muted">new</span>
        )}
        {before !== after && (
          <>
            <ArrowRight size={12} role="img" aria-label="to" className="text-muted" />
            {after ? (
              <CopiedCommit id={after} of={`${visible(branch)} after`} />
            ) : (
              <span className="text-muted">deleted</span>
            )}
          </>
        )}
      </span>
      {before === after && <span className="text-xs text-muted">its commits stay</span>}
      {parentAfter !== parentBefore && (
        <span className="text-muted">
          onto <Name>{parentAfter ?? 'nothing'}</Name>
        </span>
      )}
      {state === 'planned' && <span className="text-xs text-muted">not pushed</span>}
      {compare && state === 'pushed' && (
        <a
          href={compare}
          rel="noreferrer"
          aria-label={`Compare ${visible(branch)} before and after`}
          className="text-xs text-accent underline"
        >
          compare
        </a>
      )}
      {ask && (
        <button
          type="button"
          aria-expanded={open}
          aria-label={`What changed in ${visible(branch)}?`}
          onClick={() => setOpen(!open)}
          className="touch text-xs text-accent underline"
        >
          What changed?
        </button>
      )}
      {ask && open && (
        <Suspense>
          <RangeDiff ask={ask} />
        </Suspense>
      )}
    </li>
  );
});

function CopiedCommit({ id, of }: { id: string; of: string }) {
  return (
    <CopyButton text={id} label={`${id.slice(0, 8)}, ${of}`}>
      <Commit id={id} />
    </CopyButton>
  );
}
