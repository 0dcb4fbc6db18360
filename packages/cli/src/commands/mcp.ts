import { once } from 'node:events';
import { serveMcpOnStdio } from '@/mcp/stdio';
import { type Session, userName } from '../context/session';
import { EXIT } from '../out/exit';

/** Speaks MCP over standard input and output, for agents, until its input ends. */
export async function mcp(session: Session, flags: { readOnly?: boolean | undefined }) {
  const { url, token } = session.server();
  const over = Promise.race([once(session.streams.stdin, 'end'), once(session.signal, 'abort')]);
  serveMcpOnStdio({ url, token, onBehalfOf: userName(), readOnly: flags.readOnly ?? false });
  await over;
  return EXIT.ok;
}
