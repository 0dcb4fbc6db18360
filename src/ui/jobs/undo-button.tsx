'use client';

import { useQuery } from '@tanstack/react-query';
import { Redo2, Undo2 } from 'lucide-react';
import { useDeferredValue, useMemo } from 'react';
import type { JobDetail } from '@/api/jobs';
import { movedBy } from '@/model/result';
import type { UndoOffer } from '@/queue/undo-moves';
import { JobLink } from '../job-link';
import { useApi } from '../providers';
import { branchesWord } from '../repos/counts';
import { overviewQuery } from '../repos/overview';
import { undoQuestion } from '../stack/groups/question';
import { isActive } from './active';
import { JobButton } from './job-button';
import { errorStands } from './phase';
import { type Undoable, undoableOf } from './undoable';
import { undoWord } from './words';

/** A thousand branches change one after the other: nobody waits for what that means for an undo. */
const useBranches = (repoId: string) => useDeferredValue(useQuery(overviewQuery(useApi(), repoId)).data?.branches);

/** What an undo of a job would do, or why there is none any more; null where the job has moved nothing. */
export function useUndoable(detail: JobDetail, jobs: JobDetail[]): Undoable | null {
  const branches = useBranches(detail.job.repoId);
  return useMemo(() => (branches ? undoableOf(detail, jobs, branches) : null), [detail, jobs, branches]);
}

interface Props {
  detail: JobDetail;
  jobs: JobDetail[];
  /** A little lower, for the dock. */
  dense?: boolean;
}

/**
 * Undo of a job that has moved something: what it would put back, how far it is, or why it cannot be any more.
 * @param known what the server said when the job was loaded: it knows more of the past than this page
 */
export function UndoButton({ known, ...props }: Props & { known?: UndoOffer }) {
  const offer = useUndoable(props.detail, props.jobs);
  if (!offer) return null;
  return (
    <>
      <UndoOf offer={offer} {...props} />
      {cannotUndo(offer, props) && (
        // A phone's dock has no room for it: the job's page says it too.
        <span
          className={`min-w-0 text-xs break-words whitespace-normal text-muted ${props.dense ? 'max-sm:sr-only' : ''}`}
        >
          Can’t undo: {(known && !known.possible ? known : offer).reason}
        </span>
      )}
    </>
  );
}

const undoOf = ({ detail, jobs }: Props) => jobs.find((other) => other.job.undoOf === detail.job.id) ?? null;

/** Whether there is no Undo because of what has happened since, and not because it has been done. */
export function cannotUndo(offer: Undoable | null, props: Props): offer is Undoable & { possible: false } {
  if (!offer || offer.possible) return false;
  const undo = undoOf(props);
  return !undo || !(undo.job.status === 'completed' || isTold(undo, props.jobs));
}

/** Whether an undo is under way, or what it failed of still stands. */
const isTold = (undo: JobDetail, jobs: JobDetail[]) => isActive(undo.job.status) || errorStands(undo, jobs);

/** Undo alone, or which job has undone it. */
export function UndoOf({
  offer,
  brief = false,
  dense = false,
  ...props
}: Props & {
  offer: Undoable;
  /** For the cell of a table: in a word, and the rest to who hears it or asks. */
  brief?: boolean;
}) {
  const api = useApi();
  const { detail, jobs } = props;
  const { job } = detail;
  const branches = useBranches(job.repoId);
  const undo = undoOf(props);
  const told = undo && isTold(undo, jobs) ? undo : null;
  if (told || offer.possible) {
    const back = branchesWord(movedBy(detail).branches);
    const word = undoWord(job, jobs);
    return (
      <JobButton
        label={word === 'Undo' ? `Undo: ${back} back` : `Redo: ${back}`}
        short={dense ? word : undefined}
        icon={!brief && (word === 'Undo' ? <Undo2 size={14} aria-hidden /> : <Redo2 size={14} aria-hidden />)}
        job={told}
        jobs={jobs}
        press={(idempotencyKey) => api.jobs.undo.mutate({ jobId: job.id, idempotencyKey })}
        impossible={offer.possible ? null : offer.reason}
        question={() => undoQuestion(detail, branches ?? [])}
        above={dense}
        dense={dense || brief}
        brief={brief ? word : undefined}
        className={brief ? 'w-full' : dense ? 'ml-auto w-20 shrink-0 sm:w-54' : 'ml-auto w-54'}
      />
    );
  }
  if (undo?.job.status === 'completed') {
    return (
      <span className="text-xs text-muted">
        Undone {brief ? <span className="sr-only">by </span> : 'by '}
        <JobLink id={undo.job.id} className="text-accent underline">
          #{undo.job.seq}
        </JobLink>
      </span>
    );
  }
  return null;
}
