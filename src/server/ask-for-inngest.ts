import { findInngest } from './inngest-program';

/**
 * For the demo and the development server, which show Spicerack on Inngest: asks for it by name where its program is
 * found and the environment neither names an executor nor configures an Inngest server.
 */
export async function askForInngest(env: Record<string, string | undefined>): Promise<void> {
  const isConfigured = env.INNGEST_BASE_URL || env.INNGEST_EVENT_KEY || env.INNGEST_SIGNING_KEY;
  if (env.SPICERACK_EXECUTOR || isConfigured) return;
  if ('program' in (await findInngest())) env.SPICERACK_EXECUTOR = 'inngest';
}
