import type { Action, JobDetail } from '@spicerack/client';
import { inverseMoves } from '@/queue/undo-moves';
import { counted } from '@/text/words';
import { intent } from '@/ui/jobs/words';
import { asOf } from '../../context/forecast';
import { jobOrNewest } from '../../context/job';
import type { Place, Session } from '../../context/session';
import { EXIT, Stop, usage } from '../../out/exit';
import { type Line, paint } from '../../out/line';
import { type ActFlags, act, agree, type Expected } from './act';
import { follow } from './follow';
import { moveLines } from './words';

/** Puts back what a job has moved. */
export async function undo(session: Session, flags: ActFlags, given?: string) {
  const { out } = session;
  const detail = await jobOrNewest(
    session,
    given,
    flags,
    ({ undo, moves }) => undo.possible && moves.length > 0,
    'No job of this repository can be undone.',
  );
  const { job, moves } = detail;
  const offer = detail.undo;
  if (!offer.possible)
    throw new Stop(EXIT.refused, `#${job.seq} cannot be undone: ${offer.reason}`, { code: 'CONFLICT' });
  const back = inverseMoves(moves);
  const repo = await session.client().repos.get({ repoId: job.repoId }, { signal: session.signal });
  const words: Line[] = [
    [
      paint('bold', 'forecast'),
      `: undoes #${job.seq} (${intent(job)}): puts back ${counted(back.length, 'branch', 'branches')}`,
      paint('dim', ` (${asOf(repo, Date.now())})`),
    ],
    ...moveLines(back),
  ];
  if (flags.dryRun) {
    out.result({ undo: offer, job, moves: back, syncedAt: repo.syncedAt }, () => words);
    return EXIT.ok;
  }
  for (const line of words) out.say(line);
  // A number is a decision; the newest one is a guess.
  if (given === undefined) {
    await agree(session, flags.yes, {
      message: `Nothing was done: no job is named, and #${job.seq} is only the newest that can be undone.`,
      hint: 'Name its number, or give --yes.',
    });
  }
  const { jobId } = await session.client().jobs.undo({ jobId: job.id });
  return follow(session, jobId, { noWait: flags.noWait });
}

export async function cancel(session: Session, flags: Place, given?: string) {
  const { out, signal } = session;
  const { job } = await jobOrNewest(
    session,
    given,
    flags,
    (detail) => detail.job.status === 'queued' || detail.job.status === 'running',
    'No job of this repository is queued or running.',
  );
  await session.client().jobs.cancel({ jobId: job.id }, { signal });
  const after = await session.client().jobs.get({ jobId: job.id }, { signal });
  out.result({ job: after.job }, () => [
    after.job.status === 'running'
      ? `#${job.seq} ends before its push.`
      : `#${job.seq} ${after.job.status}: ${after.job.message}`,
  ]);
  return EXIT.ok;
}

/** Does again what a job was to do, to the branches as they are now: by its forecast, as any action. */
export async function retry(session: Session, flags: ActFlags, given?: string) {
  const { job } = await jobOrNewest(
    session,
    given,
    flags,
    (detail) => detail.job.status === 'error' || detail.job.status === 'cancelled',
    'No job of this repository has failed.',
  );
  const again = (expected: Expected = {}) => session.client().jobs.retry({ jobId: job.id, ...expected });
  const action = job.finishedAt === null ? null : actionOf(job);
  if (action) return act(session, flags, action, again);
  if (flags.dryRun) throw usage(`There is no forecast of #${job.seq}: ${intent(job)}.`);
  const { jobId } = await again();
  return follow(session, jobId, { noWait: flags.noWait });
}

/** What a job was to do; null where nobody can forecast it, or it moves nothing. */
function actionOf({ repoId, kind, branch, branches, parent, base, suggested, move }: JobDetail['job']): Action | null {
  if (kind === 'create_branch' || kind === 'undo' || kind === 'untrack_branch' || !move) return null;
  return {
    repoId,
    kind,
    ...(branch === null ? {} : { branch }),
    ...(branches === null ? {} : { branches }),
    ...(parent === null ? {} : { parent }),
    ...(base === null ? {} : { base }),
    ...(suggested ? { suggested } : {}),
  };
}
