'use client';

import { useQuery } from '@tanstack/react-query';
import { Redo2, Undo2 } from 'lucide-react';
import { useDeferredValue, useMemo } from 'react';
import type { JobDetail } from '@/api/jobs';
import { inverseMoves, offerUndo, type UndoOffer } from '@/queue/undo-moves';
import { JobLink } from '../job-link';
import { useApi } from '../providers';
import { branchesWord } from '../repos/counts';
import { overviewQuery } from '../repos/overview';
import { undoQuestion } from '../stack/groups/question';
import { isActive } from './active';
import { JobButton } from './job-button';
import { errorStands } from './phase';
import { moversAfter } from './undoable';
import { undoWord } from './words';

/**
 * Undo of a job that has moved something: what it would put back, how far it is, or why it cannot be any more.
 * @param known what the server said when the job was loaded: it knows more of the past than this page
 */
export function UndoButton({
  detail,
  jobs,
  known,
  dense = false,
  brief = false,
}: {
  detail: JobDetail;
  jobs: JobDetail[];
  known?: UndoOffer;
  /** A little lower, for the dock. */
  dense?: boolean;
  /** For the cell of a table: in a word, and the rest to who hears it or asks. */
  brief?: boolean;
}) {
  const api = useApi();
  const { job, moves } = detail;
  // A thousand branches change one after the other: nobody waits for what that means for an undo.
  const branches = useDeferredValue(useQuery(overviewQuery(api, job.repoId)).data?.branches);
  const offer = useMemo(() => {
    if (!branches || isActive(job.status) || inverseMoves(moves).length === 0) return null;
    return offerUndo(job, moves, branches, moversAfter(job.seq, jobs));
  }, [job, moves, branches, jobs]);
  if (!offer) return null;

  const undo = jobs.find((other) => other.job.undoOf === job.id) ?? null;
  const told = undo && (isActive(undo.job.status) || errorStands(undo, jobs)) ? undo : null;
  if (told || offer.possible) {
    const back = branchesWord(inverseMoves(moves).length);
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
        question={() => undoQuestion(moves, branches ?? [])}
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
  const { reason } = known && !known.possible ? known : offer;
  if (brief) {
    return (
      <span data-tip={`Can’t undo: ${reason}`} className="text-xs text-muted">
        Can’t undo<span className="sr-only">: {reason}</span>
      </span>
    );
  }
  return (
    <span className={`min-w-0 text-xs break-words whitespace-normal text-muted ${dense ? 'max-sm:sr-only' : ''}`}>
      Can’t undo: {reason}
    </span>
  );
}
