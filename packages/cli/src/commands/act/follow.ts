import type { JobDetail } from '@spicerack/client';
import { phaseOf } from '@/ui/jobs/phase';
import { between, duration } from '@/ui/time';
import type { Session } from '../../context/session';
import { connectionWords } from '../../out/connection';
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
  const { out, signal } = session;
  const client = session.client();
  const first = await client.jobs.get({ jobId });
  const { seq } = first.job;
  out.say([...jobWords(first), paint('dim', `: ${first.job.status}`)]);
  if (noWait) {
    out.result({ ...more, job: first.job }, () => [`#${seq}`]);
    return EXIT.ok;
  }
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
  const onConnection = connectionWords(out);
  try {
    const ended = await client.waitForJob(jobId, { signal, onChange, onConnection });
    out.now(null);
    const { undo, ...detail } = ended;
    out.result({ ...more, ...detail }, () => [
      ...endedLines(ended),
      ...(undo.possible && ended.moves.length > 0 ? [['  ', paint('dim', `spicerack undo ${seq} puts it back`)]] : []),
    ]);
    return exitOf(ended);
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
  }
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
      return `  ${phase.step}… ${detail.job.message}`;
    case 'waiting':
      return `  waits for its next try: ${detail.job.message}`;
    default:
      return '';
  }
}
