'use client';

import { memo, type ReactNode } from 'react';
import type { JobDetail } from '@/api/jobs';
import type { JobStepRow } from '@/db/schema';
import type { StepName } from '@/model/kinds';
import { useNow } from '../providers';
import { between, duration, exactUtc } from '../time';
import { isActive } from './active';
import { StatusShape } from './status';

/** What a job goes through. */
const STEPS: StepName[] = ['sync', 'act', 'resync', 'finish'];

const tones = {
  queued: 'text-muted',
  running: 'text-running',
  completed: 'text-completed',
  error: 'text-error',
  cancelled: 'text-cancelled',
};

/** A job from its acceptance to its end: each attempt with its steps and their phases, how long each took, and when. */
export const Timeline = memo(function Timeline({
  detail: { job, steps },
  behind,
}: {
  detail: JobDetail;
  /** The job that it waits for; null where none is known. */
  behind: number | null;
}) {
  const attempts = [...new Set(steps.map((step) => step.attempt))];
  const active = isActive(job.status);
  const now = useNow(active);
  const waited = (job.startedAt ? Date.parse(job.startedAt) : active ? now : null) ?? null;
  const waits = job.status === 'running' && job.nextAttemptAt !== null && Date.parse(job.nextAttemptAt) > now;
  return (
    <section className="flex min-w-0 flex-col gap-2" aria-label="Steps">
      <h2 className="text-base font-semibold">Steps</h2>
      <ol className="flex flex-col">
        <Entry
          tone={job.status === 'queued' ? 'queued' : 'completed'}
          name="accepted"
          at={job.createdAt}
          took={waited === null ? null : waited - Date.parse(job.createdAt)}
        >
          {job.status === 'queued'
            ? behind === null
              ? 'waits for its turn'
              : `waits behind #${behind}`
            : job.startedAt
              ? 'waited for its turn'
              : 'it ended before it began'}
        </Entry>
      </ol>
      {attempts.map((attempt) => {
        const ours = steps.filter((step) => step.attempt === attempt);
        const last = attempt === attempts.at(-1);
        return (
          <div key={attempt} className="flex flex-col">
            {attempts.length > 1 && (
              <h3 className="mt-2 border-t border-hairline pt-2 text-xs font-medium text-muted">
                Attempt {attempt} of {attempts.at(-1)}
              </h3>
            )}
            <ol aria-label={`Attempt ${attempt}`} className="flex flex-col">
              {ours.map((step) => (
                <Step key={step.id} step={step} now={now} />
              ))}
              {last &&
                active &&
                !waits &&
                STEPS.filter((name) => !ours.some((step) => step.step === name)).map((name) => (
                  <Entry key={name} tone="queued" name={name} at={null} took={null}>
                    {null}
                  </Entry>
                ))}
            </ol>
          </div>
        );
      })}
      {waits && job.nextAttemptAt && (
        <p className="text-running" data-tip={exactUtc(job.nextAttemptAt)}>
          Attempt {job.attempt + 1} in {duration(Date.parse(job.nextAttemptAt) - now)}
        </p>
      )}
      {job.finishedAt && (
        <ol className="flex flex-col">
          <Entry
            tone={job.status}
            name={job.status}
            at={job.finishedAt}
            took={between(job.createdAt, job.finishedAt)}
            tookOf="in all"
          >
            {null}
          </Entry>
        </ol>
      )}
    </section>
  );
});

function Step({ step, now }: { step: JobStepRow; now: number }) {
  const took =
    (step.finishedAt ? Date.parse(step.finishedAt) : Math.max(now, Date.parse(step.startedAt))) -
    Date.parse(step.startedAt);
  return (
    <Entry
      tone={step.status}
      name={step.phase ?? step.step}
      at={step.startedAt}
      until={step.finishedAt}
      took={took}
      phase={step.phase !== null}
    >
      {step.message}
    </Entry>
  );
}

/** One line of the time line. */
function Entry({
  tone,
  name,
  at,
  until = null,
  took,
  tookOf,
  phase = false,
  children,
}: {
  tone: keyof typeof tones;
  name: string;
  at: string | null;
  until?: string | null;
  /** Milliseconds; null where there is nothing to tell. */
  took: number | null;
  tookOf?: string;
  phase?: boolean;
  children: ReactNode;
}) {
  return (
    <li className={`flex items-start gap-2 py-0.5 ${phase ? 'ml-1.5 border-l border-hairline pl-4' : ''}`}>
      <span className={`flex h-5 items-center ${tones[tone]}`}>
        <StatusShape status={tone} size={phase ? 10 : 14} />
        <span className="sr-only">{tone}</span>
      </span>
      <span className={phase ? '' : at === null ? 'text-muted' : 'font-medium'}>{name}</span>
      <span className="min-w-0 flex-1 break-words text-muted">{children}</span>
      {at && (
        <time
          dateTime={at}
          data-tip={until ? `${exactUtc(at)} to ${exactUtc(until)}` : exactUtc(at)}
          className="shrink-0 text-xs text-muted"
        >
          {took === null ? at.slice(11, 19) : `${duration(Math.max(0, took))}${tookOf ? ` ${tookOf}` : ''}`}
        </time>
      )}
    </li>
  );
}
