import { duration, elapsed } from '../../time';
import { type Outcome, outcomeOf } from '../outcome';
import type { Phase } from '../phase';
import { failedWord, firstLine } from '../words';

/** What is told of a request that the server has not answered: nothing is queued before it has. */
export function sendingWords(isLost: boolean): string {
  return isLost ? 'When connected' : 'Sending…';
}

/** What a button says; without a tone it is at rest. */
interface Face {
  text?: string;
  /** For where there is little room. */
  short?: string;
  tone?: Outcome | 'pressed';
  /** All of it, for who asks. */
  title?: string;
}

/** What a phase looks like on the button of its job. */
export function faceOf(phase: Phase, now: number, isLost: boolean): Face {
  switch (phase.phase) {
    case 'idle':
      return {};
    case 'pressed':
      return { text: phase.accepted ? 'Queued' : sendingWords(isLost), tone: 'pressed' };
    case 'queued':
      return phase.behind
        ? { text: `Queued behind #${phase.behind}`, short: `Behind #${phase.behind}`, tone: 'queued' }
        : { text: 'Queued', tone: 'queued' };
    case 'running':
      return {
        ...(phase.cancel === 'asked'
          ? { text: 'Cancelling' }
          : { text: `${phase.step} · ${elapsed(now - Date.parse(phase.since))}`, short: phase.step }),
        tone: 'running',
        title: phase.job.job.message,
      };
    case 'waiting':
      return {
        text: `Again in ${seconds(Date.parse(phase.until) - now)}`,
        tone: 'running',
        title: phase.job.job.message,
      };
    case 'completed':
      return { text: phase.result, tone: outcomeOf(phase.job.job), title: phase.job.job.message };
    case 'cancelled':
      return { text: 'Cancelled', tone: 'cancelled', title: phase.job.job.message };
    case 'error':
      return {
        text: `Retry · ${failedWord(phase.code)}`,
        short: 'Retry',
        tone: 'error',
        title: [phase.job.job.message, firstLine(phase.job.job.errorHint)].filter(Boolean).join(' '),
      };
  }
}

/** Whole seconds: a tenth that changes once a second would be a lie. */
function seconds(ms: number): string {
  const whole = Math.max(0, Math.round(ms / 1000));
  return whole === 0 ? '0 s' : duration(whole * 1000).replace('.0', '');
}
