import { eventType } from 'inngest';
import { z } from 'zod';
import { APP } from './client';

/** A job was handed over for running. `dispatch` counts the hand-overs: only the newest one's run works. Of this app alone: every app hears of every event. */
export const jobDispatched = eventType(`${APP}/job.dispatched`, {
  schema: z.object({ jobId: z.uuid(), dispatch: z.number().int().positive() }),
});
