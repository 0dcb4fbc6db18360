import { inngest } from '@inngest/client';
import { functions } from '@inngest/functions';
import { serve } from 'inngest/next';
import { type Config, config } from '@/config';
import { ownOrigin } from '@/server/origin';

export const dynamic = 'force-dynamic';

type Handlers = ReturnType<typeof serve>;
let handlers: Handlers | undefined;

/**
 * The executor's door: Inngest calls the workflow's steps here. All that comes in must be signed, registrations and
 * questions too, but in dev mode. Which address gets registered is a setting's business and never the request's, or
 * whoever sends a Host could have the steps sent to himself. Where no job runs on Inngest there is nothing here.
 */
function handlersFor(settings: Config): Handlers | null {
  if (settings.executor === 'inline' || !settings.inngest) return null;
  handlers ??= serve({
    client: inngest,
    functions,
    serveOrigin: settings.inngest.serveOrigin ?? ownOrigin(settings),
    servePath: '/api/inngest',
    enableUnauthedSync: false,
  });
  return handlers;
}

function handle(method: 'GET' | 'POST' | 'PUT'): Handlers['GET'] {
  return async (request, context) =>
    handlersFor(config())?.[method](request, context) ??
    new Response('No job of this server runs on Inngest.\n', { status: 404 });
}

export const GET = handle('GET');
export const POST = handle('POST');
export const PUT = handle('PUT');
