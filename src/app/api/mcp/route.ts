import { createMcpHandler } from '@modelcontextprotocol/server';
import { appRouter } from '@/api/router';
import { db } from '@/db/client';
import { createMcpServer } from '@/mcp/server';
import { shutdownSignal } from '@/shutdown';

export const dynamic = 'force-dynamic';

/** Who may come in has been decided at the door, Host, Origin and token, as for every path. */
const handler = createMcpHandler(
  async ({ requestInfo }) => {
    const database = await db();
    return createMcpServer({
      spicerack: (requestedBy) => appRouter.createCaller({ db: database, requestedBy, shutdown: shutdownSignal() }),
      onBehalfOf: requestInfo?.headers.get('x-requested-by')?.trim() || null,
      readOnly: requestInfo ? new URL(requestInfo.url).searchParams.has('read-only') : false,
    });
  },
  { onerror: (error) => console.error('mcp:', error.message) },
);

/** MCP on streamable HTTP. `?read-only` leaves out every tool that changes anything. */
const handle = (request: Request) => handler.fetch(request);

export { handle as GET, handle as POST };
