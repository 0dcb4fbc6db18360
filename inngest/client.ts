import { Inngest } from 'inngest';
import { environment } from '@/environment';

const { INNGEST_EVENT_KEY, INNGEST_SIGNING_KEY, INNGEST_SIGNING_KEY_FALLBACK } = environment();

/** Reads `INNGEST_BASE_URL` and `INNGEST_DEV` by itself; the keys are no longer where it would look. */
export const inngest = new Inngest({
  id: 'spicerack',
  ...(INNGEST_EVENT_KEY ? { eventKey: INNGEST_EVENT_KEY } : {}),
  ...(INNGEST_SIGNING_KEY ? { signingKey: INNGEST_SIGNING_KEY } : {}),
  ...(INNGEST_SIGNING_KEY_FALLBACK ? { signingKeyFallback: INNGEST_SIGNING_KEY_FALLBACK } : {}),
});
