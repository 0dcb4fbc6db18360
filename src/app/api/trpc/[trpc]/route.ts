import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { appRouter } from '@/api/router';
import { db } from '@/db/client';
import { shutdownSignal } from '@/shutdown';

export const dynamic = 'force-dynamic';

async function handle(request: Request): Promise<Response> {
  const database = await db();
  return fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: appRouter,
    createContext: () => ({
      db: database,
      requestedBy: request.headers.get('x-requested-by')?.trim().slice(0, 100) || 'api',
      shutdown: shutdownSignal(),
    }),
    onError: ({ path, error }) => {
      // A stream whose client has gone away ends with an error of its own.
      if (error.code === 'INTERNAL_SERVER_ERROR' && !shutdownSignal().aborted && !request.signal.aborted)
        console.error(`${path}:`, error.cause ?? error);
    },
  });
}

export { handle as GET, handle as POST };
