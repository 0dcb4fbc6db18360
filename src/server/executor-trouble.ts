import type { Config } from '@/config';
import type { Trouble } from '@/db/problems';
import { timeLimit } from '@/time-limit';
import { ownOrigin } from './origin';

/** Whoever does not say within this time that it lives cannot be reached, in milliseconds. */
const ANSWERS_WITHIN_MS = 3000;

const CLOUD = 'https://api.inngest.com';

/** What jobs do meanwhile. */
const meanwhile = (executor: Config['executor']) =>
  executor === 'auto' ? 'Jobs run in this process meanwhile.' : 'Jobs wait, and go on by themselves when it is over.';

/** What is wrong where an Inngest server takes jobs, and no call of its for them has come here. */
export function notCalled(config: Pick<Config, 'executor' | 'inngest' | 'host' | 'port'>): Trouble {
  const calls = config.inngest?.serveOrigin ?? ownOrigin(config);
  return {
    what: `Inngest at ${config.inngest?.baseUrl ?? CLOUD} takes jobs and does not call this server for them.`,
    hint: `${meanwhile(config.executor)} Look whether it reaches ${calls} (INNGEST_SERVE_ORIGIN), and whether INNGEST_SIGNING_KEY is the key that it was started with.`,
  };
}

/**
 * What is wrong with an Inngest server that is not our child, in words of ours.
 * @param detail what it, or its client, said; it may be anything
 */
export async function executorTrouble(
  { executor, inngest }: Pick<Config, 'executor' | 'inngest'>,
  detail: string,
): Promise<Trouble> {
  const address = inngest?.baseUrl ?? CLOUD;
  const jobs = meanwhile(executor);
  const answers = await fetch(new URL('/health', address), { signal: timeLimit(ANSWERS_WITHIN_MS) }).then(
    () => true,
    () => false,
  );
  if (!answers) {
    return {
      what: `Inngest cannot be reached at ${address}.`,
      hint: `${jobs} Look whether it runs, and whether INNGEST_BASE_URL is its address.`,
    };
  }
  if (/\b40[13]\b|unauthori[sz]ed|forbidden|(signing|event) key/i.test(detail)) {
    return {
      what: `Inngest at ${address} does not take the keys of this server.`,
      hint: `${jobs} Set INNGEST_SIGNING_KEY and INNGEST_EVENT_KEY to what that server was started with, and start again; to change a key, give the old one as INNGEST_SIGNING_KEY_FALLBACK.`,
    };
  }
  return {
    what: `Inngest at ${address} does not know this server.`,
    hint: `${jobs} Look at its output for why it did not take the registration, and whether it reaches INNGEST_SERVE_ORIGIN.`,
  };
}
