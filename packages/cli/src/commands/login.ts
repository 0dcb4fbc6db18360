import { addAbortSignal } from 'node:stream';
import { createSpicerack } from '@spicerack/client';
import { checkUrl, save } from '../context/config';
import type { Session } from '../context/session';
import { EXIT, usage } from '../out/exit';
import { prompt } from '../out/prompt';

/** Keeps a server's address and token once they have been tried. */
export async function login(session: Session, _flags: object, given?: string) {
  const { out, env, signal, streams } = session;
  const before = session.env.SPICERACK_URL ?? 'http://127.0.0.1:3000';
  const asked = given ?? (out.canAsk ? await prompt(streams, `Address of the server [${before}]: `, signal) : '');
  const url = checkUrl(asked || before, 'The address');
  const token = out.canAsk
    ? await prompt(streams, 'Token (nothing where the server asks for none): ', signal, true)
    : await piped(session);
  const client = createSpicerack({ url, token: token || undefined, requestedBy: 'login' });
  await client.system.status({ signal });
  const file = save(env, { url, token: token || undefined });
  out.result({ url, file }, () => [`${url} answers; it is kept in ${file}.`]);
  return EXIT.ok;
}

/** The first line of standard input. */
async function piped({ streams, signal, out }: Session): Promise<string> {
  if (streams.stdin.isTTY)
    throw usage('The token comes by standard input.', 'printf %s "$TOKEN" | spicerack login <address>');
  out.say('Reads the token from standard input, its first line.');
  let text = '';
  try {
    for await (const chunk of addAbortSignal(signal, streams.stdin)) {
      text += chunk;
      // Whoever holds the pipe open has said all that is asked for.
      if (text.includes('\n')) break;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  return text.split('\n')[0]?.trim() ?? '';
}
