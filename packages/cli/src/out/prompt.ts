import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/**
 * Asks a person at a terminal for a line. Nothing of a secret one is shown.
 * @throws AbortError when `signal` aborts, at Ctrl-C, and where the input ends
 */
export async function prompt(
  { stdin, stderr }: { stdin: NodeJS.ReadStream; stderr: NodeJS.WriteStream },
  question: string,
  signal: AbortSignal,
  isSecret = false,
): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: isSecret ? silent : stderr, terminal: true });
  // Not before: what is typed ahead of that goes to the terminal's own reading of keys.
  if (isSecret) stderr.write(question);
  let isAnswered = false;
  const closed = once(lines, 'close').then(() => {
    throw new DOMException('The input ended.', 'AbortError');
  });
  try {
    const answer = await Promise.race([lines.question(isSecret ? '' : question, { signal }), closed]);
    isAnswered = true;
    return answer.trim();
  } finally {
    lines.close();
    closed.catch(() => undefined); // it has had its say
    if (isSecret || !isAnswered) stderr.write('\n');
  }
}
