import { Inngest } from 'inngest';
import { environment } from '@/environment';
import { logTrouble } from '@/log';

const { INNGEST_EVENT_KEY, INNGEST_SIGNING_KEY, INNGEST_SIGNING_KEY_FALLBACK, SPICERACK_INNGEST_APP } = environment();

/** All nodes of an installation are one app; Inngest knows one address of each. */
export const APP = SPICERACK_INNGEST_APP || 'spicerack';

/** While an Inngest server is away the client says so each second, with stacks; the status page says it in our words. */
function say(...parts: unknown[]): void {
  logTrouble('inngest_client', 'Inngest client', parts.filter((part) => typeof part === 'string').join(' '));
}
const ignore = () => undefined;

/** Reads `INNGEST_BASE_URL` and `INNGEST_DEV` by itself; the keys are no longer where it would look. */
export const inngest = new Inngest({
  id: APP,
  internalLogger: { error: say, warn: say, info: ignore, debug: ignore },
  ...(INNGEST_EVENT_KEY ? { eventKey: INNGEST_EVENT_KEY } : {}),
  ...(INNGEST_SIGNING_KEY ? { signingKey: INNGEST_SIGNING_KEY } : {}),
  ...(INNGEST_SIGNING_KEY_FALLBACK ? { signingKeyFallback: INNGEST_SIGNING_KEY_FALLBACK } : {}),
});
