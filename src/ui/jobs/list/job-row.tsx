'use client';

import type { JobDetail } from '@/api/jobs';
import { JobLink } from '../../job-link';
import { useNow } from '../../providers';
import { Age } from '../../stack/row/age';
import { between, duration } from '../../time';
import { isActive } from '../active';
import { Cancel } from '../dock/cancel';
import { type Outcome, outcomeOf } from '../outcome';
import { progressWords, resultWords } from '../phase';
import { StatusShape, statusTone } from '../status';
import { cannotUndo, UndoOf, useUndoable } from '../undo-button';
import { failedWord, firstLine, intentAmong } from '../words';
import { Asker } from './asker';
import { RetryButton } from './retry-button';

/** A job as a row of the table: what it is, who asked when, how far it is or how it ended, and what one can do about it. */
export function JobRow({ detail, jobs }: { detail: JobDetail; jobs: JobDetail[] }) {
  const { job } = detail;
  const active = isActive(job.status);
  const outcome = outcomeOf(job);
  const words = outcomeWords(
    detail,
    outcome,
    jobs.some((other) => other.job.retryOf === job.id),
  );
  const told = [job.message, firstLine(job.errorHint)].filter(Boolean).join(' ');
  const took = job.startedAt && job.finishedAt ? `It took ${duration(between(job.startedAt, job.finishedAt))}.` : '';
  // A narrow list has no room for the column.
  const tip = [told, took].filter(Boolean).join(' ');
  const tone = outcome === 'error' ? 'text-error' : 'text-muted';
  const undoable = useUndoable(detail, jobs);
  const cannot = cannotUndo(undoable, { detail, jobs }) ? undoable : null;
  const when = <Age iso={job.finishedAt ?? job.createdAt} />;
  const shape = (
    <span className={`rounded-chip p-0.5 ${statusTone[outcome]}`}>
      <StatusShape status={outcome} />
    </span>
  );
  return (
    <tr
      data-job={job.seq}
      data-status={job.status}
      className="h-8 border-b border-hairline text-xs whitespace-nowrap text-muted last:border-b-0 hover:bg-hover pointer-coarse:h-10"
    >
      <td className="py-1 pl-4 align-top leading-5">
        #{job.seq}
        <span className="block leading-4 @min-[640px]:hidden">{when}</span>
      </td>
      <td className="max-w-0 py-1 pr-3">
        <div className="flex items-center gap-1.5" data-tip={intentAmong(job, jobs)}>
          {/* Whole, in two lines where it must be. */}
          <JobLink
            id={job.id}
            className="line-clamp-2 min-w-0 text-sm font-medium break-words whitespace-normal text-text hover:underline"
          >
            {intentAmong(job, jobs)}
          </JobLink>
          <span className="shrink-0 @min-[640px]:hidden">
            <Asker by={job.requestedBy} />
          </span>
        </div>
        {/* Where there is room it has a column of its own. */}
        <div data-tip={tip || undefined} className="flex items-start gap-1.5 @min-[640px]:hidden">
          {shape}
          <span className={`min-w-0 whitespace-normal ${tone}`}>{words}</span>
          {told && <span className="sr-only">: {told}</span>}
        </div>
        {cannot && (
          <div data-tip={cannot.reason} className="break-words whitespace-normal">
            Can’t undo: {cannot.inShort}
            {cannot.inShort !== cannot.reason && <span className="sr-only"> {cannot.reason}</span>}
          </div>
        )}
      </td>
      <td className="hidden @min-[640px]:table-cell">
        <Asker by={job.requestedBy} />
      </td>
      <td className="hidden @min-[640px]:table-cell">{when}</td>
      <td data-tip={tip || undefined} className="hidden max-w-0 @min-[640px]:table-cell">
        <span className="flex items-center gap-1.5">
          {shape}
          <span className={`truncate ${tone}`}>{words}</span>
          {told && <span className="sr-only">: {told}</span>}
        </span>
      </td>
      <td className="hidden @min-[640px]:table-cell">
        <Took job={job} />
        {job.attempt > 1 && <span> · attempt {job.attempt}</span>}
      </td>
      <td className="py-0.5 pr-4 pl-1 text-right">
        {active ? (
          <Cancel job={job} />
        ) : (
          <>
            {(job.status === 'error' || job.status === 'cancelled') && (
              <RetryButton detail={detail} jobs={jobs} brief />
            )}
            {undoable && <UndoOf offer={undoable} detail={detail} jobs={jobs} brief />}
          </>
        )}
      </td>
    </tr>
  );
}

/** How a job stands, in a few words. */
function outcomeWords(detail: JobDetail, outcome: Outcome, isRetried: boolean): string {
  switch (outcome) {
    case 'queued':
      return 'waiting';
    case 'running':
      return progressWords(detail);
    case 'waiting':
      return isRetried ? 'not pushed' : 'waits for a push';
    case 'error':
      return failedWord(detail.job.errorCode);
    case 'cancelled':
      return 'cancelled';
    default:
      return resultWords(detail);
  }
}

/** How long it took, or takes until now. */
function Took({ job: { startedAt, finishedAt } }: Pick<JobDetail, 'job'>) {
  const now = useNow(startedAt !== null && finishedAt === null);
  if (startedAt === null) return null;
  return duration(finishedAt ? between(startedAt, finishedAt) : now - Date.parse(startedAt));
}
