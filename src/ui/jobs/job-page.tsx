'use client';

import { useQuery } from '@tanstack/react-query';
import { ArrowRight } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import type { JobDetail } from '@/api/jobs';
import type { JobStepRow } from '@/db/schema';
import { problemOf } from '../api';
import { ScrollText, Skeleton } from '../controls';
import { isActive } from '../feed/merge';
import { type JobPage as JobPageData, jobLogQuery, jobQuery, overviewQuery } from '../feed/queries';
import { Message } from '../message';
import { useApi, useNow } from '../providers';
import { ago, duration, exact } from '../time';
import { RetryButton } from './job-card';
import { Commit, Name, ResultLists } from './result';
import { StatusChip, StatusShape } from './status';
import { UndoButton } from './undo-button';
import { intent } from './words';

/** One job, from who asked for it to what it moved. */
export function JobPage({ jobId }: { jobId: string }) {
  const api = useApi();
  const page = useQuery(jobQuery(api, jobId));
  if (page.error) {
    const { fields, message } = problemOf(page.error);
    return <Message title="This job cannot be shown" detail={fields.jobId ?? message ?? ''} />;
  }
  if (!page.data) return <Skeleton rows={8} label="Loading the job" />;
  return <Job detail={page.data} />;
}

function Job({ detail }: { detail: JobPageData }) {
  const api = useApi();
  const { job } = detail;
  const overview = useQuery(overviewQuery(api, job.repoId));
  const now = useNow(true);
  const jobs = overview.data?.jobs ?? [detail];
  const retryOf = jobs.find((other) => other.job.id === job.retryOf);
  return (
    <div className="mx-auto flex max-w-240 flex-col gap-6 p-4 md:p-6">
      <title>{`#${job.seq} ${intent(job)} · Spicerack`}</title>
      <header className="flex flex-col gap-2">
        <Link href={`/repos/${job.repoId}`} className="w-fit text-muted hover:underline">
          {overview.data?.repo?.name ?? 'Repository'}
        </Link>
        <div className="flex flex-wrap items-center gap-3">
          <h1 className="text-xl font-semibold break-words">
            <span className="text-muted">#{job.seq}</span> {intent(job)}
          </h1>
          <StatusChip status={job.status} />
          <span className="flex-1" />
          {job.status !== 'completed' && <RetryButton detail={detail} jobs={jobs} />}
          <UndoButton detail={detail} jobs={jobs} known={detail.undo} />
        </div>
        {job.message && <p className={job.status === 'error' ? 'text-error' : ''}>{job.message}</p>}
        {job.errorCode && (
          <p className="rounded-control bg-error-tint px-3 py-2">
            <code className="font-mono font-medium text-error">{job.errorCode}</code> {job.errorHint}
          </p>
        )}
        <dl className="flex flex-wrap gap-x-6 gap-y-1 text-xs text-muted">
          <Fact name="Asked by">{job.requestedBy}</Fact>
          <Fact name="Accepted">
            <Time iso={job.createdAt} now={now} />
          </Fact>
          {job.startedAt && (
            <Fact name="Began">
              <Time iso={job.startedAt} now={now} />
            </Fact>
          )}
          {job.finishedAt && (
            <Fact name="Ended">
              <Time iso={job.finishedAt} now={now} />
            </Fact>
          )}
          {job.startedAt && (
            <Fact name="Took">
              {duration((job.finishedAt ? Date.parse(job.finishedAt) : now) - Date.parse(job.startedAt))}
            </Fact>
          )}
          <Fact name="Attempts">{job.attempt}</Fact>
          {job.engine && <Fact name="Engine">{job.engine}</Fact>}
          {job.executor && <Fact name="Executor">{job.executor}</Fact>}
          {job.retryOf && (
            <Fact name="Again after">
              <Link href={`/jobs/${job.retryOf}`} className="text-accent underline">
                {retryOf ? `#${retryOf.job.seq}` : 'an earlier job'}
              </Link>
            </Fact>
          )}
        </dl>
      </header>
      <Timeline detail={detail} now={now} />
      <Moves detail={detail} />
      {job.result && (
        <div className="flex flex-col gap-3 empty:hidden">
          <ResultLists result={job.result} full />
        </div>
      )}
      <Log jobId={job.id} />
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex gap-1">
      <dt>{name}</dt>
      <dd className="text-text">{children}</dd>
    </div>
  );
}

