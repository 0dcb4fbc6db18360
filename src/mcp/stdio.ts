import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createSpicerack } from '@spicerack/client';
import { createMcpServer } from './server';

export interface StdioOptions {
  /** Where the server listens, such as `http://127.0.0.1:3000`. */
  url: string;
  token?: string | undefined;
  /** For whom the agent works; the name of the user of this machine, say. */
  onBehalfOf: string | null;
  readOnly: boolean;
}

/** Speaks MCP on standard input and output, over the API of a server, until the input ends. */
export function serveMcpOnStdio({ url, token, onBehalfOf, readOnly }: StdioOptions): void {
  const as = (requestedBy: string) => createSpicerack({ url, requestedBy, token });
  const reader = as('mcp');
  serveStdio(() => createMcpServer({ reader, as, onBehalfOf, readOnly }), {
    onerror: (error) => console.error(error.message),
  });
}
