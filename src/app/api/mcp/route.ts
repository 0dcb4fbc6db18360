import { createMcpHandler } from '@modelcontextprotocol/server';
import { createSpicerack } from '@spicerack/client';
import { requestedBy } from '@/api/requested-by';
import { serveApi } from '@/api/serve';
import { createMcpServer } from '@/mcp/server';

export const dynamic = 'force-dynamic';

/** The API of this very process: no request leaves it, and all waits share one stream. */
const inProcess = (asker: string) =>
  createSpicerack({
    url: 'http://in-process.invalid',
    requestedBy: asker,
    fetch: (input, init) => serveApi(new Request(input, init)),
  });
const reader = inProcess('mcp');

/** Who may come in has been decided at the door, Host, Origin and token, as for every path. */
const handler = createMcpHandler(
  ({ requestInfo }) =>
    createMcpServer({
      reader,
      as: inProcess,
      onBehalfOf: requestInfo ? requestedBy(requestInfo.headers) : null,
      readOnly: requestInfo ? new URL(requestInfo.url).searchParams.has('read-only') : false,
    }),
  { onerror: (error) => console.error('mcp:', error.message) },
);

/** MCP on streamable HTTP. `?read-only` leaves out every tool that changes anything. */
const handle = (request: Request) => handler.fetch(request);

export { handle as GET, handle as POST };
