import { eventType } from 'inngest';
import { z } from 'zod';

/** A job was handed over for running. `dispatch` counts the hand-overs: only the newest one's run works. */
export const jobDispatched = eventType('spicerack/job.dispatched', {
  schema: z.object({ jobId: z.uuid(), dispatch: z.number().int().positive() }),
});
