import type { Session } from '../context/session';
import { EXIT, type Exit, Stop } from '../out/exit';

/** Speaks MCP over standard input and output, for agents. */
export async function mcp(_session: Session, _flags: { readOnly?: boolean | undefined }): Promise<Exit> {
  // packages/mcp is not there yet.
  throw new Stop(EXIT.failed, 'This build has no MCP server.', { code: 'NOT_BUILT' });
}
