import { Inngest } from 'inngest';

/** Reads `INNGEST_BASE_URL`, `INNGEST_EVENT_KEY`, `INNGEST_SIGNING_KEY` and `INNGEST_DEV` by itself. */
export const inngest = new Inngest({ id: 'spicerack' });
