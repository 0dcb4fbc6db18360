import { Inngest } from 'inngest';
import { environment } from '@/environment';

const { INNGEST_EVENT_KEY, INNGEST_SIGNING_KEY, INNGEST_SIGNING_KEY_FALLBACK } = environment();

/** While an Inngest server is away the client says so each second, with stacks; the status page says it in our words. */
const SAY_AGAIN_MS = 60_000;
let saidAt = Number.NEGATIVE_INFINITY;

function say(...parts: unknown[]): void {
  if (performance.now() - saidAt < SAY_AGAIN_MS) return;
  saidAt = performance.now();
  console.error('Inngest client:', parts.filter((part) => typeof part === 'string').join(' '));
}
const ignore = () => undefined;

/** Reads `INNGEST_BASE_URL` and `INNGEST_DEV` by itself; the keys are no longer where it would look. */
export const inngest = new Inngest({
  id: 'spicerack',
  internalLogger: { error: say, warn: say, info: ignore, debug: ignore },
  ...(INNGEST_EVENT_KEY ? { eventKey: INNGEST_EVENT_KEY } : {}),
  ...(INNGEST_SIGNING_KEY ? { signingKey: INNGEST_SIGNING_KEY } : {}),
  ...(INNGEST_SIGNING_KEY_FALLBACK ? { signingKeyFallback: INNGEST_SIGNING_KEY_FALLBACK } : {}),
});
