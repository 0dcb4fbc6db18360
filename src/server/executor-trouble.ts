import type { Config } from '@/config';
import type { Trouble } from '@/db/problems';

/** Whoever does not say within this time that it lives cannot be reached, in milliseconds. */
const ANSWERS_WITHIN_MS = 3000;

const CLOUD = 'https://api.inngest.com';

/**
 * What is wrong with an Inngest server that is not our child, in words of ours.
 * @param detail what it, or its client, said; it may be anything
 */
export async function executorTrouble(
  { executor, inngest }: Pick<Config, 'executor' | 'inngest'>,
  detail: string,
): Promise<Trouble> {
  const address = inngest?.baseUrl ?? CLOUD;
  const jobs =
    executor === 'auto' ? 'Jobs run in this process meanwhile.' : 'Jobs wait, and go on by themselves when it is over.';
  const answers = await fetch(new URL('/health', address), { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) }).then(
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
