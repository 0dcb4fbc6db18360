import { RetryAfterError } from 'inngest';
import { db } from '@/db/client';
import { setProblem } from '@/db/problems';
import { shutdownSignal } from '@/shutdown';
import { endAbandoned } from '@/workflow/finish';
import { runJob, TryLater } from '@/workflow/workflow';
import { inngest } from './client';
import { jobDispatched } from './events';

/**
 * Runs one job: `runJob` over Inngest's own durable steps. No concurrency key: the database decides whose turn
 * it is. The retry policy is the workflow's, which says when (`TryLater`) and when no more; so `retries` is
 * only high enough never to end a run first.
 */
export const job = inngest.createFunction(
  {
    id: 'job',
    triggers: [jobDispatched],
    retries: 20,
    // Of steps that are checkpointed the dev server shows only the whole: there each is a request of its own.
    ...(process.env.NODE_ENV === 'development' ? { checkpointing: false } : {}),
    onFailure: async ({ event, error }) => {
      const ref = jobDispatched.schema.parse(event.data.event.data);
      await endAbandoned(await db(), ref, error.message);
    },
  },
  async ({ event, step }) => {
    setProblem('calls', null);
    const context = { db: await db(), executor: 'inngest' as const, shutdown: shutdownSignal() };
    await runJob(event.data, { run: (name, work) => step.run(name, () => obeyed(work)) }, context);
  },
);

/** Translates the workflow's wish to be called later into Inngest's. */
async function obeyed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof TryLater ? new RetryAfterError(error.message, error.delayMs) : error;
  }
}

export const functions = [job];
