import type { JobDetail, Spicerack } from '@spicerack/client';
import { phaseOf } from '@/ui/jobs/phase';
import { between, duration } from '@/ui/time';
import type { Session } from '../../context/session';
import { EXIT, type Exit, Stop } from '../../out/exit';
import { paint } from '../../out/line';
import { endedLines, exitOf, jobName } from './words';

/**
 * Says a job's number, shows its steps while they are made, and ends with what it did. Ctrl-C leaves the job as it
 * is.
 * @param more what stands beside the job in the result for programs
 */
export async function follow(
  session: Session,
  jobId: string,
  { noWait = false, more = {} }: { noWait?: boolean | undefined; more?: Record<string, unknown> },
): Promise<Exit> {
  const begun = await sayNumber(session, jobId);
  return noWait
    ? exitWith(session, begun, { noWait, more })
    : exitWith(session, await endedOf(session, begun.job), { more });
}

type Looked = Awaited<ReturnType<Spicerack['jobs']['get']>>;
type EndedJob = Awaited<ReturnType<Spicerack['waitForJob']>>;

/** Says the number of a job and how it stands. */
export async function sayNumber({ out, client }: Session, jobId: string): Promise<Looked> {
  const begun = await client().jobs.get({ jobId });
  out.say([...jobWords(begun), paint('dim', `: ${begun.job.status}`)]);
  return begun;
}

/** Shows a job's steps while they are made, until it has ended. @throws Stop at Ctrl-C: the job goes on */
export async function endedOf(session: Session, { id: jobId, seq }: JobDetail['job']): Promise<EndedJob> {
  const { out, signal } = session;
  const shown = new Set<number>();
  const onChange = (detail: JobDetail) => {
    for (const { id, step, phase, status, message, startedAt, finishedAt } of detail.steps) {
      if (!phase || !finishedAt || shown.has(id)) continue;
      shown.add(id);
      const mark = status === 'error' ? paint('red', '✕') : paint('green', '✓');
      const took = duration(between(startedAt, finishedAt));
      out.say(['  ', mark, ` ${step} · ${phase}${message && `: ${message}`} `, paint('dim', took)]);
    }
    out.now(phaseWords(detail));
  };
  try {
    return await session.client().waitForJob(jobId, { signal, onChange });
  } catch (error) {
    out.now(null);
    const back = `Come back to it: spicerack job ${seq} --wait, or follow its log: spicerack log -f ${seq}`;
    if (signal.aborted) {
      throw new Stop(EXIT.interrupted, `#${seq} goes on without you.`, {
        code: 'INTERRUPTED',
        hint: `${back}. To end it: spicerack cancel ${seq}`,
      });
    }
    out.say(`#${seq} goes on without you. ${back}.`);
    throw error;
  } finally {
    out.now(null);
  }
}

/** The result of a command that a job has done, or goes on to do where nobody waits for it. */
export function exitWith(
  { out }: Session,
  { undo, ...detail }: EndedJob,
  { noWait = false, more }: { noWait?: boolean; more: Record<string, unknown> },
): Exit {
  const { seq } = detail.job;
  if (noWait) {
    out.result({ ...more, job: detail.job }, () => [`#${seq}`]);
    return EXIT.ok;
  }
  const { job, steps, moves } = detail;
  out.result({ ...more, job, steps, moves }, () => [
    ...endedLines(detail),
    ...(undo.possible && moves.length > 0 ? [['  ', paint('dim', `spicerack undo ${seq} puts it back`)]] : []),
  ]);
  return exitOf(detail);
}

const jobWords = (detail: JobDetail) => {
  const name = jobName(detail.job);
  return typeof name === 'string' ? [name] : name;
};

function phaseWords(detail: JobDetail): string {
  const phase = phaseOf(detail, [detail], Date.now());
  switch (phase.phase) {
    case 'queued':
      return '  queued…';
    case 'running':
      // The message goes with the last phase that has one, and there are moments between two.
      return `  ${detail.job.message || phase.step}…`;
    case 'waiting':
      return `  waits for its next try: ${detail.job.message}`;
    default:
      return '';
  }
}
