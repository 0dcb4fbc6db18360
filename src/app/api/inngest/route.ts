import { inngest } from '@inngest/client';
import { functions } from '@inngest/functions';
import { serve } from 'inngest/next';
import { NextRequest } from 'next/server';
import { type Config, config } from '@/config';
import { ownOrigin } from '@/server/origin';

export const dynamic = 'force-dynamic';

/** Bytes of a call at most: it carries the results of a run's steps, and ours are small. */
const MOST_BYTES = 4 * 1024 * 1024;

type Handlers = ReturnType<typeof serve>;
let handlers: Handlers | undefined;

/**
 * The executor's door: Inngest calls the workflow's steps here. All that comes in must be signed, registrations and
 * questions too, but in dev mode. Which address gets registered is a setting's business and never the request's, or
 * whoever sends a Host could have the steps sent to himself. Where no job runs on Inngest there is nothing here.
 */
function handle(method: 'GET' | 'POST' | 'PUT') {
  return async (request: NextRequest, context: unknown): Promise<Response> => {
    const settings = config();
    if (settings.executor === 'inline' || !settings.inngest) {
      return new Response('No job of this server runs on Inngest.\n', { status: 404 });
    }
    // Before anything is read: this path asks for no token.
    if (!settings.inngest.dev && !request.headers.has('x-inngest-signature')) {
      return new Response('Calls to this path are signed by Inngest.\n', { status: 401 });
    }
    const body = method === 'GET' ? '' : await textOf(request, MOST_BYTES);
    if (body === null) return new Response(`Send ${MOST_BYTES} bytes at most.\n`, { status: 413 });
    const { url, headers } = request;
    const read = new NextRequest(url, { method, headers, ...(body ? { body } : {}) });
    return serving(settings, settings.inngest)[method](read, context);
  };
}

function serving(settings: Config, { serveOrigin }: NonNullable<Config['inngest']>): Handlers {
  handlers ??= serve({
    client: inngest,
    functions,
    serveOrigin: serveOrigin ?? ownOrigin(settings),
    servePath: '/api/inngest',
    enableUnauthedSync: false,
  });
  return handlers;
}

/** The body as text; null where it is longer than that, of which no more is read. */
async function textOf(request: Request, most: number): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > most) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

export const GET = handle('GET');
export const POST = handle('POST');
export const PUT = handle('PUT');
