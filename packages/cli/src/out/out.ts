import { visibleJson } from '@/text/visible';
import type { Stop } from './exit';
import { type Line, paint, rendered } from './line';
import { prompt } from './prompt';

/** The streams that the program has, and what is set about them. */
export interface Streams {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  env: NodeJS.ProcessEnv;
}

/** The one place that writes: results to standard output, talk to standard error. */
export interface Out {
  /** Whether results are for programs. */
  readonly isJson: boolean;
  /** Whether there is a person to ask. */
  readonly canAsk: boolean;
  /** The result: an object for programs, lines for people. */
  result(value: unknown, lines: () => Line[]): void;
  /** One of many results as they come. */
  item(value: unknown, line: () => Line | null): void;
  /** Talk. */
  say(line: Line): void;
  /** What goes on now, on a terminal: it gives way to the next line. Null ends it. */
  now(line: Line | null): void;
  /** Asks for yes or no; no unless it is yes. @throws AbortError when `signal` aborts */
  confirm(question: string, signal: AbortSignal): Promise<boolean>;
  error(stop: Stop): void;
}

export function createOut({ stdin, stdout, stderr, env }: Streams, isJson: boolean): Out {
  const hasColours = (stream: NodeJS.WriteStream) => stream.isTTY && !env.NO_COLOR && env.TERM !== 'dumb';
  const isLive = stderr.isTTY && env.TERM !== 'dumb';
  let shown = false;
  const clear = () => {
    if (shown) stderr.write('\r\x1b[2K');
    shown = false;
  };
  const write = (stream: NodeJS.WriteStream, line: Line) => {
    clear();
    stream.write(`${rendered(line, hasColours(stream))}\n`);
  };
  const writeJson = (value: unknown) => {
    clear();
    stdout.write(`${visibleJson(value)}\n`);
  };
  return {
    isJson,
    canAsk: stdin.isTTY && stderr.isTTY,
    result(value, lines) {
      if (isJson) writeJson(value);
      else for (const line of lines()) write(stdout, line);
    },
    item(value, line) {
      if (isJson) return writeJson(value);
      const words = line();
      if (words !== null) write(stdout, words);
    },
    say: (line) => write(stderr, line),
    now(line) {
      clear();
      if (!isLive || line === null) return;
      const room = (stderr.columns || 80) - 1;
      // A line that wraps could not be taken back.
      const text = [...rendered(line, false).replace(/\s/g, ' ')].slice(0, room).join('');
      stderr.write(text);
      shown = true;
    },
    async confirm(question, signal) {
      clear();
      return /^y(es)?$/i.test(await prompt({ stdin, stderr }, `${rendered(question, false)} [y/N] `, signal));
    },
    error(stop) {
      const { code, field, message, hint, retryable } = stop;
      if (isJson) return writeJson({ error: { code, field, message, hint, retryable } });
      for (const [i, line] of message.split('\n').entries()) {
        write(stderr, i === 0 ? [paint('red', 'error'), `: ${line}`] : `  ${line}`);
      }
      for (const line of hint ? hint.split('\n') : []) write(stderr, `  ${line}`);
    },
  };
}
