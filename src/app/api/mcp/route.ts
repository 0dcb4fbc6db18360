import { createMcpHandler } from '@modelcontextprotocol/server';
import { createSpicerack } from '@spicerack/client';
import { ASKER_HEADER, anybody, readAsker, writeAsker } from '@/access/asker';
import { may } from '@/access/may';
import { requestedBy } from '@/access/requested-by';
import { serveApi } from '@/api/serve';
import { logTrouble } from '@/log';
import { createMcpServer } from '@/mcp/server';

export const dynamic = 'force-dynamic';

/** The API of this very process, as who the door let in: no request leaves it. */
const inProcess = (asker: string) => (client: string) =>
  createSpicerack({
    url: 'http://in-process.invalid',
    requestedBy: client,
    fetch: (input, init) => {
      const request = new Request(input, init);
      request.headers.set(ASKER_HEADER, asker);
      return serveApi(request);
    },
  });

/** For what only looks and waits: everybody who comes in may read, so all waits share one stream. */
const reader = inProcess(writeAsker(anybody('read')))('mcp');

const handler = createMcpHandler(
  ({ requestInfo }) => {
    if (!requestInfo) throw new Error('MCP is spoken here over HTTP alone.');
    const asker = readAsker(requestInfo.headers);
    return createMcpServer({
      reader,
      as: inProcess(writeAsker(asker)),
      onBehalfOf: requestedBy(requestInfo.headers),
      readOnly: !may(asker, 'act') || new URL(requestInfo.url).searchParams.has('read-only'),
    });
  },
  { onerror: (error) => logTrouble('mcp_failed', 'A call over MCP failed', error) },
);

/** MCP on streamable HTTP. `?read-only` leaves out every tool that changes anything, and so does who may only read. */
const handle = (request: Request) => handler.fetch(request);

export { handle as GET, handle as POST };
