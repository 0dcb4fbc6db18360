import { inngest } from '@inngest/client';
import { jobDispatched } from '@inngest/events';
import { config } from '@/config';
import { setProblem } from '@/db/problems';
import type { Executor } from '@/queue/executor';
import { executorTrouble, notCalled } from '@/server/executor-trouble';
import { inngestFound } from '@/server/inngest-found';
import { whenLate } from '@/time-limit';
import { inngestIsReady } from './inngest-ready';

/** How long handing over may take: against a server that accepts and never answers, `send` hangs for ever. */
const SEND_TIMEOUT_MS = 4000;

/**
 * Jobs that wait are handed over again every few seconds. Where none does, because another server's hand-over was taken
 * or they were cancelled, nobody would ever find out here that it works again.
 */
const HOLDS_MS = 30_000;

/** Lost runs are sent again every quarter of a minute. Where that is done by another server, its calls are not heard here. */
const LOST_HOLDS_MS = 60_000;

/** Hands jobs to an Inngest server, which calls back on `/api/inngest`. */
export const inngestExecutor: Executor = {
  name: 'inngest',
  async dispatch(ref) {
    if (!inngestIsReady()) throw new Error('Inngest does not know the app yet');
    // Inngest drops an event whose id it has seen in silence; each dispatch has a number of its own.
    const event = jobDispatched.create(ref, { id: `${ref.jobId}:${ref.dispatch}` });
    let inTime: (() => void) | undefined;
    const timeout = new Promise<never>((_, reject) => {
      inTime = whenLate(SEND_TIMEOUT_MS, () =>
        reject(new Error(`Inngest did not take the event within ${SEND_TIMEOUT_MS / 1000} s`)),
      );
    });
    try {
      await Promise.race([inngest.send(event), timeout]);
      setProblem('hand_over', null);
    } catch (error) {
      // A child of ours that ends is started again, and says so itself.
      if (config().inngest && !inngestFound()) {
        const trouble = await executorTrouble(config(), String(error));
        setProblem('hand_over', { ...trouble, holdsMs: HOLDS_MS });
      }
      throw error;
    } finally {
      inTime?.();
    }
  },
  lost() {
    if (config().inngest && !inngestFound()) setProblem('calls', { ...notCalled(config()), holdsMs: LOST_HOLDS_MS });
  },
};
