import { writeSync } from 'node:fs';
import { proposeCompletions, run } from '@stricli/core';
import { visible } from '@/text/visible';
import { app, helpFor } from './args/app';
import type { Cli } from './args/cli';
import { createSession } from './context/session';
import { EXIT, type Exit, usage } from './out/exit';
import { createOut } from './out/out';
import { stopOf } from './out/stop-of';

/** The program: its arguments, its signals and its end. */

const streams = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: process.env };
const interrupt = new AbortController();
/** Whether nobody reads the results any more, as after `| head -1`. */
let isUnread = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // Who asks twice does not want to wait for words.
    if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
    interrupt.abort();
  });
}
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') lost(error);
  isUnread = true;
  // That is how a stream ends. What has only a result has done its work by then, and ends as it would have.
  interrupt.abort();
});
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  // Talk that nobody hears is no reason to stop.
  if (error.code !== 'EPIPE') lost(error);
});

async function main(inputs: string[]): Promise<void> {
  let ended = EXIT.ok as Exit; // a callback sets it, which the compiler does not see
  let said = '';
  const isJson = inputs.includes('--json');
  const cli: Cli = {
    // What the parser writes repeats what was typed.
    process: {
      env: process.env,
      stdout: {
        write(words: string) {
          streams.stdout.write(visible(words));
        },
      },
      stderr: {
        write(words: string) {
          said += words;
        },
      },
    },
    cwd: process.cwd(),
    async runs(asJson, command) {
      const session = createSession(streams, process.cwd(), interrupt.signal, asJson);
      try {
        ended = await command(session);
      } catch (error) {
        const stop = stopOf(error);
        ended = stop.exit;
        if (isUnread && ended === EXIT.interrupted) return;
        session.out.now(null);
        session.out.error(stop);
      }
    },
  };
  if (inputs[0] === '__complete') {
    for (const { completion } of await proposeCompletions(app, inputs.slice(1), cli)) {
      streams.stdout.write(`${visible(completion)}\n`);
    }
    return end(EXIT.ok);
  }
  await run(app, inputs, cli);
  const code = Number(cli.process.exitCode ?? 0);
  if (said !== '') createOut(streams, isJson).error(usage(said.trim(), helpFor(inputs)));
  if (code < 0 || said !== '') return end(EXIT.usage);
  end(isUnread && ended === EXIT.interrupted ? EXIT.ok : ended);
}

/** Ends once everything is written: streams that are still open keep nobody. */
function end(code: Exit): void {
  process.exitCode = code;
  // What a write failed of is told right after it.
  process.stdout.write('', () => process.stderr.write('', () => setImmediate(() => process.exit())));
}

/** Ends where results could not be written, as on a full disk. */
function lost({ message }: Error): never {
  try {
    writeSync(process.stderr.fd, `error: The output could not be written: ${message}\n`);
  } catch (_neither) {
    // The exit code says it.
  }
  process.exit(EXIT.failed);
}

await main(process.argv.slice(2));
