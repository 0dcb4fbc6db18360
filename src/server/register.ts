import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { logTrouble } from '@/log';
import { timeLimit } from '@/time-limit';

const RETRY_MS = 1000;
/** Said once after so long without success: by then it is no longer a matter of starting up. */
const SAY_AFTER_MS = 15_000;

export interface Registration {
  /** The app's own `/api/inngest`. */
  appUrl: string;
  /** Told after so long without success that it is no matter of starting up, and of success. */
  onTrouble?: (detail: string | null) => Promise<void>;
  /** Signs the wish, so that nobody else can have the app registered; null in dev mode, where nothing is signed. */
  signingKey: string | null;
}

/**
 * Tells the Inngest server which functions the app has, by asking the app to (`PUT /api/inngest`); tries
 * until it works or `signal` aborts. Never rejects.
 */
export async function register(
  registration: Registration,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  const begun = Date.now();
  let said = false;
  while (!signal.aborted) {
    const trouble = await put(registration, signal);
    if (trouble === null) {
      await registration.onTrouble?.(null);
      if (said) log('Inngest: registered');
      return;
    }
    if (!said && !signal.aborted && Date.now() - begun > SAY_AFTER_MS) {
      said = true;
      logTrouble('registration_failed', 'Inngest: cannot register yet', trouble);
    }
    if (said && !signal.aborted) await registration.onTrouble?.(trouble);
    await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function put({ appUrl, signingKey }: Registration, signal: AbortSignal): Promise<string | null> {
  try {
    const response = await fetch(appUrl, {
      method: 'PUT',
      headers: signingKey ? { 'x-inngest-signature': signature(signingKey) } : {},
      signal: AbortSignal.any([signal, timeLimit(10_000)]),
    });
    return response.ok ? null : `${response.status} ${(await response.text()).slice(0, 300)}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** As Inngest signs a call without a body: the time is what is signed. */
function signature(signingKey: string): string {
  const time = String(Math.floor(Date.now() / 1000));
  const key = signingKey.replace(/^signkey-\w+-/, '');
  return `t=${time}&s=${createHmac('sha256', key).update(time).digest('hex')}`;
}