function Time({ iso, now }: { iso: string; now: number }) {
  return (
    <time dateTime={iso} title={exact(iso)}>
      {ago(iso, now)}
    </time>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex min-w-0 flex-col gap-2" aria-label={title}>
      <h2 className="text-base font-semibold">{title}</h2>
      {children}
    </section>
  );
}

function Timeline({ detail: { job, steps }, now }: { detail: JobDetail; now: number }) {
  const attempts = [...new Set(steps.map((step) => step.attempt))];
  return (
    <Section title="Steps">
      {steps.length === 0 && (
        <p className="text-muted">{isActive(job.status) ? 'It has not begun yet.' : 'It ended before it began.'}</p>
      )}
      {attempts.map((attempt) => (
        <div key={attempt}>
          {attempts.length > 1 && <h3 className="text-xs font-medium text-muted">Attempt {attempt}</h3>}
          <ol className="flex flex-col">
            {steps
              .filter((step) => step.attempt === attempt)
              .map((step) => (
                <Step key={step.id} step={step} now={now} />
              ))}
          </ol>
        </div>
      ))}
    </Section>
  );
}

const stepTone = { running: 'text-running', completed: 'text-completed', error: 'text-error' };

function Step({ step, now }: { step: JobStepRow; now: number }) {
  const took = (step.finishedAt ? Date.parse(step.finishedAt) : now) - Date.parse(step.startedAt);
  return (
    <li className={`flex items-start gap-2 py-0.5 ${step.phase ? 'ml-1.5 border-l border-hairline pl-4' : ''}`}>
      <span className={`flex h-5 items-center ${stepTone[step.status]}`}>
        <StatusShape status={step.status} size={step.phase ? 10 : 14} />
        <span className="sr-only">{step.status}</span>
      </span>
      <span className={step.phase ? '' : 'font-medium'}>{step.phase ?? step.step}</span>
      <span className="min-w-0 flex-1 break-words text-muted">{step.message}</span>
      <time dateTime={step.startedAt} title={exact(step.startedAt)} className="shrink-0 text-xs text-muted">
        {duration(took)}
      </time>
    </li>
  );
}

function Moves({ detail: { moves } }: { detail: JobDetail }) {
  const shown = moves.filter((move) => move.state !== 'abandoned');
  if (shown.length === 0) return null;
  return (
    <Section title="Moves">
      <ul className="flex flex-col">
        {shown.map((move) => (
          <li
            key={move.id}
            className="flex flex-wrap items-baseline gap-x-2 border-b border-hairline py-1 last:border-b-0"
          >
            <Name>{move.branch}</Name>
            <span className="flex items-center gap-1">
              {move.before ? <Commit id={move.before} /> : <span className="text-muted">new</span>}
              {move.before !== move.after && (
                <>
                  <ArrowRight size={12} aria-label="to" className="text-muted" />
                  {move.after ? <Commit id={move.after} /> : <span className="text-muted">deleted</span>}
                </>
              )}
            </span>
            {move.parentAfter !== move.parentBefore && (
              <span className="text-muted">
                onto <Name>{move.parentAfter ?? 'nothing'}</Name>
              </span>
            )}
            {move.state === 'planned' && <span className="text-xs text-muted">not pushed</span>}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Log({ jobId }: { jobId: string }) {
  const log = useQuery(jobLogQuery(useApi(), jobId));
  const lines = log.data?.lines ?? [];
  return (
    <Section title="Log">
      {lines.length === 0 ? (
        <p className="text-muted">{log.isPending ? 'Loading…' : 'Nothing was said.'}</p>
      ) : (
        <ScrollText
          label="Lines of the log"
          className="max-h-120 rounded-control border border-hairline bg-surface p-3"
        >
          {lines.map((line) => (
            <div
              key={line.id}
              title={exact(line.at)}
              className={{ info: '', warn: 'text-restack', error: 'text-error' }[line.level]}
            >
              {line.line}
            </div>
          ))}
        </ScrollText>
      )}
    </Section>
  );
}
